import { inFolder } from "../lib/metrics/fabricate.ts";

/** Statements that no door to the runs may let through: they write, attach, load, or read outside of the folder of runs. */
export function misuses(folder: string, runs: string): string[] {
  return [
    "from read_text('/etc/passwd')",
    "from '/etc/passwd'",
    "from glob('/etc/*')",
    `from read_csv('${folder}/secret.csv')`,
    `from read_csv('${runs}/../secret.csv')`,
    `from read_csv('${runs}/link.csv')`,
    `create table stolen as from read_csv('${folder}/secret.csv')`,
    "from read_parquet('https://localhost:1/a.parquet')",
    `attach '${folder}/other.duckdb'`,
    `attach '${runs}/one/run.duckdb'`,
    `copy steps to '${folder}/out.csv'`,
    `copy steps to '${runs}/one/steps.parquet'`,
    `export database '${runs}/out'`,
    "set enable_external_access = true",
    "install httpfs",
    "select 1; copy steps to 'out.csv'",
  ];
}

/** Calls a function with a folder that holds a secret, and a folder of runs in it with a link to the secret. */
export function besideSecret(work: (folder: string, runs: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/secret.csv`, "a,b\n1,2\n");
    await Deno.mkdir(`${folder}/runs`);
    await Deno.symlink(`${folder}/secret.csv`, `${folder}/runs/link.csv`);
    await work(folder, `${folder}/runs`);
  });
}

/** All files below a folder, with their sizes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesBelow(path));
    else found.push(`${path} ${(await Deno.lstat(path)).size}`);
  }
  return found.toSorted();
}

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
    "from read_blob('/etc/passwd')",
    `from sniff_csv('${folder}/secret.csv')`,
    `from parquet_metadata('${folder}/secret.csv')`,
    `from read_text('${runs}/linked/inside.csv')`,
    `from glob('${runs}/linked/*')`,
    `from read_text(['${runs}/*/../../secret.csv'])`,
    `create macro peek(path) as table from read_text(path); from peek('${folder}/secret.csv')`,
    `create view peek as from read_text('${folder}/secret.csv'); from peek`,
    `from query('from read_text(''${folder}/secret.csv'')')`,
    "select getenv('HOME')",
    "create persistent secret stolen (type http, bearer_token 'x')",
    "attach ':memory:' as other",
    `prepare p as copy steps to '${folder}/out.csv'; execute p`,
    `explain analyze /* ' */ copy steps to '${folder}/out.csv' /* ' */`,
    `import database '${folder}'`,
    `pragma profiling_output = '${folder}/profile.json'`,
    `set secret_directory = '${folder}'`,
    `set temp_directory = '${folder}'`,
    "call enable_logging(storage = 'file')",
    `load '${folder}/evil.duckdb_extension'`,
    "force checkpoint",
    "delete from steps",
    `explain analyze copy steps to '${runs}/out.csv'`,
    `export database '${folder}/out'`,
    `export /* a */ database '${runs}/out'`,
    `import database '${runs}/linked'`,
    `from enable_logging('QueryLog', storage = 'file', storage_path = '${runs}/log'); select 1`,
    `from "enable_logging"('QueryLog', storage = 'file', storage_path = '${folder}/log'); select 1`,
    `from query('from enable_' || 'logging(storage = ''file'', storage_path = ''${runs}/log'')'); select 1`,
    `from enable_profiling(format = 'json', save_location = '${runs}/profile.json'); select 1`,
    `call enable_logging(storage = 'file', storage_path = '${runs}/log')`,
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    `pragma profiling_output = '${runs}/profile.json'`,
    "explain analyze pragma enable_profiling",
    "explain analyze checkpoint",
    "create persistent secret s (type s3)",
    `prepare p as copy (select 1) to '${runs}/out.csv'`,
    "create macro m() as table from read_text('/etc/passwd'); from m()",
    `from read_csv('${runs}/linked/inside.csv')`,
    `from read_csv('${runs}/*/inside.csv')`,
    `from read_text('file://${folder}/secret.csv')`,
    "reset enable_external_access",
    "set allowed_directories = ['/']",
    "load json",
  ];
}

/** Calls a function with a folder that holds a secret, and a folder of runs in it with a link to the secret. */
export function besideSecret(work: (folder: string, runs: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/secret.csv`, "a,b\n1,2\n");
    await Deno.mkdir(`${folder}/runs`);
    await Deno.symlink(`${folder}/secret.csv`, `${folder}/runs/link.csv`);
    await Deno.mkdir(`${folder}/outside`);
    await Deno.writeTextFile(`${folder}/outside/inside.csv`, "a,b\n1,2\n");
    await Deno.symlink(`${folder}/outside`, `${folder}/runs/linked`);
    await work(folder, `${folder}/runs`);
  });
}

/** All files below a folder, with their sizes, and all folders. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(path, ...await filesBelow(path));
    else found.push(`${path} ${(await Deno.lstat(path)).size}`);
  }
  return found.toSorted();
}

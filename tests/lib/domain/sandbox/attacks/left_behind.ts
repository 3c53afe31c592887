/** Words that stand in the command line of whatever the sandbox starts. */
const signs = ["--import-map=data:", "supervise", '"""What runs inside the sandbox', "-I -B solution.py"];

/** How long what is there now has to be gone: other tests' programs, side by side with these, take a few seconds. */
const [looks, between] = [600, 50];

/** The processes of sandboxes that run now, did not before, and go on running. */
export async function processesLeft(before: readonly string[]): Promise<string[]> {
  const first = (await processes()).filter((process) => !before.includes(process));
  return await remaining(first, processes);
}

/** The folders, as the supervisor makes them for `DENO_DIR`, that are there now, were not before, and stay. */
export async function foldersLeft(before: readonly string[]): Promise<string[]> {
  const first = folders().filter((folder) => !before.includes(folder));
  return await remaining(first, () => Promise.resolve(folders()));
}

/** Those of some things that are still there when they have had their time. */
async function remaining(first: readonly string[], look: () => Promise<string[]>): Promise<string[]> {
  let left = [...first];
  for (let tries = 0; left.length > 0 && tries < looks; tries++) {
    await new Promise((resolve) => setTimeout(resolve, between));
    const now = await look();
    left = left.filter((thing) => now.includes(thing));
  }
  return left;
}

/** The processes of sandboxes that run now: ids and command lines. */
export async function processes(): Promise<string[]> {
  // Only with all permissions may Deno itself read /proc.
  const script =
    "for at in /proc/[0-9]*; do printf '%s ' ${at#/proc/}; tr '\\0\\n' '  ' <$at/cmdline; echo; done 2>/dev/null";
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script], stdin: "null" }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => signs.some((sign) => line.includes(sign))).map((line) => line.slice(0, 200));
}

/** The folders that are there now. */
export function folders(): string[] {
  return [...Deno.readDirSync("/tmp")].filter(({ name }) => name.startsWith("tmp.")).map(({ name }) => name);
}

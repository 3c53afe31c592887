/** Words that stand in the command line of whatever the sandbox starts. */
const signs = ["--import-map=data:", "supervise", '"""What runs inside the sandbox', "-I -B solution.py"];

/** The processes of sandboxes that still run; those that are ending have five seconds. */
export async function processesLeft(): Promise<string[]> {
  for (let wait = 0;; wait++) {
    const left = await processes();
    if (left.length === 0 || wait >= 100) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function processes(): Promise<string[]> {
  // Only with all permissions may Deno itself read /proc.
  const script = "for at in /proc/[0-9]*; do tr '\\0\\n' '  ' <$at/cmdline; echo; done 2>/dev/null";
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script], stdin: "null" }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => signs.some((sign) => line.includes(sign))).map((line) => line.slice(0, 200));
}

/** Folders as the supervisor makes them for `DENO_DIR`. */
export function foldersLeft(): string[] {
  return [...Deno.readDirSync("/tmp")].filter(({ name }) => name.startsWith("tmp.")).map(({ name }) => name);
}

import { join } from "node:path";

/** The repository's root. */
export const root: string = new URL("../..", import.meta.url).pathname;

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno task NAME …` as a user would, in the repository's root. */
export async function task(name: string, ...words: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await command(["task", "--quiet", name, ...words]).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Starts a command of the command line as a process of its own, that can be killed. */
export function start(name: string, ...words: string[]): Deno.ChildProcess {
  const main = join(root, "runners/cli/main.ts");
  return command([
    "run",
    "-q",
    "--no-prompt",
    `-P=${name}`,
    "--allow-read",
    "--allow-write",
    main,
    name,
    ...words,
  ])
    .spawn();
}

function command(args: string[]): Deno.Command {
  return new Deno.Command("deno", {
    args,
    cwd: root,
    // A token of whoever runs the tests is not for them.
    env: { HF_TOKEN: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

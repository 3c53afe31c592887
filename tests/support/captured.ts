import { type Command, runCommand } from "../../runners/cli/command.ts";

/** What a command came to. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in this process, so that nothing else may be running; resolves to its exit code and what it wrote. */
export async function captured(command: Command, ...words: string[]): Promise<Captured> {
  const written = { out: "", error: "" };
  const [stdout, stderr] = [Deno.stdout.writeSync, Deno.stderr.writeSync];
  const collect = (name: "out" | "error") => (bytes: Uint8Array): number => {
    written[name] += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  Deno.stdout.writeSync = collect("out");
  Deno.stderr.writeSync = collect("error");
  try {
    return { code: await runCommand(command, words), ...written };
  } finally {
    Deno.stdout.writeSync = stdout;
    Deno.stderr.writeSync = stderr;
  }
}

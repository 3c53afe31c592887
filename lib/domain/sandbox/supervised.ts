import type { SandboxLimits } from "./limits.ts";
import script from "./supervise.sh" with { type: "text" };

/** The one program that this process starts; it starts all others. */
export const shell = "/bin/sh";

/** What came of a command. */
export interface Supervised {
  /** What ended it: itself, a limit, or a signal. */
  readonly end:
    | "itself"
    | "time"
    | "memory"
    | "output"
    | "processes"
    | "stopped"
    | "signal"
    | "not started";
  /** What it printed, up to the limit. */
  readonly output: string;
  /** What it printed as errors, up to the limit. */
  readonly errors: string;
}

/** What a command is run with. */
export interface Supervision {
  /** What it may use; memory with what the runtime takes. */
  readonly limits: SandboxLimits;
  /** The text of its standard input. */
  readonly input: string;
  /** Whether it needs a folder of its own for `DENO_DIR`. */
  readonly scratch: boolean;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

const ends: Readonly<Record<number, Supervised["end"]>> = {
  0: "itself",
  101: "memory",
  102: "processes",
  103: "stopped",
  104: "time",
  105: "signal",
  106: "time",
  107: "not started",
};

/**
 * Runs a command under a shell script that watches what it uses and takes it along when either of them is stopped. The
 * command has no environment but a search path, and shares no terminal.
 */
export async function runSupervised(
  command: readonly string[],
  supervision: Supervision,
): Promise<Supervised> {
  const { limits: { memory, processes, cpuSeconds, seconds, output }, input, scratch, signal } = supervision;
  const figures = [memory * 1024, processes, cpuSeconds, Math.ceil(seconds), scratch ? 1 : 0].map(String);
  const child = new Deno.Command(shell, {
    args: ["-c", script, "supervise", ...figures, ...command],
    clearEnv: true,
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      NO_COLOR: "1",
      LC_ALL: "C.UTF-8",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let cut: "time" | "output" | "stopped" | undefined;
  const stop = (why: typeof cut): void => {
    if (cut !== undefined) return;
    cut = why;
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  const abort = (): void => stop("stopped");
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(() => stop("time"), seconds * 1000);
  let left = output;
  const read = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of stream) {
      // The rest is read and dropped, so that nobody waits for a full pipe.
      if (left >= 0) text += decoder.decode(chunk, { stream: true });
      left -= chunk.length;
      if (left < 0) stop("output");
    }
    return text;
  };
  const [printed, errors, { code }] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    child.status,
    write(child.stdin, input),
  ]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
  return { end: cut ?? ends[code] ?? "signal", output: printed, errors };
}

async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // A program that ended early has not read it all.
  }
}

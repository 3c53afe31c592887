/**
 * The self-hosted trainer as a process of its own, for tests. It is Python and not part of the two commands of the
 * README, so that tests that need it are left out where it is not installed.
 */
import { join } from "node:path";
import { root } from "./command_line.ts";

/** A trainer that runs. */
export interface RunningTrainer {
  /** Its address. */
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, and waits. */
  kill(): Promise<void>;
}

/** What a trainer is started with. */
export interface TrainerStart {
  /** A folder with the model. */
  readonly model: string;
  /** More words of its command line. */
  readonly args?: readonly string[];
  /** The port; any that is free when left out. */
  readonly port?: number;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The folder of a tiny Llama without weights. */
export const tinyLlama: string = join(root, "runners/tgi/trainer/tiny_llama");

/** The program that starts a trainer; `undefined` where none is installed. */
export const trainerCommand: string | undefined = findTrainer();

/**
 * Starts a trainer and waits until it answers.
 *
 * @throws {Error} With what it said, if it ends before.
 */
export async function startTrainer(
  { model, args = [], port = 0, env = {} }: TrainerStart,
): Promise<RunningTrainer> {
  if (trainerCommand === undefined) throw new Error("The trainer is not installed");
  const child = new Deno.Command(trainerCommand, {
    args: ["--model", model, "--port", String(port), "--offline", ...args],
    env: { OMP_NUM_THREADS: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  let url: string | undefined;
  while (url === undefined) {
    const { value, done } = await lines.read();
    if (done) {
      await child.status;
      throw new Error(`The trainer ended: ${said}${await errors}`);
    }
    said += value;
    url = /is ready at (\S+) /.exec(said)?.[1];
  }
  const rest = drain(lines);
  const end = async (signal: Deno.Signal): Promise<void> => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([child.status, errors, rest]);
  };
  return { url, pid: child.pid, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

function findTrainer(): string | undefined {
  const named = Deno.env.get("EXITLAB_TRAINER_COMMAND");
  if (named !== undefined && named !== "") return named;
  const folders = [join(root, ".venv/bin"), ...(Deno.env.get("PATH") ?? "").split(":")];
  return folders.map((folder) => join(folder, "exitlab-trainer")).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

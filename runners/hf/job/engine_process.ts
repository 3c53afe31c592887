/**
 * The server that a job starts beside the controller. One that ends by itself is started again; the controller waits and
 * goes on from its latest checkpoint.
 *
 * @module
 */
import { UserError } from "../../../lib/errors.ts";
import type { CellEngine } from "./cell_file.ts";

/** Where a server's words go, and how long it is waited for. */
export interface EngineProcessOptions {
  /** Says what happens. */
  readonly say: (line: string) => void;
  /** Seconds until a server must answer, the download of a model included. */
  readonly patience?: number;
}

/** A server that runs. */
export interface EngineProcess {
  /** Ends it, and waits. */
  stop(): Promise<void>;
}

/** How often a server that ends by itself is started again. */
const mostRestarts = 3;

/** Seconds that a server has to end after it was asked to. */
const grace = 10;

/**
 * Makes a server ready, starts it, and waits until it answers.
 *
 * @throws {UserError} If a command fails, or the server does not answer in time.
 */
export async function startEngine(
  { setup, start, health }: CellEngine,
  { say, patience = 3600 }: EngineProcessOptions,
): Promise<EngineProcess> {
  for (const words of setup) {
    say(`$ ${words.join(" ")}`);
    const { code } = await spawn(words).status;
    if (code !== 0) {
      throw new UserError(`Cannot set up the engine: "${words.join(" ")}" ended with code ${code}`);
    }
  }
  say(`$ ${start.join(" ")}`);
  const server = new Server(start, say);
  try {
    await server.answers(health, patience);
  } catch (error) {
    await server.stop();
    throw error;
  }
  say("The engine answers");
  return server;
}

class Server implements EngineProcess {
  readonly #words: readonly string[];
  readonly #say: (line: string) => void;
  #child: Deno.ChildProcess;
  #restarts = 0;
  #stopping = false;
  readonly #over: Promise<void>;

  constructor(words: readonly string[], say: (line: string) => void) {
    this.#words = words;
    this.#say = say;
    this.#child = spawn(words);
    this.#over = this.#watch();
  }

  /** Starts it again when it ends by itself. */
  async #watch(): Promise<void> {
    for (;;) {
      const { code, signal } = await this.#child.status;
      if (this.#stopping) return;
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      if (++this.#restarts > mostRestarts) return this.#say(`The engine ended ${how} and is given up`);
      this.#say(`The engine ended ${how} and is started again (${this.#restarts} of ${mostRestarts})`);
      this.#child = spawn(this.#words);
    }
  }

  async answers(health: string, patience: number): Promise<void> {
    const until = performance.now() + 1000 * patience;
    while (performance.now() < until) {
      if (this.#restarts > mostRestarts) {
        throw new UserError("The engine does not start; its words are above");
      }
      try {
        const response = await fetch(health, { signal: AbortSignal.timeout(5000) });
        await response.body?.cancel();
        if (response.ok) return;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new UserError(`The engine did not answer at ${health} within ${patience} s`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    end(this.#child, "SIGTERM");
    const late = setTimeout(() => end(this.#child, "SIGKILL"), 1000 * grace);
    await this.#over;
    clearTimeout(late);
  }
}

function spawn(words: readonly string[]): Deno.ChildProcess {
  const [program = "", ...args] = words;
  try {
    return new Deno.Command(program, { args, stdin: "null", stdout: "inherit", stderr: "inherit" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`Cannot find the program "${program}"`);
    throw error;
  }
}

function end(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}

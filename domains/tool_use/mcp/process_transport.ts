import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { MessageLines } from "./message_lines.ts";

/** How to start a server. */
export type McpServerCommand = {
  /** The program; the runner must be allowed to start it (`--run`). */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** All of its environment: nothing of this process's is passed on. Default none. */
  readonly env?: { readonly [name: string]: string };
};

/** Characters at the end of a server's standard error that are kept. */
const keptWords = 2000;

/** Milliseconds that a server has to end by itself before it is killed. */
const patience = 1000;

/** Milliseconds for what a server that has ended wrote to its standard error. */
const lastPatience = 100;

/** A server's process, with its streams. */
interface Running {
  readonly child: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  readonly output: ReadableStreamDefaultReader<Uint8Array>;
  readonly errors: ReadableStreamDefaultReader<Uint8Array>;
  /** Kills it; told when this process exits. */
  readonly orphaned: () => void;
}

/**
 * The standard input and output of a server's process, one JSON message a line. The SDK's own transport reads the environment and
 * hands parts of it on; this one gives a server exactly what its definition names.
 */
export class ProcessTransport implements Transport {
  /** Told of each message. */
  onmessage?: (message: JSONRPCMessage) => void;
  /** Told once that the server is gone. */
  onclose?: () => void;
  /** Told of a flood, and of messages that cannot be dealt with. */
  onerror?: (error: Error) => void;
  readonly #server: McpServerCommand;
  #running: Running | undefined;
  #reading: Promise<void> | undefined;
  #hearing: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #words = "";
  #fault: string | undefined;

  /** A transport to a server that is not started yet. */
  constructor(server: McpServerCommand) {
    this.#server = server;
  }

  /** Why the server was killed while it ran; undefined if it was not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** The last line that the server wrote to its standard error; empty if there is none. */
  get lastWords(): string {
    const lines = this.#words.split("\n").map((line) => line.replaceAll(/\p{Cc}/gu, "").trim());
    return lines.findLast((line) => line !== "") ?? "";
  }

  /**
   * Starts the server.
   *
   * @throws {Error} If the program cannot be started.
   */
  start(): Promise<void> {
    const { command, args, env = {} } = this.#server;
    const child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C is for this process, which saves first: a server that ended by it would be an error that the policy sees.
      detached: true,
    }).spawn();
    const running = {
      child,
      input: child.stdin.getWriter(),
      output: child.stdout.getReader(),
      errors: child.stderr.getReader(),
      orphaned: () => kill(child),
    };
    globalThis.addEventListener("unload", running.orphaned);
    this.#running = running;
    this.#hearing = this.#hear(running);
    this.#reading = this.#read(running);
    return Promise.resolve();
  }

  /** Sends a message. */
  async send(message: JSONRPCMessage): Promise<void> {
    await this.#running?.input.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }

  /** Ends the server: by the end of its input, and by a signal if that is not enough. */
  async close(): Promise<void> {
    if (this.#running === undefined) return;
    await this.#end(this.#running);
    await this.#reading;
  }

  #end(running: Running): Promise<void> {
    return this.#ending ??= this.#endOnce(running);
  }

  async #endOnce({ child, input, output, errors, orphaned }: Running): Promise<void> {
    const timer = setTimeout(() => kill(child), patience);
    // Nobody waits for it: a server that has stopped reading does not take the end of its input.
    input.close().catch(() => {});
    await child.status;
    clearTimeout(timer);
    globalThis.removeEventListener("unload", orphaned);
    await within(lastPatience, this.#hearing);
    // Programs that it started may hold its output open for as long as they like.
    await Promise.all([output.cancel().catch(() => {}), errors.cancel().catch(() => {})]);
  }

  async #read(running: Running): Promise<void> {
    const lines = new MessageLines();
    try {
      for await (const text of texts(running.output)) {
        for (const message of lines.take(text)) this.#tell(message);
      }
    } catch (error) {
      kill(running.child);
      this.#fault = asError(error).message;
      this.onerror?.(asError(error));
    }
    // The SDK forgets a transport that is gone, so that nobody else would clear up.
    await this.#end(running);
    this.onclose?.();
  }

  #tell(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(asError(error));
    }
  }

  async #hear({ errors }: Running): Promise<void> {
    try {
      for await (const text of texts(errors)) this.#words = (this.#words + text).slice(-keptWords);
    } catch {
      // What it said is a help, no more.
    }
  }
}

async function* texts(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    yield decoder.decode(read.value, { stream: true });
  }
}

/** Waits for something, but no longer than these milliseconds. */
async function within(milliseconds: number, awaited: Promise<void> | undefined): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([awaited, late]);
  clearTimeout(timer);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";

/** How to start a server. */
export type McpServerCommand = {
  /** The program; the runner must be allowed to start it (`--run`). */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** All of its environment: nothing of this process's is passed on. Default none. */
  readonly env?: { readonly [name: string]: string };
};

/** A message longer than this is a flood. */
const longestMessage = 4_000_000;

/** Milliseconds that a server has to end by itself before it is killed. */
const patience = 1000;

/**
 * The standard input and output of a server's process, one JSON message a line. The SDK's own transport reads the environment and
 * hands parts of it on; this one gives a server exactly what its definition names.
 */
export class ProcessTransport implements Transport {
  /** Told of each message. */
  onmessage?: (message: JSONRPCMessage) => void;
  /** Told once that the server is gone. */
  onclose?: () => void;
  /** Told of lines that are no messages. */
  onerror?: (error: Error) => void;
  readonly #server: McpServerCommand;
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #reading: Promise<void> | undefined;

  /** A transport to a server that is not started yet. */
  constructor(server: McpServerCommand) {
    this.#server = server;
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
      stderr: "null",
    }).spawn();
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reading = this.#read(child);
    return Promise.resolve();
  }

  /** Sends a message. */
  async send(message: JSONRPCMessage): Promise<void> {
    await this.#writer?.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }

  /** Ends the server: by the end of its input, and by a signal if that is not enough. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await this.#end(child);
    await this.#reading;
  }

  async #end(child: Deno.ChildProcess): Promise<void> {
    // One that has ended already takes no end of its input.
    await this.#writer?.close().catch(() => {});
    const timer = setTimeout(() => kill(child), patience);
    await child.status;
    clearTimeout(timer);
  }

  async #read(child: Deno.ChildProcess): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const chunk of child.stdout) {
        rest += decoder.decode(chunk, { stream: true });
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#take(line);
        if (rest.length > longestMessage) throw new Error("The server floods its output");
      }
    } catch (error) {
      kill(child);
      await child.stdout.cancel().catch(() => {});
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
    // The SDK forgets a transport that is gone, so that nobody else would clear up.
    await this.#end(child);
    this.onclose?.();
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    try {
      this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(line)));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

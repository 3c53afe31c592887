/** Starts the process of `writer_child.ts`, and reads what it acknowledges. */
export class WriterChild implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  #pending = "";

  constructor(runs: string, iterations: number) {
    const script = new URL("./writer_child.ts", import.meta.url).href;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", script, runs, String(iterations)],
      stdout: "piped",
    }).spawn();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Waits until an iteration is acknowledged. */
  async acknowledged(iteration: number): Promise<void> {
    while (!this.#pending.split("\n").slice(0, -1).includes(String(iteration))) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`The writer ended after: ${this.#pending}`);
      this.#pending += value;
    }
  }

  /** Kills it without warning; gives the last iteration that it acknowledged. */
  async kill(): Promise<number> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    for (let next = await this.#output.read(); !next.done; next = await this.#output.read()) {
      this.#pending += next.value;
    }
    return Number(this.#pending.split("\n").slice(0, -1).at(-1) ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.kill();
    } catch {
      // It was killed by the test.
    }
  }
}

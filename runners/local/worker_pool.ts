import type { MemoryLayout } from "./memory_layout.ts";
import type { Results, Tasks } from "./tasks.ts";
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from "./worker_messages.ts";

/** Threads that share one memory. Each request is answered by all before the next is sent. */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  readonly #ports: readonly MessagePort[];
  readonly #fail: (error: Error) => void;
  readonly #failed: Promise<never>;
  #requests = 0;

  /** Starts as many workers as the layout has room for. */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, layout: MemoryLayout) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.#failed = promise;
    this.#fail = reject;
    const started = Array.from(
      { length: layout.workers },
      (_, index) => startWorker({ module, memory, layout, index }, reject),
    );
    this.#workers = started.map(({ worker }) => worker);
    this.#ports = started.map(({ port }) => port);
  }

  /**
   * Has the workers do tasks of one kind; resolves to their results, in order.
   *
   * @throws {Error} If a worker fails, now or earlier, or if the pool is closed.
   */
  async run<Kind extends keyof Tasks>(kind: Kind, tasks: readonly Tasks[Kind][]): Promise<Results[Kind][]> {
    this.#requests += 1;
    const request = { id: this.#requests, kind, tasks, taken: new Int32Array(new SharedArrayBuffer(4)) };
    const answers = this.#ports.map((port) => ask(port, request));
    const parts = await Promise.race([Promise.all(answers), this.#failed]);
    const results: Results[Kind][] = [];
    for (const part of parts) {
      if ("error" in part) {
        this.#fail(new Error(`The embedded engine failed: ${part.error}`));
        return await this.#failed;
      }
      for (const [index, result] of part.results) results[index] = result;
    }
    return results;
  }

  /**
   * Resolves if no worker has failed and the pool is not closed.
   *
   * @throws {Error} What went wrong.
   */
  open(): Promise<void> {
    return Promise.race([this.#failed, Promise.resolve()]);
  }

  /** Ends the workers; whoever waits for them gets an error. */
  close(): void {
    this.#fail(new Error("The policy is closed"));
    for (const port of this.#ports) port.close();
    for (const worker of this.#workers) worker.terminate();
  }
}

function startWorker(
  setup: WorkerSetup,
  fail: (error: Error) => void,
): { worker: Worker; port: MessagePort } {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault();
    fail(new Error(`A worker of the embedded engine failed: ${event.message}`));
  };
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(setup, [port2]);
  return { worker, port: port1 };
}

function ask<Kind extends keyof Tasks>(
  port: MessagePort,
  request: WorkerRequest<Kind>,
): Promise<WorkerAnswer<Kind>> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(request);
  });
}

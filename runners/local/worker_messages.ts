import type { MemoryLayout } from "./memory_layout.ts";
import type { Results, Tasks } from "./tasks.ts";

/** The first message to a worker; its port comes with it. */
export interface WorkerSetup {
  /** The compiled kernels. */
  readonly module: WebAssembly.Module;
  /** The one memory. */
  readonly memory: WebAssembly.Memory;
  /** Where everything lies in it. */
  readonly layout: MemoryLayout;
  /** Which worker it is, from 0. */
  readonly index: number;
}

/** Tasks for all workers, who take the next one until none is left. */
export interface WorkerRequest<Kind extends keyof Tasks> {
  /** Grows by one with each request. */
  readonly id: number;
  /** What the tasks are. */
  readonly kind: Kind;
  /** The tasks. */
  readonly tasks: readonly Tasks[Kind][];
  /** Shared: how many were taken. */
  readonly taken: Int32Array<SharedArrayBuffer>;
}

/** What one worker did of a request, or why it failed. */
export type WorkerAnswer<Kind extends keyof Tasks> =
  | { readonly id: number; readonly results: readonly (readonly [number, Results[Kind]])[] }
  | { readonly id: number; readonly error: string };

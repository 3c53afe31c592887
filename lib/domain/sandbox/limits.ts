import { UserError } from "../../errors.ts";

/** What a program may use. */
export interface SandboxLimits {
  /** Seconds from start to end. Default 60. */
  readonly seconds: number;
  /** Whole seconds of processor time, of each process. Default 60. */
  readonly cpuSeconds: number;
  /** MiB that all its processes hold, beside what the runtime itself takes: buffers count as the heap does. Default 1024. */
  readonly memory: number;
  /** Bytes that it may print and return, together. Default 4 MiB. */
  readonly output: number;
  /** Processes at a time, threads not counted. Default 16. */
  readonly processes: number;
}

const usual: SandboxLimits = {
  seconds: 60,
  cpuSeconds: 60,
  memory: 1024,
  output: 4 * 2 ** 20,
  processes: 16,
};

const limitNames = ["seconds", "cpuSeconds", "memory", "output", "processes"] as const;

/** Bounds of each: below the first no runtime starts, above the second a limit is a slip of the hand. */
const bounds: { readonly [name in keyof SandboxLimits]: readonly [number, number] } = {
  seconds: [0.1, 86_400],
  cpuSeconds: [1, 86_400],
  memory: [16, 2 ** 20],
  output: [64, 2 ** 28],
  processes: [1, 4096],
};

/**
 * Limits with defaults filled in.
 *
 * @throws {UserError} If one is out of range.
 *
 * @example
 * ```ts
 * import { limitsOf } from "exitlab/lib/domain/sandbox/limits.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(limitsOf({ seconds: 5 }).memory, 1024);
 * assert.throws(() => limitsOf({ memory: 1 }), /memory from 16 to 1048576 but found 1/);
 * ```
 */
export function limitsOf(given: Partial<SandboxLimits> = {}): SandboxLimits {
  const limits = { ...usual, ...given };
  for (const name of limitNames) {
    const [[least, most], value] = [bounds[name], limits[name]];
    if (!(value >= least && value <= most)) {
      throw new UserError(
        `Expected ${name} from ${least} to ${most} but found ${value} (limits of the sandbox)`,
      );
    }
  }
  return { ...limits, cpuSeconds: Math.ceil(limits.cpuSeconds), processes: Math.ceil(limits.processes) };
}

import type { RemoteRun } from "./remote_run.ts";

/** The label that marks a job as one of ours, and its value. */
export const ownLabel: Readonly<Record<string, string>> = { exitlab: "cell" };

/** The most characters of a label. */
const longest = 100;

/**
 * The labels by which a cell's jobs are found again: the interface has no key that makes a request idempotent.
 *
 * @example
 * ```ts
 * import { cellLabels } from "exitlab/runners/hf/labels.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(cellLabels({ cell: "1a2b", run: "exit math-s1" }), {
 *   exitlab: "cell",
 *   cell: "1a2b",
 *   name: "exit-math-s1",
 * });
 * ```
 */
export function cellLabels({ cell, run }: Pick<RemoteRun, "cell" | "run">): Record<string, string> {
  return { ...ownLabel, cell, name: run.replaceAll(/[^\w.-]/g, "-").slice(0, longest) };
}

/** The number of a job among those of its cell, from 1; 0 if it does not say. */
export function attemptOf(labels: Readonly<Record<string, string>>): number {
  const attempt = Number(labels["attempt"] ?? 0);
  return Number.isSafeInteger(attempt) ? attempt : 0;
}

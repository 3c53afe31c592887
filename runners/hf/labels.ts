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
  return { ...ownLabel, cell, name: nameLabel(run) };
}

/** A run's id as a label. Of a long one the middle is left out: its end tells it from others of its experiment. */
export function nameLabel(run: string): string {
  const name = run.replaceAll(/[^A-Za-z0-9._-]/g, "-");
  const half = Math.floor((longest - 2) / 2);
  return name.length <= longest ? name : `${name.slice(0, half)}..${name.slice(-half)}`;
}

/** The labels of one job of a cell, which tell what it may cost when nothing else is known of it. */
export function jobLabels(remote: RemoteRun, attempt: number): Record<string, string> {
  return {
    ...cellLabels(remote),
    attempt: String(attempt),
    price: remote.pricePerHour.toFixed(6),
    timeout: String(remote.job.timeoutSeconds),
  };
}

/** The number of a job among those of its cell, from 1; 0 if it does not say. */
export function attemptOf(labels: Readonly<Record<string, string>>): number {
  const attempt = Number(labels["attempt"] ?? 0);
  return Number.isSafeInteger(attempt) ? attempt : 0;
}

/** What an hour of a job costs in US dollars, and its time-out in hours; `undefined` if its labels do not say. */
export function priceOf(
  labels: Readonly<Record<string, string>>,
): { readonly price: number; readonly hours: number } | undefined {
  const [price, seconds] = [Number(labels["price"] ?? NaN), Number(labels["timeout"] ?? NaN)];
  return Number.isFinite(price) && Number.isFinite(seconds) ? { price, hours: seconds / 3600 } : undefined;
}

/**
 * A number of bytes for people.
 *
 * @example
 * ```ts
 * import { amount } from "exitlab/runners/hf/amount.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([999, 12_345, 3_456_789].map(amount), ["999 bytes", "12.3 kB", "3.5 MB"]);
 * ```
 */
export function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${["", "kB", "MB", "GB"][power]}`;
}

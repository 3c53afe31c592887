/** How often a request is made before it is given up. */
export const mostTries = 6;

/** Milliseconds before the first repetition, doubled each time; the longest; and the longest that a server may ask for. */
const [firstDelay, longestDelay, longestAsked] = [1000, 30_000, 600_000];

/**
 * The milliseconds to wait before a request is made again.
 *
 * @param tries How often it was made.
 * @param asked The milliseconds that the server asks to wait; `null` if it does not say.
 * @returns `null` if it should not be made again.
 *
 * @example
 * ```ts
 * import { retryDelay } from "exitlab/runners/hf/hub/retry_delay.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1, 2, 5, 6].map((tries) => retryDelay(tries, null)), [1000, 2000, 16_000, null]);
 * assert.equal(retryDelay(1, 7000), 7000);
 * assert.equal(retryDelay(1, 3_600_000), null);
 * ```
 */
export function retryDelay(tries: number, asked: number | null): number | null {
  if (tries >= mostTries || (asked ?? 0) > longestAsked) return null;
  return Math.max(Math.min(longestDelay, firstDelay * 2 ** (tries - 1)), asked ?? 0);
}

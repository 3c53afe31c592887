/**
 * Works through items side by side, so many at once, and gives the results in order. All have ended when it does.
 *
 * @throws What the first of them (in order) threw; none is begun after one has failed.
 *
 * @example
 * ```ts
 * import { sideBySide } from "exitlab/runners/tgi/tinker/limit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await sideBySide([1, 2, 3], 2, (item) => Promise.resolve(2 * item)), [2, 4, 6]);
 * ```
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: { index: number; error: unknown }[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) {
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failures.push({ index, error });
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  const [first] = failures.toSorted((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return results;
}

import type { TaskSource } from "../domain/domain.ts";
import type { Json } from "../json.ts";

/** How far a source without end is searched for a task that is not at its logged index. */
export const mostSearched = 20_000;

/**
 * The contents of the tasks that a log names, by id.
 *
 * @param source Where the tasks are now. Of one without end the first `mostSearched` are searched.
 * @param wanted The ids, each with the index that the task had when it was logged; `null` where the log does not say.
 * @returns Those that are there. An id that is missing is one that the source lacks.
 *
 * @example
 * ```ts
 * import { findTasks } from "exitlab/lib/replay/rescore_tasks.ts";
 * import assert from "node:assert/strict";
 *
 * const source = { size: null, at: (index: number) => ({ id: `t${index}`, task: index }) };
 * const found = findTasks(source, new Map([["t3", 0], ["t70000", 70_000], ["t80000", null]]));
 * assert.deepEqual([...found], [["t70000", 70_000], ["t3", 3]]);
 * ```
 */
export function findTasks(
  source: TaskSource<Json>,
  wanted: ReadonlyMap<string, number | null>,
): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const [id, index] of wanted) {
    if (index === null || index < 0 || (source.size !== null && index >= source.size)) continue;
    const instance = source.at(index);
    if (instance.id === id) found.set(id, instance.task);
  }
  for (let index = 0; found.size < wanted.size && index < (source.size ?? mostSearched); index++) {
    const { id, task } = source.at(index);
    if (wanted.has(id) && !found.has(id)) found.set(id, task);
  }
  return found;
}

import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { TaskInstance, TaskSource } from "./domain.ts";

/** Tasks drawn for one that is not to come again. */
const mostTries = 2000;

/**
 * Generated tasks by index. The first ones are the same whatever the size; a finite list has no task twice, an endless one may.
 *
 * @param size How many there are; `null` for no end.
 * @param begin Opens the stream of an index, from which tasks are drawn until one is new.
 * @param exhausted What to say where none is, such as `"knobs() with 2 knobs; raise \"knobs\""`.
 *
 * @example
 * ```ts
 * import { seededTasks } from "exitlab/lib/domain/seeded_tasks.ts";
 * import { Random } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const sums = seededTasks(100, (index) => {
 *   const random = new Random(7, "sums", index);
 *   return () => {
 *     const task = { left: random.int(10), right: random.int(10) };
 *     return { id: `${task.left}+${task.right}`, task };
 *   };
 * }, "sums of digits; ask for fewer tasks");
 *
 * assert.equal(sums.at(3).id, sums.at(3).id);
 * assert.equal(new Set(Array.from({ length: 100 }, (_, at) => sums.at(at).id)).size, 100);
 * assert.throws(() => sums.at(100), RangeError);
 * ```
 */
export function seededTasks<Task extends Json>(
  size: number | null,
  begin: (index: number) => () => TaskInstance<Task>,
  exhausted: string,
): TaskSource<Task> {
  const listed: TaskInstance<Task>[] = [];
  const taken = new Set<string>();
  const make = (index: number): TaskInstance<Task> => {
    const draw = begin(index);
    for (let tries = 0; tries < mostTries; tries++) {
      const instance = draw();
      if (!taken.has(instance.id)) return instance;
    }
    throw new UserError(`Cannot make task ${index}: no other was found of ${exhausted}`);
  };
  return {
    size,
    at: (index) => {
      if (!Number.isSafeInteger(index) || index < 0 || index >= (size ?? Infinity)) {
        throw new RangeError(`Expected a task index below ${size ?? "2 ** 53"} but found ${index}`);
      }
      if (size === null) return make(index);
      for (let next = listed.length; next <= index; next++) {
        const instance = make(next);
        listed.push(instance);
        taken.add(instance.id);
      }
      return listed[index] ?? make(index);
    },
  };
}

import type { Start } from "../curriculum/start.ts";

/** What is wrong with a batch, to go on from `"next()"`. */
export class PicksError extends Error {
  override readonly name = "PicksError";
}

/**
 * Refuses what is no batch of starts: a curriculum gives at least one, and as many as there is room for.
 *
 * @param asked How many were asked for, where each counts `1 + chain`; `null` for any number.
 * @throws {PicksError} If it is none.
 *
 * @example
 * ```ts
 * import { expectPicks } from "exitlab/lib/replay/expect_picks.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import assert from "node:assert/strict";
 *
 * const start = rootStart(0, "task", null);
 * assert.equal(expectPicks([start, start], 2).length, 2);
 * assert.throws(() => expectPicks([start], 2), { message: "gives 1 start that asks for 1 of 2 completions" });
 * ```
 */
export function expectPicks(picks: readonly Start[], asked: number | null): readonly Start[] {
  if (!Array.isArray(picks)) throw new PicksError("gives no array of starts");
  if (picks.length === 0) throw new PicksError("gives no start");
  const wrong = picks.findIndex((pick) => !isStart(pick));
  if (wrong >= 0) throw new PicksError(`gives something that is no start (place ${wrong} of its batch)`);
  if (asked === null) return picks;
  const completions = picks.map(({ chain }) => 1 + chain);
  const sum = completions.reduce((total, each) => total + each, 0);
  if ((sum <= asked || picks.length === 1) && asked - sum < Math.max(...completions)) return picks;
  throw new PicksError(
    `gives ${picks.length} start${
      picks.length === 1 ? " that asks" : "s that ask"
    } for ${sum} of ${asked} completions`,
  );
}

/** Whether it has what a replay counts. */
function isStart(pick: Start | null | undefined): boolean {
  if (typeof pick !== "object" || pick === null) return false;
  const { id, attempt, ...counts } = pick;
  return typeof id === "string" && typeof attempt === "object" &&
    [counts.task, counts.turn, counts.depth, counts.chain].every((count) =>
      Number.isSafeInteger(count) && count >= 0
    );
}

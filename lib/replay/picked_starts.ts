import type { Start } from "../curriculum/start.ts";
import { mean } from "../metrics/estimate.ts";
import type { LoggedRun } from "./logged_run.ts";

/** A start that a curriculum picks in a run. */
export type PickedStart = {
  /** Its id; of a root that the log does not have, one that stands in for it. */
  readonly id: string;
  /** The root task's id. */
  readonly root: string;
  /** The turn of the task, from 0. */
  readonly turn: number;
  /** Self-iteration steps behind it. */
  readonly depth: number;
  /** How often it is picked in a run; mean over draws. */
  readonly picks: number;
  /** In how many iterations the log measured it. */
  readonly measured: number;
  /** The mean of the measurements, in [0, 0.25]; `null` if there are none. */
  readonly learnability: number | null;
};

/** The most starts that are listed. */
export const mostListed = 100;

/**
 * The starts that are picked most often; of those picked as often, in the order of their ids.
 *
 * @param draws For each draw, the starts and how often it picks them.
 */
export function pickedStarts(
  draws: readonly Iterable<{ readonly start: Start; readonly picks: number }>[],
  { measured }: Pick<LoggedRun, "measured">,
): PickedStart[] {
  const sums = new Map<string, { readonly start: Start; picks: number }>();
  for (const draw of draws) {
    for (const { start, picks } of draw) {
      const sum = sums.get(start.id) ?? { start, picks: 0 };
      sum.picks += picks;
      sums.set(start.id, sum);
    }
  }
  return mostPicked([...sums.values()].map(({ start: { id, root, turn, depth }, picks }) => {
    const values = measured.get(id) ?? [];
    return {
      ...{ id, root, turn, depth, picks: picks / draws.length, measured: values.length },
      learnability: values.length === 0 ? null : mean(values.map(({ learnability }) => learnability)),
    };
  }));
}

/** Those of several runs together: picks a run. */
export function mergedStarts(runs: readonly (readonly PickedStart[])[]): PickedStart[] {
  const starts = Map.groupBy(runs.flat(), ({ id }) => id);
  return mostPicked([...starts.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const measured = same.reduce((sum, start) => sum + start.measured, 0);
    const weighed = same.reduce((sum, start) => sum + start.measured * (start.learnability ?? 0), 0);
    return [{
      ...first,
      picks: same.reduce((sum, { picks }) => sum + picks, 0) / runs.length,
      measured,
      learnability: measured === 0 ? null : weighed / measured,
    }];
  }));
}

function mostPicked(starts: readonly PickedStart[]): PickedStart[] {
  return starts.toSorted((a, b) => b.picks - a.picks || (a.id < b.id ? -1 : 1)).slice(0, mostListed);
}

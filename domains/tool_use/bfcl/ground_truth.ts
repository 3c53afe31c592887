import type { BfclRow } from "./rows.ts";
import { type BfclWorld, callMethod, initialWorld } from "./world.ts";

/** What the ground truth of a row leads to. */
export interface GroundTruth {
  /** The results of each turn's calls. */
  readonly results: readonly (readonly string[])[];
  /** The world after each turn. */
  readonly worlds: readonly BfclWorld[];
}

const played = new WeakMap<BfclRow, GroundTruth>();

/** Plays the ground truth of a row; once for each row. */
export function groundTruth(row: BfclRow): GroundTruth {
  const known = played.get(row);
  if (known !== undefined) return known;
  let world = initialWorld(row);
  const results: string[][] = [];
  const worlds: BfclWorld[] = [];
  for (const turn of row.groundTruth) {
    results.push(turn.map((call) => {
      const outcome = callMethod(world, call.class, call.name, call.args);
      world = outcome.world;
      return outcome.result;
    }));
    worlds.push(world);
  }
  const truth = { results, worlds };
  played.set(row, truth);
  return truth;
}

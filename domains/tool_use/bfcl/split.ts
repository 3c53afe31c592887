import { deriveSeed, Random, type Split } from "../../../lib/domain/mod.ts";
import { bfclRows } from "./rows.ts";

const made = new Map<number, ReadonlySet<number>>();

/**
 * The indices of a split: half of the 200 tasks each. Row i of every file is a variant of row i of `base`, so an index is on one
 * side in all of them. Tasks of as many turns that involve the same classes are dealt out evenly.
 *
 * @param seed Which of the possible splits.
 */
export function splitIndices(split: Split, seed: number): number[] {
  const train = trainingIndices(seed);
  return bfclRows("base").map(({ index }) => index).filter((index) =>
    train.has(index) === (split === "train")
  );
}

function trainingIndices(seed: number): ReadonlySet<number> {
  const known = made.get(seed);
  if (known !== undefined) return known;
  const random = new Random(deriveSeed(seed, "bfcl", "split"));
  const strata = new Map<string, number[]>();
  const rows = bfclRows("base").toSorted((a, b) =>
    stratum(a) < stratum(b) ? -1 : stratum(a) > stratum(b) ? 1 : 0
  );
  for (const row of rows) {
    const key = stratum(row);
    strata.set(key, [...strata.get(key) ?? [], row.index]);
  }
  const train = new Set<number>();
  // Dealing goes on from stratum to stratum, so that halves of odd ones even out.
  let turn = 0;
  for (const indices of strata.values()) {
    for (const index of random.shuffle(indices)) if (turn++ % 2 === 0) train.add(index);
  }
  made.set(seed, train);
  return train;
}

/** Classes first: neighbours in the order differ in the number of turns only. */
function stratum({ classes, requests }: { classes: readonly string[]; requests: readonly string[] }): string {
  return `${classes.toSorted().join(" ")} ${requests.length}`;
}

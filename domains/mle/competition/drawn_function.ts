/**
 * The functions that tables are drawn from.
 *
 * Source of Friedman's three: J. H. Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19 (1991), and
 * L. Breiman, "Bagging predictors", Machine Learning 24 (1996).
 *
 * @module
 */
import type { Random } from "../../../lib/domain/mod.ts";

/** A function of columns, some of which it may not use. */
export interface DrawnFunction {
  /** Draws the values of a row, one a column. */
  readonly row: (random: Random) => readonly number[];
  /** The value of a row. */
  readonly value: (row: readonly number[]) => number;
}

/** The families of functions of a table whose rows have no order. */
export const families = ["friedman1", "friedman2", "friedman3", "polynomial", "tree"] as const;

/** One of the families. */
export type Family = typeof families[number];

/** A function of a family. */
export function drawFunction(family: Family, random: Random): DrawnFunction {
  switch (family) {
    case "friedman1":
      return {
        row: (rows) => Array.from({ length: 7 }, () => rows.next()),
        value: ([a = 0, b = 0, c = 0, d = 0, e = 0]) =>
          10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e,
      };
    case "friedman2":
      return { row: circuit, value: ([a = 0, b = 0, c = 0, d = 0]) => Math.hypot(a, b * c - 1 / (b * d)) };
    case "friedman3":
      return { row: circuit, value: ([a = 0, b = 0, c = 0, d = 0]) => Math.atan2(b * c - 1 / (b * d), a) };
    case "polynomial":
      return drawPolynomial(random);
    case "tree":
      return drawTree(random);
  }
}

/** Friedman's circuit: resistance, frequency, inductance and capacity. */
function circuit(random: Random): number[] {
  return [
    100 * random.next(),
    Math.PI * (40 + 520 * random.next()),
    random.next(),
    1 + 10 * random.next(),
  ];
}

/** A sum of four to seven products of one to three columns, each column being normal. */
function drawPolynomial(random: Random): DrawnFunction {
  const columns = 4 + random.int(4);
  const terms = Array.from({ length: 4 + random.int(4) }, (_, index) => ({
    weight: normal(random),
    // the first terms are single columns, so that there is something to find at once
    factors: Array.from({ length: index < 2 ? 1 : 1 + random.int(3) }, () => random.int(columns)),
  }));
  return {
    row: (rows) => Array.from({ length: columns }, () => normal(rows)),
    value: (row) =>
      terms.reduce(
        (sum, { weight, factors }) => sum + factors.reduce((product, at) => product * (row[at] ?? 0), weight),
        0,
      ),
  };
}

type Node = { readonly leaf: number } | {
  readonly column: number;
  readonly bound: number;
  readonly below: Node;
  readonly above: Node;
};

/** A tree of three or four questions in a row, each whether a column is below a bound. */
function drawTree(random: Random): DrawnFunction {
  const columns = 4 + random.int(4);
  const grow = (depth: number, box: readonly (readonly [number, number])[]): Node => {
    if (depth === 0) return { leaf: normal(random) };
    const column = random.int(columns);
    const [low, high] = box[column] ?? [0, 1];
    const bound = low + (high - low) * (0.3 + 0.4 * random.next());
    const within = (side: readonly [number, number]) => box.map((old, at) => at === column ? side : old);
    return {
      column,
      bound,
      below: grow(depth - 1, within([low, bound])),
      above: grow(depth - 1, within([bound, high])),
    };
  };
  const root = grow(3 + random.int(2), Array.from({ length: columns }, () => [0, 1] as const));
  const leafOf = (node: Node, row: readonly number[]): number =>
    "leaf" in node ? node.leaf : leafOf((row[node.column] ?? 0) < node.bound ? node.below : node.above, row);
  return {
    row: (rows) => Array.from({ length: columns }, () => rows.next()),
    value: (row) => leafOf(root, row),
  };
}

/** A standard normal number (Box and Muller, one of the pair). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Values less their mean, over their standard deviation; all 0 where they do not vary. */
export function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => deviation > 0 ? (value - mean) / deviation : 0);
}

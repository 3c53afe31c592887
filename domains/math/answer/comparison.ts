/**
 * What the parts of a comparison share.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { ExpressionReader } from "./expression.ts";
import type { Work } from "./work.ts";

/** Answers of one kind. */
export type Of<Kind extends Answer["kind"]> = Extract<Answer, { readonly kind: Kind }>;

/** What a comparison may use. */
export interface Comparison {
  /** Reads expressions. */
  readonly reader: ExpressionReader;
  /** What it may still cost. */
  readonly work: Work;
  /** How far numbers may be off, absolutely: one for all, or one for each item of a list. */
  readonly tolerance?: number | readonly number[];
  /** Compares parts of answers. */
  same(a: Answer, b: Answer, by: Comparison): boolean;
}

/** The comparison for one item: with the tolerance that is its own. */
export function itemTolerance(by: Comparison, at: number): Comparison {
  const { tolerance, ...rest } = by;
  if (typeof tolerance === "number" || tolerance === undefined) return by;
  const own = tolerance.length === 1 ? tolerance[0] : tolerance[at];
  return own === undefined ? rest : { ...rest, tolerance: own };
}

/** Whether two items are there and the same. */
export function sameItem(a: Answer | undefined, b: Answer | undefined, by: Comparison): boolean {
  return a !== undefined && b !== undefined && by.same(a, b, by);
}

/** LaTeX without spaces and braces. */
export function bareText(latex: string): string {
  return latex.replaceAll(/[\s{}]/g, "");
}

/** Whether each of either has an equal on the other side; `at` counts the first side. */
export function covers<Item>(
  a: readonly Item[],
  b: readonly Item[],
  same: (x: Item, y: Item, at: number) => boolean,
): boolean {
  return a.every((x, at) => b.some((y) => same(x, y, at))) &&
    b.every((y) => a.some((x, at) => same(x, y, at)));
}

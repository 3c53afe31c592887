import type { Json } from "../json.ts";
import type { Comparison } from "../metrics/comparison.ts";
import { ResultTable } from "./result_table.ts";

/** A comparison as tables, unrounded. Ends of intervals are `low` and `high`, of 95 % unless `level` says otherwise. */
export interface ComparisonResult {
  /** A row an arm and k: the latest answer after k self-improvement steps. */
  readonly curves: ResultTable;
  /** A row an arm: Δ_K, what the chain gains from the first answer to the last. */
  readonly gains: ResultTable;
  /** A row a pair: arm minus reference after K steps, paired by seed and task, and whether a difference is shown. */
  readonly differences: ResultTable;
  /** A row a sentence: what the reader must know besides. */
  readonly notes: ResultTable;
  /** All of it. */
  readonly comparison: Comparison;
}

/** The tables of a comparison. */
export function comparisonResult(comparison: Comparison): ComparisonResult {
  const { arms, differences, notes } = comparison;
  return {
    curves: tableOf(
      { arm: "VARCHAR", seeds: "INTEGER", step: "INTEGER", mean: "DOUBLE", low: "DOUBLE", high: "DOUBLE" },
      arms.flatMap(({ label, seeds, curve }) =>
        curve.map(({ step, mean, low, high }) => [label, seeds.length, step, mean, low, high])
      ),
    ),
    gains: tableOf(
      { arm: "VARCHAR", seeds: "INTEGER", tokens: "DOUBLE", gain: "DOUBLE", low: "DOUBLE", high: "DOUBLE" },
      arms.map(({ label, seeds, compute, gain }) => [
        ...[label, seeds.length, compute.tokens, gain.mean, gain.low, gain.high],
      ]),
    ),
    differences: tableOf(
      {
        ...{ arm: "VARCHAR", against: "VARCHAR", seeds: "INTEGER", tasks: "INTEGER", difference: "DOUBLE" },
        ...{ low: "DOUBLE", high: "DOUBLE", p_holm: "DOUBLE", finding: "VARCHAR" },
      },
      differences.map(({ arm, against, seeds, tasks, value, holm, finding, holds }) => [
        ...[arm, against, seeds.length, tasks, value?.mean ?? null, value?.low ?? null, value?.high ?? null],
        ...[holm, finding === "none" ? "no difference shown" : holds ? finding : `${finding}, not adjusted`],
      ]),
    ),
    notes: tableOf({ note: "VARCHAR" }, notes.map((note) => [note])),
    comparison,
  };
}

function tableOf(types: { readonly [column: string]: string }, rows: Json[][]): ResultTable {
  return new ResultTable({
    columns: Object.entries(types).map(([name, type]) => ({ name, type })),
    rows: rows.map((row) => row.map((value) => Number.isNaN(value) ? null : value)),
  });
}

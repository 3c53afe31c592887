import { contentHash } from "../../../lib/domain/mod.ts";
import type { Table } from "../mlkit/table.ts";
import type { HiddenPart } from "./competition.ts";
import type { SplitRule } from "./competition_file.ts";

/** A table in two: the rows to learn from, and those to predict. */
export interface SplitTable {
  /** With the target. */
  readonly train: Table;
  /** With the target, which a program does not see. */
  readonly hidden: Table;
  /** The half that each hidden row belongs to. */
  readonly parts: readonly HiddenPart[];
}

/**
 * Splits a table. By hash: what a row is for and its new place follow from the competition's id and the row's number alone, so
 * that neither says anything of the row. By time: the last rows are hidden, those for the test at the very end, and all
 * keep their order.
 *
 * @param id Of the competition.
 *
 * @example
 * ```ts
 * import { splitTable } from "exitlab/domains/mle/competition/split_table.ts";
 * import { tableOf } from "exitlab/domains/mle/mlkit/table.ts";
 * import assert from "node:assert/strict";
 *
 * const table = tableOf({ day: [1, 2, 3, 4, 5, 6] });
 * const { train, hidden, parts } = splitTable("days", table, { rule: "time", validation: 2, test: 1 });
 * assert.deepEqual(train.texts("day"), ["1", "2", "3"]);
 * assert.deepEqual(hidden.texts("day"), ["4", "5", "6"]);
 * assert.deepEqual(parts, ["validation", "validation", "test"]);
 * ```
 */
export function splitTable(id: string, table: Table, rule: SplitRule): SplitTable {
  if (rule.rule === "time") {
    const known = Math.max(0, table.rows - rule.validation - rule.test);
    const rows = Array.from({ length: table.rows }, (_, row) => row);
    return {
      train: table.select(rows.slice(0, known)),
      hidden: table.select(rows.slice(known)),
      parts: rows.slice(known).map((_, at) => at < rule.validation ? "validation" : "test"),
    };
  }
  const known = Math.round(rule.train * table.rows);
  const validation = Math.round(rule.validation * table.rows);
  const drawn = hashOrder(id, "part", table.rows);
  const inValidation = new Set(drawn.slice(known, known + validation));
  const places = new Map(hashOrder(id, "place", table.rows).map((row, place) => [row, place]));
  const placed = (rows: readonly number[]): number[] =>
    rows.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  const hidden = placed(drawn.slice(known));
  return {
    train: table.select(placed(drawn.slice(0, known))),
    hidden: table.select(hidden),
    parts: hidden.map((row) => inValidation.has(row) ? "validation" : "test"),
  };
}

/**
 * The halves of rows that are hidden anyway, by hash.
 *
 * @param id Of the competition.
 */
export function hiddenHalves(id: string, count: number): HiddenPart[] {
  const inValidation = new Set(hashOrder(id, "part", count).slice(0, Math.floor(count / 2)));
  return Array.from({ length: count }, (_, row) => inValidation.has(row) ? "validation" : "test");
}

/** The numbers of rows in an order that their hashes decide. */
function hashOrder(id: string, purpose: string, count: number): number[] {
  const hashes = Array.from({ length: count }, (_, row) => contentHash([id, purpose, row]));
  return hashes.map((_, row) => row).toSorted((a, b) => (hashes[a] ?? "") < (hashes[b] ?? "") ? -1 : 1);
}

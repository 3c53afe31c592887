import type { Json } from "../json.ts";

/**
 * A value of a query's result as a table shows it: numbers to four significant places, lists and objects as JSON.
 *
 * @example
 * ```ts
 * import { cellText } from "exitlab/lib/report/cell_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1 / 3, 12345.678, 7, null, [1]].map(cellText), ["0.3333", "12346", "7", "", "[1]"]);
 * ```
 */
export function cellText(value: Json): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : short(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function short(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

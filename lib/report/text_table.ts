/**
 * Rows of text as an aligned table; the first row is the head, and columns after the first are right-aligned.
 *
 * @example
 * ```ts
 * import { textTable } from "exitlab/lib/report/text_table.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(textTable([["arm", "k=0"], ["exit", "0.61"]]), "arm    k=0\n────  ────\nexit  0.61");
 * ```
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (row: readonly string[]): string =>
    widths.map((width, column) => {
      const cell = row[column] ?? "";
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd();
  const [head, ...body] = rows.map(line);
  return [head ?? "", widths.map((width) => "─".repeat(width)).join("  "), ...body].join("\n");
}

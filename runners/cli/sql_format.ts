/**
 * The forms in which a query's result is printed.
 *
 * @module
 */
import type { Json } from "../../lib/json.ts";
import type { QueryResult } from "../../lib/metrics/query.ts";
import { cellText } from "../../lib/report/cell_text.ts";

/** The most characters of a cell in a table. */
const widest = 60;

/** The most rows that a table shows. */
const longest = 1000;

/** An aligned table for people: numbers to four significant places and to the right, long text cut, rows counted. */
export function formatTable({ columns, rows }: QueryResult): string {
  const shown = rows.slice(0, longest);
  const right = columns.map((_, at) =>
    shown.every((row) => row[at] === null || typeof row[at] === "number") && shown.length > 0
  );
  const cells = [columns.map(({ name }) => name), ...shown.map((row) => row.map(cell))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => [...(row[at] ?? "")].length)));
  const lines = cells.map((row) =>
    row.map((text, at) => {
      const space = " ".repeat((widths[at] ?? 0) - [...text].length);
      return right[at] === true ? space + text : text + space;
    }).join("  ").trimEnd()
  );
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const count = `(${rows.length} row${rows.length === 1 ? "" : "s"}${
    rows.length > longest ? `, the first ${longest} shown; --format csv or json gives all` : ""
  })`;
  return [lines[0] ?? "", rule, ...lines.slice(1), count].join("\n");
}

function cell(value: Json): string {
  // What a model wrote must not steer the terminal.
  const characters = [...cellText(value).replaceAll(/\p{Cc}/gu, "·")];
  return characters.length > widest ? `${characters.slice(0, widest - 1).join("")}…` : characters.join("");
}

/** A JSON array with an object a row. */
export function formatJson({ columns, rows }: QueryResult): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])))
  );
  return objects.length === 0 ? "[]" : `[\n  ${objects.join(",\n  ")}\n]`;
}

/** CSV as RFC 4180 has it, with a header; `null` is an empty field. The last line break is left to the caller. */
export function formatCsv({ columns, rows }: QueryResult): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((row) => row.map(csvField).join(",")).join("\r\n");
}

function csvField(value: Json): string {
  if (value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

import type { Json } from "../json.ts";
import { UserError } from "../errors.ts";
import type { QueryResult } from "../metrics/query.ts";
import { cellText } from "../report/cell_text.ts";
import { html } from "../report/page/html.ts";
import { textTable } from "../report/text_table.ts";
import { display, type Displayed } from "./display.ts";

/** The most rows, and the most characters of a cell, that a notebook shows. */
const [longest, widest] = [1000, 2000];

/** What a query gave: a value to compute with, and a table to look at. */
export class ResultTable implements QueryResult {
  /** Its columns, with DuckDB's type names. */
  readonly columns: QueryResult["columns"];
  /** Its rows, values in the order of the columns, unrounded. */
  readonly rows: QueryResult["rows"];

  /** Takes what a query gave. */
  constructor({ columns, rows }: QueryResult) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Its rows by name. */
  objects(): { readonly [column: string]: Json }[] {
    return this.rows.map((row) =>
      Object.fromEntries(this.columns.map(({ name }, at) => [name, row[at] ?? null]))
    );
  }

  /**
   * The values of a column.
   *
   * @throws {UserError} If there is none of that name.
   */
  column(name: string): Json[] {
    const at = this.columns.findIndex((column) => column.name === name);
    if (at === -1) {
      const names = this.columns.map((column) => column.name).join(", ");
      throw new UserError(`Expected the name of a column (${names}) but found "${name}"`);
    }
    return this.rows.map((row) => row[at] ?? null);
  }

  /** A table with numbers to four significant places. */
  [display](): Displayed {
    const shown = this.rows.slice(0, longest);
    const head = this.columns.map(({ name }) => name);
    const cells = shown.map((row) => row.map((value) => cut(cellText(value))));
    const figures = this.columns.map((_, at) =>
      shown.every((row) => row[at] === null || typeof row[at] === "number")
    );
    const aligned = (at: number): string => `text-align:${figures[at] === true ? "right" : "left"}`;
    const count = `${this.rows.length} row${this.rows.length === 1 ? "" : "s"}${
      this.rows.length > longest ? `, the first ${longest} shown` : ""
    }`;
    const markup = html`
      <div tabindex="0" role="group" aria-label="${head.join(", ")}" style="max-height:26em;overflow:auto">
        <table>
          <caption>${count}</caption>
          <thead>
            <tr>${head.map((name, at) => html`<th scope="col" style="${aligned(at)}">${name}</th>`)}</tr>
          </thead>
          <tbody>${cells.map((row) =>
            html`<tr>${
              row.map((text, at) => html`<td style="${aligned(at)};white-space:pre-wrap">${text}</td>`)
            }</tr>`
          )}</tbody>
        </table>
      </div>
    `;
    const plain = [head, ...cells].map((row) => row.map((text) => text.replaceAll(/\p{Cc}/gu, "·")));
    return { "text/plain": `${textTable(plain)}\n(${count})`, "text/html": String(markup) };
  }
}

function cut(text: string): string {
  return text.length > widest ? `${text.slice(0, widest).toWellFormed()}…` : text;
}

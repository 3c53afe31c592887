/**
 * Views for reading what a policy wrote. It is text to look at, whatever it holds: no markup in it comes to life.
 *
 * @module
 */
import type { Json } from "../json.ts";
import { cellText } from "../report/cell_text.ts";
import { type Html, html } from "../report/page/html.ts";
import { textTable } from "../report/text_table.ts";
import { display, type Displayed } from "./display.ts";
import type { ResultTable } from "./result_table.ts";
import { type DiffPiece, textDiff } from "./text_diff.ts";

/** Something to read in a notebook. */
export class Reading {
  readonly #forms: Displayed;

  /** Takes it as plain text and as markup, which {@linkcode html} made. */
  constructor(plain: string, markup: Html) {
    this.#forms = { "text/plain": plain.replaceAll(/[^\P{Cc}\n]/gu, "·"), "text/html": String(markup) };
  }

  /** Its forms. */
  [display](): Displayed {
    return this.#forms;
  }
}

/** Which columns hold what. */
export type SideBySideOptions = {
  /** The column whose values stand side by side, such as `arm`. */
  readonly across: string;
  /** The column whose values stand below each other, such as `step`. */
  readonly down: string;
  /** The column of texts. */
  readonly text: string;
  /** The column that says whether a text is right. */
  readonly solved?: string;
};

/**
 * Texts side by side. What is new in a text, compared with the one above it, is marked.
 *
 * @throws {UserError} If a column is not there.
 */
export function sideBySide(
  table: ResultTable,
  { across, down, text, solved }: SideBySideOptions,
): Reading {
  const [columns, rows] = [table.column(across), table.column(down)].map((values) => values.map(cellText));
  const texts = table.column(text).map(written);
  const right = solved === undefined ? [] : table.column(solved);
  const places = new Map(texts.map((_, at) => [JSON.stringify([columns?.[at], rows?.[at]]), at]));
  const [heads, sides] = [[...new Set(columns)], [...new Set(rows)]];
  const place = (head: string | undefined, side: string | undefined): number | undefined =>
    places.get(JSON.stringify([head, side]));
  const cell = (head: string, line: number): Html => {
    const now = place(head, sides[line]);
    const before = line === 0 ? undefined : place(head, sides[line - 1]);
    if (now === undefined) return html`<td style="${cellStyle}"></td>`;
    const after = texts[now] ?? "";
    return html`<td style="${cellStyle}">${mark(right[now])} ${
      before === undefined ? after : textDiff(texts[before] ?? "", after).map(newPiece)
    }</td>`;
  };
  const markup = html`
    <table>
      <thead>
        <tr><th scope="col">${down}</th>${heads.map((head) =>
          html`<th scope="col" style="text-align:left">${head}</th>`
        )}</tr>
      </thead>
      <tbody>${sides.map((side, line) =>
        html`<tr><th scope="row">${side}</th>${heads.map((head) => cell(head, line))}</tr>`
      )}</tbody>
    </table>
  `;
  const plain = [
    [down, ...heads],
    ...sides.map((side) => [
      side,
      ...heads.map((head) => {
        const at = place(head, side);
        return at === undefined ? "" : `${mark(right[at])} ${texts[at] ?? ""}`.replaceAll(/\p{Cc}/gu, "·");
      }),
    ]),
  ];
  return new Reading(textTable(plain), markup);
}

/**
 * What changed from one text to another: struck out what went, marked what came.
 *
 * @example
 * ```ts
 * import { changes, display } from "exitlab/notebook";
 * import assert from "node:assert/strict";
 *
 * const forms = changes("a <b>", "a <i>")[display]();
 * assert.equal(forms["text/plain"], "a <[-b-]{+i+}>");
 * assert.match(forms["text/html"] ?? "", /&lt;<del>b<\/del><ins/);
 * ```
 */
export function changes(before: string, after: string): Reading {
  const pieces = textDiff(before, after);
  const plain = pieces.map(({ kind, text }) =>
    kind === "same" ? text : kind === "removed" ? `[-${text}-]` : `{+${text}+}`
  );
  return new Reading(
    plain.join(""),
    html`<pre style="white-space:pre-wrap">${
      pieces.map((piece) => piece.kind === "removed" ? html`<del>${piece.text}</del>` : newPiece(piece))
    }</pre>`,
  );
}

const cellStyle = "text-align:left;vertical-align:top;white-space:pre-wrap;font-family:monospace";

function newPiece({ kind, text }: DiffPiece): Html | string {
  if (kind === "removed") return "";
  return kind === "same" ? text : html`<ins style="text-decoration:underline;font-weight:bold">${text}</ins>`;
}

function mark(solved: Json | undefined): string {
  return solved === true ? "✓" : solved === false ? "✗" : "";
}

function written(value: Json): string {
  return typeof value === "string" ? value : cellText(value);
}

import { type Html, html, type HtmlValue } from "./html.ts";

/** How a table is shown. */
export interface TableLook {
  /** A line above it. */
  readonly caption?: string;
  /** Whether its cells hold text rather than figures. */
  readonly text?: boolean;
  /** What stands before the first cell of each row of the body, such as the colour of an arm. */
  readonly marks?: readonly Html[];
}

/**
 * Rows of cells as a table; the first row is the head, and the first cell of each row names it.
 *
 * @example
 * ```ts
 * import { table } from "exitlab/lib/report/page/table.ts";
 *
 * table([["arm", "k = 0"], ["grpo", "0.5"]], { caption: "Solved share" });
 * ```
 */
export function table(rows: readonly (readonly string[])[], look: TableLook = {}): Html {
  const [head = [], ...body] = rows;
  const { caption, text = false, marks = [] } = look;
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="${caption ?? head.join(", ")}">
      <table class="${text ? "text" : "figures"}">${caption === undefined
        ? ""
        : html`<caption>${caption}</caption>`}<thead><tr>${head.map((cell) =>
          html`<th scope="col">${broken(cell)}</th>`
        )}</tr></thead><tbody>${body.map((row, at) =>
          html`<tr>${
            row.map((cell, column) =>
              column === 0
                ? html`<th scope="row">${marks[at]}${marks[at] === undefined ? "" : " "}${broken(cell)}</th>`
                : html`<td>${text ? cell : broken(together(cell))}</td>`
            )
          }</tr>`
        )}</tbody></table>
    </div>
  `;
}

/** Longer cells, such as names, are broken into lines. */
const longestCell = 40;

/** A cell as it is, or in lines if it is long. */
export function broken(cell: string): HtmlValue {
  return cell.length > longestCell ? html`<span class="long">${cell}</span>` : cell;
}

/** An interval breaks before its bracket, not within; a unit stays with its figure. */
function together(cell: string): string {
  return cell.replaceAll(/(?<=\[[^\]]*,) | (?=%)/g, "\u00a0");
}

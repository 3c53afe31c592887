import type { Block } from "../document.ts";
import { type Html, html } from "./html.ts";
import { table } from "./table.ts";

/**
 * Blocks of a report as markup. Headings are of the third level, for they stand in a section of a page; Markdown is shown
 * as it was written, and pictures are left out.
 *
 * @example
 * ```ts
 * import { blocks } from "exitlab/lib/report/page/blocks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(String(blocks([{ kind: "paragraph", text: "a < b" }])), "<p>a &lt; b</p>");
 * ```
 */
export function blocks(parts: readonly Block[]): Html {
  return html`${
    parts.map((block) => {
      switch (block.kind) {
        case "heading":
          return html`<h3>${block.text}</h3>`;
        case "paragraph":
          return html`<p>${block.text}</p>`;
        case "list":
          return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
        case "table":
          return table(block.rows);
        case "code":
        case "markdown":
          return html`<pre>${block.text}</pre>`;
        case "picture":
          return "";
      }
    })
  }`;
}

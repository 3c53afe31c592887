import { extname } from "node:path";
import { type Html, html } from "../../lib/report/page/html.ts";
import { highlight } from "./highlight.ts";

/** Whether a file is shown as a page, and not copied as it is. */
export function isShown(path: string): boolean {
  return /\.(ts|sql|json|jsonl|ya?ml|py|sh|ipynb|css|txt|csv)$/.test(path);
}

/** The place of a source file's page in the site. */
export function sourceAddress(path: string): string {
  return `source/${path}.html`;
}

/**
 * A source file as a page, each line with an anchor such as `L12`.
 *
 * @example
 * ```ts
 * import { sourcePage } from "exitlab/docs/site/source_page.ts";
 * import assert from "node:assert/strict";
 *
 * const { body, anchors } = sourcePage("a.ts", "const a = 1;\n\nconst b = 2;\n");
 * assert.deepEqual(anchors, ["L1", "L2", "L3"]);
 * assert.match(String(body), /<a id="L3" href="#L3">3<\/a>/);
 * ```
 */
export function sourcePage(
  path: string,
  text: string,
): { readonly body: Html; readonly anchors: readonly string[] } {
  const whole = text.trimEnd();
  const anchors = whole.split("\n").map((_, at) => `L${at + 1}`);
  const numbers = anchors.map((line) => html`<a id="${line}" href="#${line}">${line.slice(1)}</a>${"\n"}`);
  const code = highlight(whole, extname(path).slice(1));
  const body = html`
    <h1><code>${path}</code></h1>
    <div class="source scroll" tabindex="0">
      <pre class="lines">${numbers}</pre>
      <pre><code>${code}</code></pre>
    </div>
  `;
  return { body, anchors };
}

import { lexer, type MarkedToken, type Token } from "marked";
import { type Html, html } from "../../lib/report/page/html.ts";
import { highlight } from "./highlight.ts";
import { slug } from "./slug.ts";

/** A heading of a page. */
export interface Heading {
  /** 1 to 6. */
  readonly depth: number;
  /** Its words, without markup. */
  readonly text: string;
  /** Its anchor in the page. */
  readonly id: string;
}

/** Code in a line of up to so many characters is not broken at its hyphens and spaces. */
const longestUnbroken = 24;

/** How a text is put into its page. */
export interface MarkdownPlace {
  /** The address that a link or a picture of the text gets in the site. */
  address(href: string): string;
  /** The address of what a name in code means; `undefined` for most. */
  name?(name: string, code: string): string | undefined;
  /** How much deeper headings are than they say; 0 when left out. Deeper ones have no anchors. */
  readonly deeper?: number;
}

/** A text as markup, and what is in it. */
export interface RenderedMarkdown {
  /** The markup. */
  readonly body: Html;
  /** Its headings, in order. */
  readonly headings: readonly Heading[];
}

/**
 * Markdown as markup: that of GitHub, without HTML of its own, footnotes and character entities, which are refused rather
 * than shown as something else.
 *
 * @throws {SyntaxError} If the text has something that is not shown.
 *
 * @example
 * ```ts
 * import { renderMarkdown } from "exitlab/docs/site/markdown.ts";
 * import assert from "node:assert/strict";
 *
 * const { body, headings } = renderMarkdown("# One *page*\n\nSee `a < b`.", { address: (href) => href });
 * assert.deepEqual(headings, [{ depth: 1, text: "One page", id: "one-page" }]);
 * assert.match(String(body), /<p>See <code class="whole">a &lt; b<\/code>\.<\/p>/);
 * assert.throws(() => renderMarkdown("<b>bold</b>", { address: (href) => href }), SyntaxError);
 * ```
 */
export function renderMarkdown(text: string, place: MarkdownPlace): RenderedMarkdown {
  const headings: Heading[] = [];
  const taken = new Map<string, number>();
  const deeper = place.deeper ?? 0;

  const all = (tokens: readonly Token[]): Html => html`${tokens.map((token) => one(known(token)))}`;

  const one = (token: MarkedToken): Html => {
    switch (token.type) {
      case "heading": {
        const words = plainText(token.tokens);
        const id = slug(words, taken);
        if (deeper > 0) return heading(Math.min(6, token.depth + deeper), undefined, all(token.tokens));
        headings.push({ depth: token.depth, text: words, id });
        return heading(token.depth, id, all(token.tokens));
      }
      case "paragraph":
        return html`<p>${all(token.tokens)}</p>`;
      case "text":
        if (/&(#\w+|\w+);/.test(token.text)) {
          throw new SyntaxError(`Expected no character entity but found "${token.raw}"`);
        }
        return token.tokens === undefined ? html`${token.text}` : all(token.tokens);
      case "code":
        return html`<pre class="scroll" tabindex="0"><code>${
          highlight(token.text, token.lang ?? "", (name) => place.name?.(name, token.text))
        }</code></pre>`;
      case "blockquote":
        return html`<blockquote>${all(token.tokens)}</blockquote>`;
      case "list": {
        const items = token.items.map((item) => html`<li>${all(item.tokens)}</li>`);
        return token.ordered
          ? html`<ol start="${token.start === "" ? 1 : token.start}">${items}</ol>`
          : html`<ul>${items}</ul>`;
      }
      case "table": {
        const look = (column: number): string => token.align[column] === "right" ? "right" : "left";
        const head = token.header.map((cell, column) =>
          html`<th scope="col" class="${look(column)}">${all(cell.tokens)}</th>`
        );
        const rows = token.rows.map((row) =>
          html`<tr>${
            row.map((cell, column) => html`<td class="${look(column)}">${all(cell.tokens)}</td>`)
          }</tr>`
        );
        return html`
          <div class="scroll" tabindex="0" role="group" aria-label="A table of ${token.header
            .length} columns">
            <table>
              <thead>
                <tr>${head}</tr>
              </thead>
              <tbody>${rows}</tbody>
            </table>
          </div>
        `;
      }
      case "hr":
        return html`<hr>`;
      case "link":
        return html`<a href="${place.address(token.href)}">${all(token.tokens)}</a>`;
      case "image":
        return html`<img src="${place.address(token.href)}" alt="${token.text}">`;
      case "codespan":
        return token.text.length <= longestUnbroken
          ? html`<code class="whole">${token.text}</code>`
          : html`<code>${token.text}</code>`;
      case "strong":
        return html`<strong>${all(token.tokens)}</strong>`;
      case "em":
        return html`<em>${all(token.tokens)}</em>`;
      case "escape":
        return html`${token.text}`;
      case "br":
        return html`<br>`;
      case "space":
      case "def":
        return html``;
      default:
        throw new SyntaxError(
          `Expected Markdown that the site can show but found ${token.type} "${token.raw}"`,
        );
    }
  };

  return { body: all(lexer(text)), headings };
}

/** Heading of a level, with a link to itself where it has an anchor. */
function heading(depth: number, id: string | undefined, words: Html): Html {
  const inner = id === undefined
    ? words
    : html`${words} <a class="anchor" href="#${id}" aria-label="This section">#</a>`;
  const attribute = id ?? "";
  switch (depth) {
    case 1:
      return html`<h1 id="${attribute}">${words}</h1>`;
    case 2:
      return id === undefined ? html`<h2>${inner}</h2>` : html`<h2 id="${attribute}">${inner}</h2>`;
    case 3:
      return id === undefined ? html`<h3>${inner}</h3>` : html`<h3 id="${attribute}">${inner}</h3>`;
    default:
      return id === undefined ? html`<h4>${inner}</h4>` : html`<h4 id="${attribute}">${inner}</h4>`;
  }
}

/** The words of tokens, without their markup. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    const inner = known(token);
    if ("tokens" in inner && inner.tokens !== undefined) return plainText(inner.tokens);
    return "text" in inner ? inner.text : "";
  }).join("");
}

/**
 * A token of the library itself: no extension is in use that could make others.
 *
 * @throws {SyntaxError} If it is another.
 */
export function known(token: Token): MarkedToken {
  if (isMarked(token)) return token;
  throw new SyntaxError(`Expected Markdown that the site can show but found ${token.type} "${token.raw}"`);
}

const types: ReadonlySet<string> = new Set([
  ...[
    "blockquote",
    "br",
    "checkbox",
    "code",
    "codespan",
    "def",
    "del",
    "em",
    "escape",
    "heading",
    "hr",
    "html",
  ],
  ...["image", "link", "list", "list_item", "paragraph", "space", "strong", "table", "text"],
]);

function isMarked(token: Token): token is MarkedToken {
  return types.has(token.type);
}

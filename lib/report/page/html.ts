/**
 * Markup that cannot be broken by what stands in it: everything put into a template is escaped, unless it came out of one.
 *
 * @module
 */

/** What may stand in a template. Lists are joined; what is absent leaves nothing. */
export type HtmlValue = Html | string | number | bigint | boolean | null | undefined | readonly HtmlValue[];

/** Marks the only makers of markup: those of this file. */
const maker = Symbol("maker");

/** Markup that was made by {@linkcode html} or {@linkcode svg}, and so holds no foreign text unescaped. */
export class Html {
  readonly #text: string;

  /** @throws {TypeError} Outside of this file: text becomes markup through {@linkcode html} alone. */
  constructor(text: string, by: symbol) {
    if (by !== maker) throw new TypeError("Expected markup to be made by html`…`");
    this.#text = text;
  }

  /** The markup as text. */
  toString(): string {
    return this.#text;
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as it may stand in markup, between tags or in a quoted attribute, in HTML and in XML alike. Control characters,
 * which neither may hold, are shown by their pictures, and those that turn the direction of what follows by their codes.
 *
 * @example
 * ```ts
 * import { escapeText } from "exitlab/lib/report/page/html.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeText('<b title="x">\0'), "&lt;b title=&quot;x&quot;&gt;␀");
 * assert.equal(escapeText("\u202eabc"), "⟨202e⟩abc");
 * ```
 */
export function escapeText(text: string): string {
  return text.toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "")
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, (control) => {
      const code = control.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
    })
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, (steer) => `⟨${steer.charCodeAt(0).toString(16)}⟩`)
    .replaceAll(/[\ufffe\uffff]/g, "\ufffd");
}

/**
 * Markup from a template. Values are escaped, save markup that was made this way; attributes must be quoted.
 *
 * @throws {TypeError} If a value stands where escaping does not help: in an attribute without quotes.
 *
 * @example
 * ```ts
 * import { html } from "exitlab/lib/report/page/html.ts";
 * import assert from "node:assert/strict";
 *
 * const rows = ["a", "<script>"].map((name) => html`<li>${name}</li>`);
 * assert.equal(String(html`<ul>${rows}</ul>`), "<ul><li>a</li><li>&lt;script&gt;</li></ul>");
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let inTag = false;
  const text = parts.map((part, at) => {
    const [opens, closes] = [part.lastIndexOf("<"), part.lastIndexOf(">")];
    if (opens !== closes) inTag = opens > closes;
    if (at >= values.length) return part;
    if (inTag && /=\s*$/.test(part)) throw new TypeError(`Expected quotes after "${part.slice(-20)}"`);
    return part + write(values[at]);
  });
  return new Html(text.join(""), maker);
}

function write(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return String(value);
  if (typeof value === "object") return value.map(write).join("");
  return escapeText(String(value));
}

/** The elements of pictures. None of them runs, fetches or links anything. */
const shapes: ReadonlySet<string> = new Set(
  ["svg", "style", "title", "desc", "g", "path", "line", "circle", "rect", "text", "tspan", "polyline"],
);

/** A tag, or text between tags. */
const token = /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<>]*")*)(\/?)>|[^<>]+/y;

/**
 * A picture of `lib/report/charts` as markup. It is checked: only shapes and words, nothing that runs or is fetched.
 *
 * @throws {TypeError} If there is more in it.
 *
 * @example
 * ```ts
 * import { svg } from "exitlab/lib/report/page/html.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(String(svg('<svg><path d="M0,0"/></svg>')), '<svg><path d="M0,0"/></svg>');
 * assert.throws(() => svg("<svg><script>alert(1)</script></svg>"), TypeError);
 * assert.throws(() => svg('<svg onload="alert(1)"></svg>'), TypeError);
 * ```
 */
export function svg(text: string): Html {
  let at = 0;
  let last = "";
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw new TypeError(`Expected a picture but found "${text.slice(at, at + 40)}"`);
    const [whole, , name, attributes] = found;
    if (name !== undefined && !shapes.has(name)) {
      throw new TypeError(`Expected a picture but found <${name}>`);
    }
    if (/ (on|href|xlink:|src)/i.test(attributes?.replaceAll(/"[^"]*"/g, "") ?? "")) {
      throw new TypeError(`Expected a picture but found "${attributes?.trim() ?? ""}"`);
    }
    if (last === "style" && name === undefined && /@import|url\(/i.test(whole)) {
      throw new TypeError(`Expected a picture but found a style that fetches something`);
    }
    last = name ?? last;
    at += whole.length;
  }
  return new Html(text, maker);
}

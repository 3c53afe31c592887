import { type Html, html, type HtmlValue } from "../../lib/report/page/html.ts";

/** What a language calls a comment, and its words of its own. */
interface Language {
  /** The source of a pattern for comments. */
  readonly comment: string;
  /** Words that are set apart. */
  readonly words: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const typescript: Language = {
  comment: String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
  words: words(
    "abstract as async await break case catch class const continue declare default do else enum export extends false " +
      "finally for from function get if implements import in infer instanceof interface is keyof let new null of " +
      "override private public readonly return satisfies set static super switch this throw true try type typeof " +
      "undefined unique using void while yield any bigint boolean never number object string symbol unknown",
  ),
};
const sql: Language = {
  comment: String.raw`--[^\n]*`,
  words: words(
    "all and as asc avg between by case cast count create cross desc describe distinct else end exists false filter " +
      "from group having in is join left like limit max min not null on or order over partition pivot recursive " +
      "select sum table then true union unnest using values view when where with",
  ),
};
const shell: Language = {
  comment: String.raw`(?<![^\s])#[^\n]*`,
  words: words("cd curl deno docker export git npx pip python3 source ssh uv"),
};
const python: Language = {
  comment: String.raw`#[^\n]*`,
  words: words("and as def else for from if import in is lambda not or return None True False with"),
};
const data: Language = { comment: String.raw`(?<![^\s])#[^\n]*`, words: words("true false null") };

const languages: ReadonlyMap<string, Language> = new Map([
  ...["ts", "typescript", "js", "javascript", "tsx"].map((name) => [name, typescript] as const),
  ["sql", sql],
  ...["sh", "bash", "shell"].map((name) => [name, shell] as const),
  ["python", python],
  ...["json", "jsonl", "yaml"].map((name) => [name, data] as const),
]);

/**
 * Code as markup, with comments, text, numbers and the language's own words set apart; of an unknown language as it is.
 *
 * @param code The code.
 * @param language Its name as after the fence of a block, such as `ts`; what follows a space does not count.
 * @param link The address of what a name means; names without one are no links. Properties and keys are not asked for.
 *
 * @example
 * ```ts
 * import { highlight } from "exitlab/docs/site/highlight.ts";
 * import assert from "node:assert/strict";
 *
 * const address = (name: string) => name === "exit" ? "api.html#exit" : undefined;
 * assert.equal(
 *   String(highlight("const a = exit(1); // <b>", "ts", address)),
 *   '<span class="w">const</span> a = <a href="api.html#exit">exit</a>(<span class="n">1</span>); ' +
 *     '<span class="c">// &lt;b&gt;</span>',
 * );
 * ```
 */
export function highlight(
  code: string,
  language: string,
  link: (name: string) => string | undefined = () => undefined,
): Html {
  const known = languages.get(language.split(" ", 1)[0] ?? "");
  if (known === undefined) return html`${code}`;
  const text = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|` + "`(?:\\\\[\\s\\S]|[^`\\\\])*`";
  const number = String.raw`(?<![\w.@/-])\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b(?![.]\d)`;
  const token = new RegExp(`(${known.comment})|(${text})|(${number})|([A-Za-z_$][\\w$]*)`, "g");
  const parts: HtmlValue[] = [];
  let done = 0;
  for (const found of code.matchAll(token)) {
    const [whole, comment, quoted, digits] = found;
    parts.push(code.slice(done, found.index));
    done = found.index + whole.length;
    if (comment !== undefined) parts.push(html`<span class="c">${whole}</span>`);
    else if (quoted !== undefined) parts.push(html`<span class="s">${whole}</span>`);
    else if (digits !== undefined) parts.push(html`<span class="n">${whole}</span>`);
    else if (known.words.has(whole) && !isKey(code, found.index, done)) {
      parts.push(html`<span class="w">${whole}</span>`);
    } else {
      const address = isKey(code, found.index, done) ? undefined : link(whole);
      parts.push(address === undefined ? whole : html`<a href="${address}">${whole}</a>`);
    }
  }
  parts.push(code.slice(done));
  return html`${parts}`;
}

/** Whether a name is that of a property or a key, and so not what a variable of the name means. */
function isKey(code: string, from: number, to: number): boolean {
  return /(?<!\.\.)\.$/.test(code.slice(Math.max(0, from - 3), from)) ||
    /^\??:/.test(code.slice(to, to + 2)) ||
    /[-\w]$/.test(code.slice(Math.max(0, from - 1), from));
}

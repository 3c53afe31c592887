/**
 * What is public of a declaration, as its source has it: of a function its head, of a constant its type, of an interface
 * and a type all of it.
 *
 * @param source The text of the source file.
 * @param line The line where the declaration begins; the first is 0.
 * @throws {SyntaxError} If the declaration does not end.
 *
 * @example
 * ```ts
 * import { declaration } from "exitlab/docs/site/declaration.ts";
 * import assert from "node:assert/strict";
 *
 * const source = "export function f(a: { b: number }): { c: number } {\n  return { c: a.b };\n}\n";
 * assert.equal(declaration(source, 0), "function f(a: { b: number }): { c: number }");
 * assert.equal(declaration("export const size: number = 3;", 0), "const size: number");
 * ```
 */
export function declaration(source: string, line: number): string {
  const lines = source.split("\n").slice(line);
  const indent = /^ */.exec(lines[0] ?? "")?.[0].length ?? 0;
  const text = lines.map((each) => each.slice(Math.min(indent, each.length - each.trimStart().length)))
    .join("\n")
    .replace(/^export (default )?/, "");
  const whole = /^(?:declare )?(?:interface|type)\b/.test(text);
  const constant = /^(?:const|let)\b/.test(text);
  let depth = 0;
  // Comments, text in quotes and arrows hold signs that are none.
  for (
    const { 0: sign, index } of text.matchAll(
      /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"[^"\n]*"|`[^`]*`|=>|[()[\]{}<>;=]/g,
    )
  ) {
    if (depth === 0 && (sign === ";" || (constant && sign === "="))) return text.slice(0, index).trimEnd();
    if (depth === 0 && sign === "{" && !whole && isBody(text.slice(0, index))) {
      return text.slice(0, index).trimEnd();
    }
    if ("([{<".includes(sign)) depth += 1;
    else if (sign.length === 1 && ")]}>".includes(sign)) {
      depth -= 1;
      if (depth === 0 && sign === "}" && text.startsWith("interface")) return text.slice(0, index + 1);
    }
  }
  throw new SyntaxError(`Expected the declaration to end: ${text.slice(0, 80)}`);
}

/** Whether a brace after such a text opens a body, and not the type of an object. */
function isBody(before: string): boolean {
  return !/(?:[:|&<(,]|=>)$/.test(before.trimEnd());
}

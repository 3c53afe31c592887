import assert from "node:assert/strict";
import fc from "fast-check";
import { highlight } from "../../../docs/site/highlight.ts";
import { escapeText } from "../../../lib/report/page/html.ts";

const languages = ["ts", "sh", "sql", "json", "python", "unknown", ""] as const;

Deno.test("highlight() leaves all of the code as it is, escaped, whatever it is", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "`${",
      "/*",
      "*/",
      "//",
      "'",
      '"',
      "<b>",
      "const ",
      "1_000.5e-3",
      "--",
      "#",
      "\n",
      "exit(",
      ".exit",
    ),
  );
  fc.assert(fc.property(fc.array(piece), fc.constantFrom(...languages), (pieces, language) => {
    const code = pieces.join("");
    const markup = String(highlight(code, language, (name) => name === "exit" ? "#exit" : undefined));
    assert.equal(markup.replaceAll(/<[^>]*>/g, ""), escapeText(code));
  }));
});

Deno.test("highlight() links names, but not properties, keys, words in text or parts of words", () => {
  const linked = (code: string): number =>
    String(highlight(code, "ts", (name) => name === "exit" ? "#exit" : undefined)).split("<a ").length - 1;
  assert.equal(linked("const a = exit({ capacity: 1 });"), 1);
  assert.equal(linked("[...exit]"), 1);
  for (
    const code of ["a.exit()", "{ exit: 1 }", "{ exit?: number }", '"exit"', "// exit", "exits", "re-exit"]
  ) {
    assert.equal(linked(code), 0, code);
  }
});

Deno.test("highlight() tells comments of a language from what looks like one", () => {
  const comments = (code: string, language: string): number =>
    String(highlight(code, language)).split('<span class="c">').length - 1;
  assert.equal(comments("deno task run a.ts # why", "sh"), 1);
  assert.equal(comments("curl http://host/#place", "sh"), 0);
  assert.equal(comments('const url = "https://host";', "ts"), 0);
  assert.equal(comments("select 1 -- one", "sql"), 1);
});

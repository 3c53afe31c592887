import assert from "node:assert/strict";
import fc from "fast-check";
import { readProgram, sanitize } from "../../../../domains/mle/formula/program.ts";

Deno.test("readProgram() reads a letter or nothing a column", () => {
  assert.deepEqual(readProgram(4, 2, "l..w"), {
    ok: true,
    terms: [{ column: 0, letter: "l" }, { column: 3, letter: "w" }],
  });
  assert.deepEqual(readProgram(3, 0, "..."), { ok: true, terms: [] });
});

Deno.test("readProgram() marks what is wrong, first of all the length", () => {
  const wrong: [string, string][] = [
    ["", "<<<<"],
    ["l.", "__<<"],
    ["?", "_<<<"],
    ["l.ll.", "___>"],
    ["l.ll.?", "___>"],
    ["L..x", "?__?"],
    ["lllx", "___?"],
    ["lu.s", "++_+"],
  ];
  for (const [response, marks] of wrong) {
    assert.deepEqual(readProgram(4, 2, response), { ok: false, marks }, response);
  }
});

Deno.test("readProgram() gives a mark a column for any text, and sanitize() a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), fc.integer({ min: 1, max: 12 }), (text, m) => {
      const read = readProgram(m, 3, text);
      assert.ok(read.ok ? read.terms.length <= 3 && text.length === m : read.marks.length === m);
      assert.match(sanitize(m, text), new RegExp(`^[lusw.?]{${m}}$`));
      if (!read.ok) assert.match(read.marks, /[?<>+]/);
    }),
  );
});

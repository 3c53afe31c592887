import assert from "node:assert/strict";
import fc from "fast-check";
import { programIn } from "../../../domains/mle/program_text.ts";

Deno.test("programIn() takes the last block when there are several", () => {
  assert.equal(programIn("```\na\n```\nor\n~~~ts\nb\n~~~\nDone."), "b\n");
});

Deno.test("programIn() takes a block that holds a shorter fence whole", () => {
  assert.equal(programIn("````ts\nconst a = 1;\n```\nb\n````"), "const a = 1;\n```\nb\n");
});

Deno.test("programIn() takes a block that is not closed to its end", () => {
  assert.equal(programIn("Here:\n```ts\na\nb"), "a\nb\n");
});

Deno.test("programIn() finds any program in its block, whatever is said around it", () => {
  const words = fc.string().filter((text) => !/^\s*(```|~~~)/m.test(text));
  fc.assert(fc.property(words, words, words, (before, program, after) => {
    const lines = program.split("\n").map((line) => `${line}\n`).join("");
    assert.equal(programIn(`${before}\n\`\`\`typescript\n${program}\n\`\`\`\n${after}`), lines);
  }));
});

Deno.test("programIn() takes a response without a block as it is", () => {
  fc.assert(fc.property(fc.string().filter((text) => !/```|~~~/.test(text)), (text) => {
    assert.equal(programIn(text), text);
  }));
});

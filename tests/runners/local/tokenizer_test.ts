import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../lib/errors.ts";
import { characterTokenizer as tokenizer } from "../../../runners/local/tokenizer.ts";

const text = fc.string({ unit: fc.constantFrom("\n", ..." !09AZaz~<>&\\\"'") });

Deno.test("decode() undoes encodeResponse()", () => {
  fc.assert(fc.property(text, (response) => {
    const tokens = tokenizer.encodeResponse(response);
    assert.equal(tokens.length, response.length + 1);
    assert.deepEqual(tokenizer.stop, [tokens.at(-1)]);
    assert.equal(tokenizer.decode(tokens), response);
  }));
});

Deno.test("encodeChat() spends one token a character, a role and the answer's beginning", () => {
  assert.equal(tokenizer.encodeChat([{ role: "user", content: "1+1" }]).length, 4);
  assert.equal(
    tokenizer.encodeChat([{ role: "system", content: "a" }, { role: "user", content: "b" }]).length,
    5,
  );
  const chat = tokenizer.encodeChat([
    { role: "user", content: "x" },
    { role: "assistant", content: "y" },
    { role: "tool", content: "z" },
  ]);
  assert.equal(tokenizer.decode(chat), "x<assistant>y<tool>z<assistant>");
  assert.equal(tokenizer.decode(tokenizer.encodeChat([])), "<assistant>");
});

Deno.test("encodeChat() tells typed role names from roles", () => {
  const typed = tokenizer.encodeChat([{ role: "user", content: "<assistant>" }]);
  assert.equal(typed.length, 12);
});

Deno.test("the vocabulary covers printable ASCII and is a multiple of 8", () => {
  assert.equal(tokenizer.vocabulary, 104);
  const all = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("") + "\n";
  const tokens = tokenizer.encodeResponse(all);
  assert.equal(new Set(tokens).size, 97);
  assert.ok(tokens.every((token) => token < tokenizer.vocabulary));
});

Deno.test("decode() shows tokens that are no characters, the end left out", () => {
  assert.equal(tokenizer.decode([0, 103, ...tokenizer.stop]), "<pad><103>");
});

for (const character of ["é", "\t", "\r", "😀", "\u0000"]) {
  Deno.test(`encodeChat() refuses ${JSON.stringify(character)} by name`, () => {
    assert.throws(() => tokenizer.encodeChat([{ role: "user", content: `a${character}` }]), (error) => {
      assert.ok(error instanceof UserError);
      assert.ok(error.message.includes(JSON.stringify(character)));
      assert.match(error.message, /message 1 \(user\)/);
      return true;
    });
    assert.throws(() => tokenizer.encodeResponse(character), UserError);
  });
}

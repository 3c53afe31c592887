import assert from "node:assert/strict";
import fc from "fast-check";
import { shorten } from "../../../lib/loop/shorten.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.lorem({ maxCount: 40 }),
  fc.array(fc.constantFrom("a", " ", "\n", "🧩", "é"), { maxLength: 300 }).map((all) => all.join("")),
);

/** What a shortened response keeps at either end; all of it at both if it fits. */
function ends(response: string, most: number): { readonly head: string; readonly tail: string } {
  const { text: short, left } = shorten(response, most);
  if (left === 0) return { head: short, tail: short };
  const [head = "", tail = ""] = short.split(/(?:^|\n)\[\.\.\. \d+ characters? left out \.\.\.\](?:\n|$)/);
  return { head, tail };
}

Deno.test("a response that fits stays as it is; of another, beginning and end are kept, and what is left out is counted", () => {
  fc.assert(fc.property(text, fc.nat(320), (response, most) => {
    const { text: short, left } = shorten(response, most);
    if (response.length <= most) return assert.deepEqual({ short, left }, { short: response, left: 0 });
    const { head, tail } = ends(response, most);
    assert(response.startsWith(head) && response.endsWith(tail));
    assert.equal(head.length + tail.length + left, response.length);
    assert(head.length + tail.length <= most);
    assert(short.isWellFormed() || !response.isWellFormed());
  }));
});

Deno.test("the end is longer than the beginning, and cuts fall between words", () => {
  const words = Array.from({ length: 200 }, (_, at) => `word${at}`).join(" ");
  const { text: short } = shorten(words, 300);
  const [head = "", tail = ""] = short.split(/\n.*left out.*\n/);
  assert(tail.length > head.length);
  assert.match(head, /word\d+$/);
  assert.match(tail, /^word\d+ .* word199$/);
  assert(words.startsWith(`${head} `) && words.endsWith(` ${tail}`));
});

Deno.test("who may keep more keeps all that was kept before, at both ends", () => {
  fc.assert(fc.property(text, fc.nat(320), (response, most) => {
    const [less, more] = [most, most + 1].map((each) => ends(response, each));
    assert((more?.head.length ?? 0) >= (less?.head.length ?? 0));
    assert((more?.tail.length ?? 0) >= (less?.tail.length ?? 0));
  }));
});

Deno.test("nothing may be kept", () => {
  assert.deepEqual(shorten("abc", 0), { text: "[... 3 characters left out ...]", left: 3 });
  assert.deepEqual(shorten("", 0), { text: "", left: 0 });
});

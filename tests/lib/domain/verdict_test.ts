import assert from "node:assert/strict";
import { checkVerdict } from "../../../lib/domain/verdict.ts";

Deno.test("checkVerdict() lets figures in [0, 1] pass", () => {
  for (const quality of [0, 0.5, 1]) {
    const verdict = { quality, solved: false, reward: 1 - quality };
    assert.equal(checkVerdict(verdict, "here"), verdict);
  }
});

Deno.test("checkVerdict() refuses figures out of range, and says where", () => {
  for (const wrong of [NaN, -0.001, 1.001, Infinity]) {
    const message = new RegExp(`in \\[0, 1\\] but found ${wrong} \\(here\\)`);
    assert.throws(() => checkVerdict({ quality: wrong, solved: false, reward: 0 }, "here"), message);
    assert.throws(() => checkVerdict({ quality: 0, solved: false, reward: wrong }, "here"), message);
  }
});

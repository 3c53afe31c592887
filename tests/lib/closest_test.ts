import assert from "node:assert/strict";
import fc from "fast-check";
import { closest } from "../../lib/closest.ts";

const known = ["capacity", "probability", "curriculum", "seed"];

Deno.test("closest() finds what a slip of the finger meant", () => {
  for (
    const [typed, meant] of [
      ["probabilty", "probability"],
      ["Probability", "probability"],
      ["proabbility", "probability"],
      ["curriclum", "curriculum"],
      ["sead", "seed"],
      ["seeds", "seed"],
      ["capacity", "capacity"],
    ] as const
  ) assert.equal(closest(typed, known), meant);
});

Deno.test("closest() suggests nothing where nothing is near", () => {
  for (const typed of ["zebra", "", "x", "xy", "completely different"]) {
    assert.equal(closest(typed, [...known, "a", "b", "on"]), undefined, typed);
  }
  assert.equal(closest("seed", []), undefined);
});

Deno.test("closest() prefers the nearest, then the first", () => {
  assert.equal(closest("step", ["stop", "steps", "step"]), "step");
  assert.equal(closest("cat", ["bat", "hat"]), "bat");
});

Deno.test("closest() finds any word with one letter wrong", () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z]{3,12}$/), fc.nat(), (word, at) => {
    const place = at % word.length;
    assert.equal(closest(`${word.slice(0, place)}_${word.slice(place + 1)}`, [word]), word);
    assert.equal(closest(word.slice(0, place) + word.slice(place + 1), [word]), word);
  }));
});

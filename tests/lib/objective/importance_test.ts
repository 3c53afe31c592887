import assert from "node:assert/strict";
import fc from "fast-check";
import { importanceWeight } from "../../../lib/objective/importance.ts";

const bounds = { least: 0.5, most: 2 };
const truncate = { mode: "truncate", ...bounds } as const;
const mask = { mode: "mask", ...bounds } as const;

Deno.test("importanceWeight() is the trainer's probability over the sampler's", () => {
  for (const options of [truncate, mask]) {
    assert.ok(Math.abs(importanceWeight(-1, -1.5, options) - Math.exp(0.5)) < 1e-15);
    assert.equal(importanceWeight(-0.7, -0.7, options), 1);
    assert.equal(importanceWeight(-Infinity, -Infinity, options), 1);
  }
});

Deno.test("importanceWeight() truncates to the bounds, or masks what is out of them", () => {
  assert.deepEqual([-3, 0].map((then) => importanceWeight(then, -1, truncate)), [0.5, 2]);
  assert.deepEqual([-3, 0].map((then) => importanceWeight(then, -1, mask)), [0, 0]);
});

Deno.test("importanceWeight() stays within its bounds and rises with what the trainer gives", () => {
  const logprob = fc.double({ max: 0, noNaN: true });
  fc.assert(fc.property(logprob, logprob, logprob, (a, b, sampled) => {
    const [lower, upper] = [Math.min(a, b), Math.max(a, b)];
    const [first, second] = [lower, upper].map((then) => importanceWeight(then, sampled, truncate));
    assert.ok((first ?? NaN) <= (second ?? NaN) && (first ?? NaN) >= 0.5 && (second ?? NaN) <= 2);
    const masked = importanceWeight(a, sampled, mask);
    assert.ok(masked === 0 || masked === importanceWeight(a, sampled, truncate));
  }));
});

Deno.test("importanceWeight() does not hide what is not a number", () => {
  assert.equal(importanceWeight(NaN, -1, truncate), NaN);
  assert.equal(importanceWeight(-1, NaN, mask), NaN);
});

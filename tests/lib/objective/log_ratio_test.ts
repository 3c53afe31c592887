import assert from "node:assert/strict";
import fc from "fast-check";
import { logRatio } from "../../../lib/objective/log_ratio.ts";

Deno.test("logRatio() is the difference, cut to 20 nats on either side", () => {
  assert.equal(logRatio(-1, -3), 2);
  assert.equal(logRatio(-3, -1), -2);
  assert.equal(logRatio(-1, -1e4), 20);
  assert.equal(logRatio(-Infinity, -1), -20);
  assert.equal(logRatio(-1, -Infinity), 20);
  assert.equal(logRatio(-Infinity, -Infinity), 0);
});

Deno.test("logRatio() does not hide what is not a number", () => {
  assert.equal(logRatio(NaN, -1), NaN);
  assert.equal(logRatio(-1, NaN), NaN);
  assert.equal(logRatio(NaN, NaN), NaN);
});

Deno.test("logRatio() changes sign with its arguments", () => {
  const logprob = fc.double({ max: 0, noNaN: true });
  fc.assert(fc.property(logprob, logprob, (a, b) => {
    assert.equal(logRatio(a, b) + logRatio(b, a), 0);
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../lib/errors.ts";
import { overlongPenalty } from "../../../lib/objective/overlong.ts";

Deno.test("overlongPenalty() grows in a straight line over the buffer and no further", () => {
  const options = { buffer: 4, penalty: 2 };
  const found = [0, 15, 16, 17, 18, 19, 20, 25].map((length) => overlongPenalty(length, 20, options));
  assert.deepEqual(found, [0, 0, 0, 0.5, 1, 1.5, 2, 2]);
});

Deno.test("overlongPenalty() never falls with length and stays in [0, penalty]", () => {
  const length = fc.integer({ min: 0, max: 60 });
  fc.assert(fc.property(length, length, fc.integer({ min: 1, max: 50 }), (a, b, buffer) => {
    const [short, long] = [Math.min(a, b), Math.max(a, b)]
      .map((length) => overlongPenalty(length, 50, { buffer, penalty: 0.3 }));
    assert.ok((short ?? NaN) >= 0 && (short ?? NaN) <= (long ?? NaN) && (long ?? NaN) <= 0.3);
  }));
});

Deno.test("overlongPenalty() refuses a buffer that no response can be shorter than", () => {
  assert.equal(overlongPenalty(5, 10, { buffer: 10, penalty: 1 }), 0.5);
  assert.throws(() => overlongPenalty(5, 10, { buffer: 11, penalty: 1 }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(
      error.message,
      /"objective.overlong.buffer" to be at most sampling.maxTokens \(10\) but found 11$/,
    );
    return true;
  });
});

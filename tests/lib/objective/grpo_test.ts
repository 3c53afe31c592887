import assert from "node:assert/strict";
import { grpo } from "../../../lib/objective/grpo.ts";
import { completion } from "./fixtures.ts";

Deno.test("grpo() has the documented defaults", () => {
  assert.deepEqual(grpo().options, {
    groups: 32,
    groupSize: 8,
    clip: { low: 0.2, high: 0.2 },
    learningRate: 3e-4,
    warmup: 10,
    normalize: "std",
    schedule: "constant",
    entropy: 0.01,
    minibatches: 1,
    weightDecay: 0,
    clipNorm: 1,
    kl: null,
    importance: null,
    aggregate: "sequence",
    dualClip: null,
    redraws: 0,
    overlong: null,
  });
});

Deno.test("grpo() hands its options to advantages, weights, rewards and redraws", () => {
  assert.deepEqual(grpo({ normalize: "none" }).advantages([1, 0]), [0.5, -0.5]);
  const moved = completion({ then: [0], now: [0.3] });
  assert.equal(grpo({ clip: 0.2 }).weigh([moved], 4).clipped, 1);
  assert.equal(grpo({ clip: { low: 0.2, high: 0.5 } }).weigh([moved], 4).clipped, 0);
  assert.equal(grpo({ dualClip: 1.3 }).weigh([{ ...moved, advantage: -1 }], 4).clipped, 1);
  const [short, long] = [completion({ then: [-1] }), completion({ then: [-1, -1, -1] })];
  for (
    const [aggregate, weights] of [["sequence", [1 / 2, 1 / 6]], ["token", [1 / 4, 1 / 4]], ["constant", [
      1 / 8,
      1 / 8,
    ]]] as const
  ) {
    const { coefficients } = grpo({ aggregate }).weigh([short, long], 4);
    assert.deepEqual(coefficients.map(([first]) => first), weights.map(Math.fround));
  }
  assert.equal(grpo({ redraws: 2 }).redraws, 2);
  assert.equal(grpo({ overlong: { buffer: 4, penalty: 0.5 } }).shape?.(1, 10, 10), 0.5);
  assert.equal(grpo({ overlong: { buffer: 4 } }).shape?.(1, 10, 10), 0);
});

Deno.test("grpo() refuses options of its own that are out of range", () => {
  const refused: [Parameters<typeof grpo>[0], RegExp][] = [
    [{ redraws: 101 }, /"redraws" to be a whole number from 0 to 100 but found 101 in grpo\(\)/],
    [{ redraws: -1 }, /"redraws" to be a whole number from 0 to 100/],
    [{ dualClip: 1 }, /"dualClip" to be null or a number above 1 but found 1/],
    [{ dualClip: Infinity }, /"dualClip" to be null or a number above 1 but found Infinity/],
    [{ overlong: { buffer: 0 } }, /"overlong.buffer" to be a whole number of at least 1 but found 0/],
    [{ overlong: { buffer: 1, penalty: 0 } }, /"overlong.penalty" to be a number above 0 but found 0/],
  ];
  for (const [options, message] of refused) assert.throws(() => grpo(options), message);
  const { rebuild } = grpo();
  assert.throws(() => rebuild({ overlong: {} }), /Missing option "overlong.buffer" in grpo\(\)/);
  assert.throws(() => rebuild({ overlong: 4 }), /"overlong" to be null or an object but found 4/);
  assert.throws(() => rebuild({ normalize: "mean" }), /"normalize" to be "std" or "none" but found "mean"/);
  assert.throws(
    () => rebuild({ aggregate: "batch" }),
    /"aggregate" to be "sequence" or "token" or "constant"/,
  );
});

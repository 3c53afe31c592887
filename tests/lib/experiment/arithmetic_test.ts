import assert from "node:assert/strict";
import fc from "fast-check";
import { type Arithmetic, batchArithmetic } from "../../../lib/experiment/arithmetic.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import { fixedDepth, mind, plain, toy, uniform } from "./stubs.ts";

const settings: Settings = {
  domain: toy(),
  policy: mind(),
  objective: plain({ groups: 32, groupSize: 8 }),
  curriculum: uniform(),
  operators: [],
  budget: { tokens: 100_000, rollouts: null, iterations: null },
  sampling: { temperature: 1, maxTokens: 10, publishEvery: 1 },
  evaluate: { every: 10, steps: 4, samples: 2, tasks: 100, temperature: 1, topP: 1, resamples: 0 },
  checkpoint: { every: 25 },
};
const figures = (changes: Partial<Settings>): Arithmetic => batchArithmetic({ ...settings, ...changes });

Deno.test("batchArithmetic() counts completions, tokens, iterations and evaluations", () => {
  assert.deepEqual(figures({}), {
    groups: 32,
    groupSize: 8,
    startsPerIteration: 32,
    rolloutsPerIteration: 256,
    completionsPerIteration: 256,
    maxTokens: 10,
    tokensPerIteration: 2560,
    iterations: 40, // 39 × 2560 = 99,840 does not reach 100,000
    rollouts: 10_240,
    trainingTokens: 102_400,
    evaluations: 5,
    evaluationCompletions: 5000,
    evaluationTokens: 50_000,
  });
});

Deno.test("batchArithmetic() counts a chain's completions towards the batch", () => {
  const chain = figures({ curriculum: fixedDepth({ depth: 4 }) });
  assert.deepEqual(
    [chain.startsPerIteration, chain.rolloutsPerIteration, chain.completionsPerIteration],
    [6, 48, 240],
  );
  assert.equal(figures({ curriculum: fixedDepth({ depth: 99 }) }).startsPerIteration, 1);
});

Deno.test("batchArithmetic() counts the extra rounds that an objective may draw towards the most tokens", () => {
  const redrawing = figures({ objective: { ...plain({ groups: 32, groupSize: 8 }), redraws: 3 } });
  assert.deepEqual([redrawing.tokensPerIteration, redrawing.iterations], [10_240, 40]);
  assert.equal(redrawing.trainingTokens, 110_240); // The budget, and the iteration that reaches it.
});

/** The toy domain, with several turns. */
function talkative(turns: Domain["mostTurns"] | undefined): Domain {
  const traits = { turns: "multi", quality: "binary", feedback: false } as const;
  return { ...toy(), traits, ...turns === undefined ? {} : { mostTurns: turns } };
}

Deno.test("batchArithmetic() multiplies by the most turns of an episode", () => {
  const none = { tokens: null, rollouts: null, iterations: null };
  const one = figures({ budget: { ...none, iterations: 5 } });
  const three = figures({ domain: talkative({ train: 3, test: 5 }), budget: { ...none, iterations: 5 } });
  assert.deepEqual(three.turns, { train: 3, test: 5 });
  assert.equal(three.completionsPerIteration, 3 * one.completionsPerIteration);
  assert.equal(three.trainingTokens, 3 * one.trainingTokens);
  assert.equal(three.rollouts, one.rollouts, "episodes are as many");
  // At K = 4: a chain of 5 in the first turn, and 1 + 2 + 3 + 4 + 5 in each of four later ones.
  assert.equal(three.evaluationCompletions, 100 * 2 * three.evaluations * (5 + 4 * 15));
  const resampled = figures({
    domain: talkative({ train: 3, test: 5 }),
    budget: { ...none, iterations: 5 },
    evaluate: { ...settings.evaluate, resamples: 7 },
  });
  assert.equal(resampled.evaluationCompletions - three.evaluationCompletions, 100 * 7 * 5);
  // 1000 episodes are 4 batches of 256, however many turns they have.
  assert.equal(
    figures({ domain: talkative({ train: 3, test: 5 }), budget: { ...none, rollouts: 1000 } }).iterations,
    4,
  );
});

Deno.test("batchArithmetic() says so where a domain does not know its most turns, and nothing of a single turn", () => {
  const { turns, ...unknown } = figures({ domain: talkative(undefined) });
  assert.equal(turns, null);
  assert.deepEqual(unknown, figures({}));
  assert.equal("turns" in figures({}), false);
  assert.equal("turns" in figures({ domain: { ...toy(), mostTurns: { train: 9, test: 9 } } }), false);
});

Deno.test("batchArithmetic() takes the limit that is reached first", () => {
  const none = { tokens: null, rollouts: null, iterations: null };
  const iterations = (budget: Partial<Settings["budget"]>): number =>
    figures({ budget: { ...none, ...budget } }).iterations;
  assert.equal(iterations({ tokens: 100_000, iterations: 7 }), 7);
  assert.equal(iterations({ tokens: 1, iterations: 7 }), 1);
  assert.equal(iterations({ iterations: 7 }), 7);
  assert.equal(iterations({ rollouts: 1000 }), 4); // 256 responses an iteration
  assert.equal(iterations({ rollouts: 1000, iterations: 3 }), 3);
  assert.throws(() => iterations({}), RangeError);
});

Deno.test("batchArithmetic() counts the evaluations that the loop makes", () => {
  // What the loop does: before training, at each multiple, and at the end.
  const counted = (iterations: number, every: number): number => {
    const due = Array.from({ length: iterations }, (_, index) => index + 1)
      .filter((iteration) => iteration === iterations || (every > 0 && iteration % every === 0));
    return 1 + due.length;
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 50 }), (iterations, every) => {
      const { evaluations } = figures({
        budget: { tokens: null, rollouts: null, iterations },
        evaluate: { ...settings.evaluate, every },
      });
      assert.equal(evaluations, counted(iterations, every));
    }),
  );
});

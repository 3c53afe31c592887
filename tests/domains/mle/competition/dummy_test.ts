import assert from "node:assert/strict";
import fc from "fast-check";
import { bestConstant, dummyScores } from "../../../../domains/mle/competition/dummy.ts";
import { isBetter, type MetricName, metricValue } from "../../../../domains/mle/competition/metric.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 30 });
const bits = numbers.map((values) => values.map((value) => value % 2));

function noConstantBeats(name: MetricName, truth: readonly number[], other: number): void {
  const constant = bestConstant(name, truth, 0);
  assert.ok(typeof constant === "number");
  const [own, others] = [constant, other].map((value) => metricValue(name, truth, truth.map(() => value)));
  assert.ok(own !== undefined && others !== undefined);
  assert.ok(
    Math.abs(own - others) < 1e-9 || isBetter(name, own, others),
    `${name}: ${other} beats ${constant} on ${truth}`,
  );
}

Deno.test("bestConstant() is beaten by no other constant on the rows it knows", () => {
  for (const name of ["rmse", "mae", "rmsle", "r2"] as const) {
    fc.assert(fc.property(numbers, fc.integer({ min: 0, max: 60 }), (truth, other) => {
      if (name !== "r2" || new Set(truth).size > 1) noConstantBeats(name, truth, other);
    }));
  }
  fc.assert(fc.property(bits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (truth, other) => {
    noConstantBeats("log-loss", truth, other);
  }));
  fc.assert(fc.property(numbers, fc.integer({ min: 0, max: 50 }), (truth, other) => {
    noConstantBeats("accuracy", truth, other);
  }));
});

Deno.test("bestConstant() gives the shares of the classes where probabilities are asked for", () => {
  assert.deepEqual(bestConstant("log-loss", [2, 0, 2, 1], 3), [0.25, 0.25, 0.5]);
  assert.equal(bestConstant("log-loss", [1, 0, 0, 0], 0), 0.25);
});

Deno.test("dummyScores() learns from the known rows alone, and takes the last number where rows follow in time", () => {
  const rules = {
    metric: "mae",
    classes: null,
    positive: null,
    answers: [10, 20],
    parts: ["validation", "test"],
  } as const;
  assert.deepEqual(dummyScores([1, 2, 9], rules, false), { validation: 8, test: 18 });
  assert.deepEqual(dummyScores([1, 2, 9], rules, true), { validation: 1, test: 11 });
});

Deno.test("dummyScores() predicts classes by how common they are, even in time", () => {
  const rules = {
    metric: "accuracy",
    classes: ["a", "b"],
    positive: null,
    answers: ["a", "b"],
    parts: ["validation", "test"],
  } as const;
  assert.deepEqual(dummyScores(["a", "a", "b"], rules, true), { validation: 1, test: 0 });
});

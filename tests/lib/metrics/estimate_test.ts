import assert from "node:assert/strict";
import fc from "fast-check";
import { clusteredStandardError, estimate, mean, standardError } from "../../../lib/metrics/estimate.ts";

const value = fc.double({ min: -1, max: 1, noNaN: true });
const values = fc.array(value, { minLength: 2, maxLength: 30 });

function near(actual: number | null, expected: number | null): void {
  assert.ok(
    actual !== null && expected !== null && Math.abs(actual - expected) < 1e-9,
    `${actual} is not ${expected}`,
  );
}

Deno.test("mean() and standardError() give the textbook's figures", () => {
  const sample = [2, 4, 4, 4, 5, 5, 7, 9];
  assert.equal(mean(sample), 5);
  near(standardError(sample), Math.sqrt(32 / 7 / 8));
  assert.equal(standardError([]), null);
  assert.ok(Number.isNaN(mean([])));
});

Deno.test("standardError() follows scale, not place or order", () => {
  fc.assert(fc.property(values, value, (sample, shift) => {
    const error = standardError(sample);
    near(standardError(sample.map((x) => 3 * x + shift)), error === null ? null : 3 * error);
    near(standardError(sample.toReversed()), error);
  }));
});

Deno.test("clusteredStandardError() is not fooled by repeated chains", () => {
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 8 }), (tasks, chains) => {
    near(clusteredStandardError(tasks.map((x) => Array(chains).fill(x))), standardError(tasks));
  }));
});

Deno.test("clusteredStandardError() lies above the naive error when chains of a task agree", () => {
  const tasks = [[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 0]];
  assert.ok(Number(clusteredStandardError(tasks)) > Number(standardError(tasks.flat())));
});

Deno.test("estimate() takes the error over seeds, and over tasks only for one seed", () => {
  assert.deepEqual(estimate([[1, 0, 0, 1]]), { mean: 0.5, standardError: standardError([1, 0, 0, 1]) });
  assert.deepEqual(estimate([[1, 0], [0.5, 0.5]]), { mean: 0.5, standardError: 0 });
  assert.deepEqual(estimate([[1]]), { mean: 1, standardError: null });
  fc.assert(fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), (seeds) => {
    near(estimate(seeds).mean, mean(seeds.map(mean)));
    near(estimate(seeds).standardError, standardError(seeds.map(mean)));
  }));
});

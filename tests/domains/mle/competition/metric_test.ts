import assert from "node:assert/strict";
import {
  areNumbers,
  isBetter,
  metricNames,
  metrics,
  metricValue,
  perfectScore,
} from "../../../../domains/mle/competition/metric.ts";

Deno.test("metricValue() gives the truth the perfect score, whatever the metric", () => {
  for (const name of metricNames) {
    const truth = [1, 0, 1, 1, 0];
    const value = metricValue(name, truth, truth);
    assert.ok(Math.abs(value - perfectScore(name)) < 1e-9, `${name} of the truth is ${value}`);
  }
  const value = metricValue("log-loss", [0, 2, 1], [[1, 0, 0], [0, 0, 1], [0, 1, 0]]);
  assert.ok(Math.abs(value) < 1e-9);
});

Deno.test("metricValue() computes each metric by its definition", () => {
  assert.equal(metricValue("accuracy", [0, 1, 1, 2], [0, 1, 2, 2]), 0.75);
  assert.equal(metricValue("macro-f1", [0, 0, 1, 1], [0, 0, 0, 1]), (0.8 + 2 / 3) / 2);
  assert.equal(metricValue("log-loss", [1, 0], [0.5, 0.5]), Math.LN2);
  assert.equal(metricValue("auc", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75);
  assert.equal(metricValue("average-precision", [1, 0, 1], [3, 2, 1]), 0.5 + 0.5 * 2 / 3);
  assert.equal(metricValue("rmse", [0, 0], [3, 1]), Math.sqrt(5));
  assert.equal(metricValue("rmsle", [0, 0], [Math.E - 1, Math.E - 1]), 1);
  assert.equal(metricValue("mae", [0, 0], [3, -1]), 2);
  assert.equal(metricValue("r2", [1, 2, 3], [2, 2, 2]), 0);
});

Deno.test("isBetter() heeds the direction of the metric", () => {
  assert.ok(isBetter("auc", 0.9, 0.8));
  assert.ok(!isBetter("auc", 0.8, 0.8));
  assert.ok(isBetter("mae", 1, 2));
  assert.ok(!isBetter("mae", 2, 2));
  const higher = metricNames.filter((name) => metrics[name].higherIsBetter);
  assert.deepEqual(higher, ["accuracy", "macro-f1", "auc", "average-precision", "r2"]);
});

Deno.test("areNumbers() tells single numbers from rows of them", () => {
  assert.ok(areNumbers([1, 2]));
  assert.ok(!areNumbers([[1], [2]]));
});

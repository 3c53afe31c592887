import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkPredictions,
  predictionForm,
  type PredictionRules,
} from "../../../../domains/mle/competition/check_predictions.ts";
import type { Json } from "../../../../lib/domain/mod.ts";

const number: PredictionRules = { metric: "rmse", classes: null, positive: null };
const count: PredictionRules = { metric: "rmsle", classes: null, positive: null };
const named: PredictionRules = { metric: "macro-f1", classes: ["rain", "sun", "7"], positive: null };
const binary: PredictionRules = { metric: "log-loss", classes: ["no", "yes"], positive: "yes" };
const rows: PredictionRules = { metric: "log-loss", classes: ["a", "b", "c"], positive: null };
const ranked: PredictionRules = { metric: "auc", classes: ["no", "yes"], positive: "yes" };

function refused(rules: PredictionRules, predictions: Json, length = 2): string {
  const checked = checkPredictions(rules, length, predictions);
  assert.ok(!checked.ok, `${JSON.stringify(predictions)} should be refused`);
  return checked.message;
}

function values(rules: PredictionRules, predictions: readonly Json[]): unknown {
  const checked = checkPredictions(rules, predictions.length, predictions);
  assert.ok(checked.ok, checked.ok ? "" : checked.message);
  return checked.values;
}

Deno.test("checkPredictions() brings what each metric takes into the form of metrics", () => {
  assert.deepEqual(values(number, [1, -2.5]), [1, -2.5]);
  assert.deepEqual(values(count, [0, 2.5]), [0, 2.5]);
  assert.deepEqual(values(named, ["sun", "rain", 7, "7"]), [1, 0, 2, 2]);
  assert.deepEqual(values(binary, [0, 0.25, 1]), [0, 0.25, 1]);
  assert.deepEqual(values(rows, [[0.2, 0.3, 0.5], [1, 0, 0]]), [[0.2, 0.3, 0.5], [1, 0, 0]]);
  assert.deepEqual(values(ranked, [-3, 12]), [-3, 12]);
});

Deno.test("checkPredictions() says how many predictions are wanted", () => {
  const wanted = "Expected an array with one prediction for each of the 2 rows of test but found";
  assert.equal(refused(number, {}), `${wanted} an object`);
  assert.equal(
    refused(number, { 0: 1, 1: 2 }),
    `${wanted} an object with the key 0 (what a typed array becomes: use Array.from)`,
  );
  assert.equal(refused(number, "1,2"), `${wanted} "1,2"`);
  assert.equal(refused(number, null), `${wanted} null (which NaN, Infinity and undefined become)`);
  assert.equal(refused(number, [1]), `${wanted} an array of 1`);
  assert.equal(refused(number, [1, 2, 3]), `${wanted} an array of 3`);
});

Deno.test("checkPredictions() names the first row that is wrong, its value and the form wanted", () => {
  assert.equal(
    refused(number, [1, null]),
    "Expected a number but found null (which NaN, Infinity and undefined become) (prediction 1, counted from 0)",
  );
  assert.equal(refused(number, ["1", 2]), 'Expected a number but found "1" (prediction 0, counted from 0)');
  assert.equal(
    refused(count, [0, -0.5]),
    "Expected a number of at least 0 but found -0.5 (prediction 1, counted from 0)",
  );
  assert.equal(
    refused(named, ["sun", "sunn"]),
    'Expected one of the classes "rain", "sun", "7" but found "sunn"; did you mean "sun"? (prediction 1, counted from 0)',
  );
  assert.equal(
    refused(binary, [0.5, 1.5]),
    'Expected the probability of "yes", a number from 0 to 1 but found 1.5 (prediction 1, counted from 0)',
  );
  assert.equal(
    refused(rows, [[0.5, 0.5], [1, 0, 0]]),
    'Expected an array of 3 probabilities with the sum 1, of "a", "b", "c" but found an array of 2 ' +
      "(prediction 0, counted from 0)",
  );
  assert.equal(
    refused(rows, [[1, 0, 0], [0.5, 0.25, 0]]),
    "Expected 3 probabilities with the sum 1 but found a sum of 0.75 (prediction 1, counted from 0)",
  );
  assert.equal(
    refused(rows, [[1, 0, 0], [2, -1, 0]]),
    "Expected probabilities from 0 to 1 but found 2 (prediction 1, counted from 0)",
  );
  assert.match(
    refused(ranked, [0.5, true]),
    /or any number that is higher where it is likelier but found true/,
  );
});

Deno.test("checkPredictions() answers any JSON with values or with one short line", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(number, count, named, binary, rows, ranked),
      (json, rules) => {
        const predictions: Json = JSON.parse(JSON.stringify(json));
        const checked = checkPredictions(rules, 3, predictions);
        if (!checked.ok) {
          assert.ok(checked.message.length < 400);
          assert.ok(!checked.message.includes("\n"));
        }
      },
    ),
  );
});

Deno.test("predictionForm() shows no more than twenty classes", () => {
  const classes = Array.from({ length: 25 }, (_, index) => `class ${index}`);
  const form = predictionForm({ metric: "accuracy", classes, positive: null });
  assert.ok(form.endsWith('"class 19" and 5 more'));
});

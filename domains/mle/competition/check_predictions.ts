import { closest, isJsonArray, type Json } from "../../../lib/domain/mod.ts";
import type { Competition } from "./competition.ts";
import { metrics, type MetricValues } from "./metric.ts";

/** What a competition says of its predictions. */
export type PredictionRules = Pick<Competition, "metric" | "classes" | "positive">;

/** Predictions in the form that metrics take, or what is wrong with them. */
export type CheckedPredictions =
  | { readonly ok: true; readonly values: MetricValues }
  | { readonly ok: false; readonly message: string };

/** How far the probabilities of a row may be from a sum of 1; they are divided by it. */
const slack = 0.01;

/** The most characters of a value that a message shows. */
const longestValue = 60;

/** The most classes that a message names. */
const mostClasses = 20;

/**
 * What a program has to predict for each row of `test`, in words that fit after "for each row".
 *
 * @example
 * ```ts
 * import { predictionForm } from "exitlab/domains/mle/competition/check_predictions.ts";
 * import assert from "node:assert/strict";
 *
 * const rules = { metric: "log-loss", classes: ["no", "yes"], positive: "yes" } as const;
 * assert.equal(predictionForm(rules), 'the probability of "yes", a number from 0 to 1');
 * ```
 */
export function predictionForm({ metric, classes, positive }: PredictionRules): string {
  if (classes === null) return metrics[metric].least === 0 ? "a number of at least 0" : "a number";
  if (metrics[metric].positive === "always") {
    return `the probability of ${quoted(positive ?? "")}, or any number that is higher where it is likelier`;
  }
  if (positive !== null) return `the probability of ${quoted(positive)}, a number from 0 to 1`;
  return metric === "log-loss"
    ? `an array of ${classes.length} probabilities with the sum 1, of ${listed(classes)}`
    : `one of the classes ${listed(classes)}`;
}

/**
 * Checks what a program returned, and brings it into the form that metrics take. The message is for whoever wrote the
 * program: it names the first row that is wrong, its value and the form wanted.
 *
 * @param count How many rows there are to predict.
 */
export function checkPredictions(
  rules: PredictionRules,
  count: number,
  predictions: Json,
): CheckedPredictions {
  const wanted = `an array with one prediction for each of the ${count} rows of test`;
  if (!isJsonArray(predictions)) return wrong(`Expected ${wanted} but found ${shown(predictions)}`);
  if (predictions.length !== count) {
    return wrong(`Expected ${wanted} but found an array of ${predictions.length}`);
  }
  return rules.metric === "log-loss" && rules.positive === null
    ? checkEach(predictions, (value) => probabilities(rules, value))
    : checkEach(predictions, (value) => single(rules, value));
}

function checkEach<Value>(
  predictions: readonly Json[],
  check: (value: Json) => Value | string,
): { readonly ok: true; readonly values: readonly Value[] } | {
  readonly ok: false;
  readonly message: string;
} {
  const values: Value[] = [];
  for (const [row, prediction] of predictions.entries()) {
    const value = check(prediction);
    if (typeof value === "string") return wrong(`${value} (prediction ${row}, counted from 0)`);
    values.push(value);
  }
  return { ok: true, values };
}

/** A number in the form that metrics take, or what is wrong. */
function single(rules: PredictionRules, value: Json): number | string {
  const { metric, classes, positive } = rules;
  if (classes !== null && positive === null) return classIndex(classes, value);
  const [least, most] = metric === "log-loss" ? [0, 1] : [metrics[metric].least, Infinity];
  return typeof value === "number" && Number.isFinite(value) && value >= least && value <= most
    ? value
    : refusal(rules, value);
}

function classIndex(classes: readonly string[], value: Json): number | string {
  const name = typeof value === "number" ? String(value) : value;
  const index = typeof name === "string" ? classes.indexOf(name) : -1;
  if (index >= 0) return index;
  const guess = typeof name === "string" ? closest(name.slice(0, longestValue), classes) : undefined;
  return `Expected one of the classes ${listed(classes)} but found ${shown(value)}` +
    (guess === undefined ? "" : `; did you mean ${quoted(guess)}?`);
}

function probabilities(rules: PredictionRules, value: Json): number[] | string {
  if (!isJsonArray(value) || value.length !== rules.classes?.length) return refusal(rules, value);
  const row: number[] = [];
  for (const item of value) {
    if (typeof item !== "number" || !(item >= 0 && item <= 1)) {
      return `Expected probabilities from 0 to 1 but found ${shown(item)}`;
    }
    row.push(item);
  }
  const sum = row.reduce((total, item) => total + item, 0);
  return Math.abs(sum - 1) <= slack
    ? row
    : `Expected ${row.length} probabilities with the sum 1 but found a sum of ${Number(sum.toFixed(4))}`;
}

function refusal(rules: PredictionRules, value: Json): string {
  return `Expected ${predictionForm(rules)} but found ${shown(value)}`;
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** A value of a program, short and on one line. */
function shown(value: Json): string {
  if (value === null) return "null (which NaN, Infinity and undefined become)";
  if (isJsonArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") {
    return "0" in value
      ? "an object with the key 0 (what a typed array becomes: use Array.from)"
      : "an object";
  }
  return quoted(value);
}

function quoted(value: string | number | boolean): string {
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 3)}...` : text;
}

function listed(classes: readonly string[]): string {
  const more = classes.length - mostClasses;
  return classes.slice(0, mostClasses).map(quoted).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

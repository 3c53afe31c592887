/**
 * Cases that scikit-learn can answer too (`sklearn_reference.py`), and the answers of the kit.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  accuracy,
  auc,
  averagePrecision,
  type ColumnStep,
  fromRows,
  type ImputeBy,
  imputer,
  logLoss,
  macroF1,
  mae,
  type Matrix,
  mcrmsle,
  meanColumnAuc,
  oneHot,
  r2,
  rmse,
  rmsle,
  row,
  scaler,
  SeededRandom,
  tableOf,
  tfidf,
  type TfidfOptions,
} from "mlkit";

const ofNumbers = { rmse, rmsle, mae, r2, auc, averagePrecision, logLoss };
const ofClasses = { accuracy, macroF1 };
const ofRows = { mcrmsle, meanColumnAuc };

/** A question with one right answer. */
export type Case =
  | { kind: "numbers"; metric: keyof typeof ofNumbers; truth: number[]; prediction: number[] }
  | { kind: "classes"; metric: keyof typeof ofClasses; truth: string[]; prediction: string[] }
  | { kind: "rows"; metric: keyof typeof ofRows; truth: number[][]; prediction: number[][] }
  | { kind: "probabilities"; metric: "logLoss"; truth: number[]; prediction: number[][] }
  | { kind: "tfidf"; options: Partial<TfidfOptions>; fit: string[]; transform: string[] }
  | { kind: "one-hot"; step: "one-hot"; fit: string[]; transform: string[] }
  | { kind: "impute"; step: Exclude<ImputeBy, number>; fit: Cell[][]; transform: Cell[][] }
  | { kind: "scale"; step: "standard" | "minmax"; fit: Cell[][]; transform: Cell[][] };

/** A number, or `null` where it is missing. */
export type Cell = number | null;

/** What the kit answers. */
export function kitAnswer(question: Case): unknown {
  switch (question.kind) {
    case "numbers":
      return ofNumbers[question.metric](question.truth, question.prediction);
    case "classes":
      return ofClasses[question.metric](question.truth, question.prediction);
    case "rows":
      return ofRows[question.metric](question.truth, question.prediction);
    case "probabilities":
      return logLoss(question.truth, question.prediction);
    case "tfidf": {
      const fitted = tfidf(question.options).fit(question.fit);
      const rows = cells(fitted.transform(question.transform));
      return { vocabulary: [...fitted.vocabulary], idf: [...fitted.idf], rows };
    }
    case "one-hot": {
      const encoding = oneHot({ columns: ["it"] }).fit(tableOf({ it: question.fit }));
      return cells(encoding.transform(tableOf({ it: question.transform })));
    }
    case "impute":
      return stepped(imputer(question.step), question);
    case "scale":
      return stepped(scaler(question.step), question);
  }
}

function stepped(step: { fit(x: Matrix): ColumnStep }, on: { fit: Cell[][]; transform: Cell[][] }): Cell[][] {
  const numbers = (rows: Cell[][]) => fromRows(rows.map((cells) => cells.map((cell) => cell ?? NaN)));
  return cells(step.fit(numbers(on.fit)).transform(numbers(on.transform)));
}

function cells(of: Matrix): Cell[][] {
  return Array.from(
    { length: of.rows },
    (_, at) => Array.from(row(of, at), (value) => Number.isNaN(value) ? null : value),
  );
}

/** Refuses numbers that differ by more than a part in 10⁹, and anything else that differs at all. */
export function assertSame(found: unknown, expected: unknown, where: string): void {
  if (typeof found === "number" && typeof expected === "number") {
    const most = 1e-9 * Math.max(1, Math.abs(expected));
    assert.ok(Math.abs(found - expected) <= most, `Expected ${expected} but found ${found} (${where})`);
  } else if (Array.isArray(found) && Array.isArray(expected)) {
    assert.equal(found.length, expected.length, where);
    for (const [at, value] of found.entries()) assertSame(value, expected[at], `${where}[${at}]`);
  } else if (isObject(found) && isObject(expected)) {
    assert.deepEqual(Object.keys(found), Object.keys(expected), where);
    for (const [name, value] of Object.entries(found)) assertSame(value, expected[name], `${where}.${name}`);
  } else {
    assert.equal(found, expected, where);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One case of each kind of metric, with `count` samples. Scores are rounded, so that some are equal. */
export function metricCases(seed: number, count: number): Case[] {
  const random = new SeededRandom(seed);
  const list = <T>(draw: () => T, length = count): T[] => Array.from({ length }, draw);
  const rounded = (value: number) => Number(value.toFixed(2));
  const positive = () => rounded(Math.exp(random.normal()));
  const bits = () => [0, 1, ...list(() => random.int(2), count - 2)];
  const scores = () => list(() => rounded(random.normal()));
  const classes = () => list(() => `class ${random.int(5)}`);
  const sure = () => {
    const weights = list(positive, 4).map((weight) => weight + 0.01);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  };
  const columns = (draw: () => number[]) => {
    const parts = list(draw, 3);
    return Array.from({ length: count }, (_, at) => parts.map((part) => part[at] ?? NaN));
  };
  return [
    { kind: "numbers", metric: "rmse", truth: scores(), prediction: scores() },
    { kind: "numbers", metric: "mae", truth: scores(), prediction: scores() },
    { kind: "numbers", metric: "r2", truth: scores(), prediction: scores() },
    { kind: "numbers", metric: "r2", truth: list(() => 0.5), prediction: scores() },
    { kind: "numbers", metric: "rmsle", truth: list(positive), prediction: list(positive) },
    { kind: "numbers", metric: "auc", truth: bits(), prediction: scores() },
    { kind: "numbers", metric: "averagePrecision", truth: bits(), prediction: scores() },
    {
      kind: "numbers",
      metric: "logLoss",
      truth: bits(),
      prediction: list(() => rounded(0.01 + 0.98 * random.next())),
    },
    { kind: "classes", metric: "accuracy", truth: classes(), prediction: classes() },
    { kind: "classes", metric: "macroF1", truth: classes(), prediction: classes() },
    { kind: "classes", metric: "macroF1", truth: list(() => "a"), prediction: classes() },
    { kind: "probabilities", metric: "logLoss", truth: list(() => random.int(4)), prediction: list(sure) },
    {
      kind: "rows",
      metric: "mcrmsle",
      truth: columns(() => list(positive)),
      prediction: columns(() => list(positive)),
    },
    { kind: "rows", metric: "meanColumnAuc", truth: columns(bits), prediction: columns(scores) },
  ];
}

const words =
  "the The cat CAT dog a I straße naïve x2 _id ab_c 10 7 can't e-mail 日本 Ångström ½½ fi 🙂 🙂🙂 end. «so»"
    .split(" ");

/** Some texts taken apart and weighed in each way, with `count` texts to fit. */
export function tfidfCases(seed: number, count: number): Case[] {
  const random = new SeededRandom(seed);
  const spaces = [" ", " ", " ", "  ", "\n", ", ", " \t "];
  const text = () =>
    Array.from(
      { length: random.int(12) },
      () => (words[random.int(words.length)] ?? "") + (spaces[random.int(spaces.length)] ?? ""),
    ).join("");
  const texts = (length: number) => Array.from({ length }, text);
  const ways: Partial<TfidfOptions>[] = [
    {},
    { ngrams: [1, 2] },
    { ngrams: [2, 3], sublinear: true },
    { ngrams: [1, 2], minCount: 2, maxShare: 0.5, sublinear: true },
    { lowercase: false },
    { analyzer: "char", ngrams: [2, 3], minCount: 2 },
    { analyzer: "char", ngrams: [1, 1], sublinear: true },
  ];
  return ways.map((options) => ({
    kind: "tfidf",
    options: { ...options, maxFeatures: 100_000 },
    fit: [...texts(count), "the cat naïve", "cat 10"],
    transform: texts(6),
  }));
}

/** Each step on columns of numbers, some of them missing, and a column of equal numbers. */
export function stepCases(seed: number, count: number): Case[] {
  const random = new SeededRandom(seed);
  const cell = () => random.int(5) === 0 ? null : random.int(40) / 4;
  const rows = () => Array.from({ length: count }, () => [cell(), cell(), 0.1]);
  const full = () => [[1, 2, 0.1], ...rows()];
  const towns = () =>
    Array.from({ length: count }, () => ["Bern", "Oslo", "", "Rome", "Åbo"][random.int(5)] ?? "");
  return [
    { kind: "impute", step: "median", fit: full(), transform: rows() },
    { kind: "impute", step: "mean", fit: full(), transform: rows() },
    { kind: "impute", step: "most-frequent", fit: full(), transform: rows() },
    { kind: "scale", step: "standard", fit: full(), transform: rows() },
    { kind: "scale", step: "minmax", fit: full(), transform: rows() },
    { kind: "one-hot", step: "one-hot", fit: towns(), transform: [...towns(), "Paris"] },
  ];
}

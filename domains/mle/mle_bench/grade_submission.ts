import type { HiddenPart } from "../competition/competition.ts";
import { submissionTable } from "../competition/read_submission.ts";
import type { Scored } from "../competition/score_predictions.ts";
import { logLoss } from "../mlkit/class_metrics.ts";
import { meanColumnAuc } from "../mlkit/ranking_metrics.ts";
import { mcrmsle } from "../mlkit/regression_metrics.ts";
import { readNumber, type Table } from "../mlkit/table.ts";
import type { BenchCompetition } from "./paper_competitions.ts";
import type { PreparedCompetition } from "./read_prepared.ts";

/** How far the probabilities of a row may be from a sum of 1: there 1e-6, and 1e-5 that NumPy adds of its own. */
const slack = 1.1e-5;

/**
 * Grades a submission as MLE-bench does: rows are matched by id; one that lacks a row or a column, or has a value that is no
 * number of the metric's range, has no score. The score of each half is normalised as in the paper (section A.4),
 * (score − worst) / (best − worst), clipped to [0, 1]. Unlike MLE-bench's, nomad2018's rows are matched too.
 *
 * @param text A CSV file, or `null` if there is none.
 */
export function gradeSubmission(prepared: PreparedCompetition, text: string | null): Scored {
  const table = submissionTable(text);
  if (typeof table === "string") return wrong(table);
  const predictions = predictionsOf(prepared, table);
  if (typeof predictions === "string") return wrong(predictions);
  const validation = scoreOf(prepared, predictions, "validation");
  const test = scoreOf(prepared, predictions, "test");
  const { rules } = prepared;
  return {
    ok: true,
    validation,
    test,
    reward: normalised(rules, validation),
    quality: normalised(rules, test),
    medal: null,
  };
}

/** A score between the paper's worst and best. */
export function normalised({ worst, best }: BenchCompetition, score: number): number {
  return Math.min(1, Math.max(0, (score - worst) / (best - worst)));
}

/** The predictions for each hidden row, in the order of the answers, or what is wrong. */
function predictionsOf({ rules, ids, answers }: PreparedCompetition, table: Table): number[][] | string {
  const { idColumn, targets, metric } = rules;
  const missing = [idColumn, ...targets].find((name) => !table.has(name));
  if (missing !== undefined) return `Expected a column "${missing}" in working/submission.csv but found none`;
  // Of these graders the first counts the columns, the second takes every one for a prediction.
  const isExact = metric === "log-loss" || (metric === "auc" && targets.length > 1);
  const extra = table.names.find((name) => name !== idColumn && !targets.includes(name));
  if (isExact && extra !== undefined) {
    return `Expected no other columns in working/submission.csv but found ${shown(extra)}`;
  }
  if (table.rows !== answers.length) {
    return `Expected ${answers.length} rows in working/submission.csv but found ${table.rows}`;
  }
  const [wantedOrder, foundOrder] = [orderOf(ids), orderOf(table.texts(idColumn))];
  const columns = targets.map((name) => table.texts(name));
  const found = table.texts(idColumn);
  const predictions: number[][] = [];
  for (const [place, row] of wantedOrder.entries()) {
    const other = foundOrder[place] ?? 0;
    if (ids[row] !== found[other]) {
      return `Expected the ids of the test rows in working/submission.csv but found ${
        shown(found[other] ?? "")
      }`;
    }
    const values = columns.map((texts) => readNumber(texts[other] ?? "") ?? NaN);
    const bad = values.findIndex((value) => !isInRange(metric, value));
    if (bad >= 0) {
      return `Expected ${metric === "rmsle" ? "numbers of at least 0" : "probabilities from 0 to 1"} in "${
        targets[bad]
      }" ` +
        `but found ${shown(columns[bad]?.[other] ?? "")}`;
    }
    const sum = values.reduce((total, value) => total + value, 0);
    if (metric === "log-loss" && Math.abs(sum - 1) > slack) {
      return `Expected the probabilities of each row to have the sum 1 but found ${Number(sum.toFixed(6))}`;
    }
    predictions[row] = values;
  }
  return predictions;
}

function isInRange(metric: BenchCompetition["metric"], value: number): boolean {
  return value >= 0 && (metric === "rmsle" || value <= 1);
}

/** The numbers of rows in the order of their ids. */
function orderOf(ids: readonly string[]): number[] {
  return ids.map((_, row) => row).toSorted((a, b) => {
    const [left, right] = [ids[a] ?? "", ids[b] ?? ""];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
}

/** Rounded to five decimals, as there. */
function scoreOf(
  { rules, answers, parts }: PreparedCompetition,
  predictions: readonly number[][],
  part: HiddenPart,
): number {
  const isInPart = (_: unknown, row: number): boolean => parts[row] === part;
  const [truth, values] = [answers.filter(isInPart), predictions.filter(isInPart)];
  return Number(metricOf(rules.metric, truth, values).toFixed(5));
}

function metricOf(
  metric: BenchCompetition["metric"],
  truth: readonly (readonly number[])[],
  values: readonly (readonly number[])[],
): number {
  switch (metric) {
    case "auc":
      return meanColumnAuc(truth, values);
    case "log-loss":
      return logLoss(truth.map((row) => row.indexOf(1)), values);
    case "rmsle":
      return mcrmsle(truth, values);
  }
}

function wrong(message: string): Scored {
  return { ok: false, message };
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}

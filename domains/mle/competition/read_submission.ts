import type { Json } from "../../../lib/domain/mod.ts";
import { readCsv } from "../mlkit/csv.ts";
import { readNumber, type Table } from "../mlkit/table.ts";
import type { PredictionRules } from "./check_predictions.ts";

/** The column that holds predictions. */
const column = "prediction";

/** Predictions that a submission holds, of any form, or why it holds none. */
export type ReadSubmission =
  | { readonly ok: true; readonly predictions: Json }
  | { readonly ok: false; readonly message: string };

/**
 * What a submission file has to look like, in words that fit after "write it as".
 */
export function submissionForm({ classes, positive, metric }: PredictionRules): string {
  return metric === "log-loss" && classes !== null && positive === null
    ? `a CSV file with a column of probabilities for each class: ${
      classes.map((name) => `"${name}"`).join(", ")
    }`
    : `a CSV file with one column, "${column}"`;
}

/**
 * Predictions from the text of a submission: a row for each hidden row, in their order. Whether they are of use is for
 * `scorePredictions` to say.
 *
 * @param text `null` if the program wrote none.
 *
 * @example
 * ```ts
 * import { readSubmission } from "exitlab/domains/mle/competition/read_submission.ts";
 * import assert from "node:assert/strict";
 *
 * const rules = { metric: "mae", classes: null, positive: null } as const;
 * assert.deepEqual(readSubmission(rules, "prediction\n1.5\n2\n"), { ok: true, predictions: [1.5, 2] });
 * assert.equal(readSubmission(rules, "y\n1\n").ok, false);
 * ```
 */
export function readSubmission(rules: PredictionRules, text: string | null): ReadSubmission {
  const table = submissionTable(text);
  if (typeof table === "string") return wrong(table);
  const { metric, classes, positive } = rules;
  const isNumber = classes === null || positive !== null;
  const columns = metric === "log-loss" && !isNumber ? classes : [column];
  const missing = columns.find((name) => !table.has(name));
  if (missing !== undefined) {
    const found = table.names.slice(0, 8).map((name) => `"${name}"`).join(", ");
    return wrong(`Expected a column "${missing}" in working/submission.csv but found ${found}`);
  }
  const texts = columns.map((name) => table.texts(name));
  const [only = []] = texts;
  const predictions: Json = metric === "log-loss" && !isNumber
    ? only.map((_, row) => texts.map((values) => numberOr(values[row] ?? "")))
    : isNumber
    ? only.map(numberOr)
    : only;
  return { ok: true, predictions };
}

/** A text that is no number stays as it is, to be shown. */
function numberOr(text: string): number | string {
  const value = readNumber(text);
  return value === null || Number.isNaN(value) ? text : value;
}

function wrong(message: string): ReadSubmission {
  return { ok: false, message };
}

/**
 * The table of a submission, or a sentence that says why there is none.
 *
 * @param text `null` if the program wrote none.
 */
export function submissionTable(text: string | null): Table | string {
  if (text === null) return "Expected the program to write working/submission.csv but found no such file";
  try {
    return readCsv(text);
  } catch (error) {
    return `Cannot read working/submission.csv: ${error instanceof Error ? error.message : "it is no CSV"}`;
  }
}

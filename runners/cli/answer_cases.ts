/**
 * Tables of answers with verdicts: what an answer checker says of each, and where it disagrees.
 *
 * @module
 */
import * as v from "valibot";
import type { AnswerChecker } from "../../domains/math/answer/answer_checker.ts";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { parseOptions } from "../../lib/part.ts";

/** One row of a table. */
export interface AnswerCase {
  /** Its line in the file, from 1. */
  readonly line: number;
  /** The known-good answer. */
  readonly gold: string;
  /** What was answered, or a whole response. */
  readonly pred: string;
  /** Whether it is the known-good answer; `null` where nobody says. */
  readonly expected: boolean | null;
  /** How far a number may be off; `undefined` if the row does not say. */
  readonly tolerance: number | readonly number[] | undefined;
}

/** A case of which the checker says otherwise. */
export interface Disagreement extends AnswerCase {
  /** Why the checker says so. */
  readonly reason: string;
}

/** How a checker did on a table. */
export interface Agreement {
  /** The cases with a verdict. */
  readonly cases: number;
  /** Wrong answers that it takes. */
  readonly falseAccepts: number;
  /** Right answers that it refuses. */
  readonly falseRejects: number;
  /** Both, in the order of the table. */
  readonly disagreements: readonly Disagreement[];
}

const text = v.union([v.string(), v.pipe(v.number(), v.transform(String))], "text");
const verdict = v.pipe(
  v.nullable(v.union([v.boolean(), v.literal(1), v.literal(0)], "true, false or null")),
  v.transform((value) => value === null ? null : Boolean(value)),
);
const toleranceForm = "a number of at least 0, or a list of them";
const numeric = v.pipe(
  v.union([
    v.number(),
    v.pipe(v.string(), v.regex(/^\s*[\d.]+([eE][+-]?\d+)?\s*$/, toleranceForm), v.transform(Number)),
  ], toleranceForm),
  v.check((value) => Number.isFinite(value) && value >= 0, toleranceForm),
);
const tolerance = v.nullable(v.union([numeric, v.array(numeric)], toleranceForm));

const row = v.looseObject({
  gold: text,
  pred: text,
  expected: v.optional(verdict),
  by_construction: v.optional(verdict),
  tolerance: v.optional(tolerance),
  precision: v.optional(tolerance),
});

/**
 * The cases of a table in JSON lines, each `{ gold, pred, expected }`. `expected` is `true`, `false`, 1 or 0; `null`
 * where no verdict is intended. Without it `by_construction` counts. `tolerance` or `precision` says how far a number may
 * be off. Other fields are left alone, blank lines too.
 *
 * @param file Its name, for messages.
 * @throws {UserError} If a line is no such row, or none has a verdict.
 *
 * @example
 * ```ts
 * import { parseAnswerCases } from "exitlab/runners/cli/answer_cases.ts";
 * import assert from "node:assert/strict";
 *
 * const cases = parseAnswerCases('{"gold": "1/2", "pred": "0.5", "expected": true, "tolerance": "1e-4"}', "x.jsonl");
 * assert.deepEqual(cases, [{ line: 1, gold: "1/2", pred: "0.5", expected: true, tolerance: 1e-4 }]);
 * assert.throws(() => parseAnswerCases('{"gold": "1"}', "x.jsonl"), /Missing option "pred" in line 1 of x\.jsonl/);
 * ```
 */
export function parseAnswerCases(content: string, file: string): readonly AnswerCase[] {
  const cases = content.replace(/^\uFEFF/, "").split("\n").flatMap((line, at) =>
    line.trim() === "" ? [] : [parseCase(line, at + 1, file)]
  );
  if (cases.some(({ expected }) => expected !== null)) return cases;
  throw new UserError(
    `Expected ${file} to have rows with a verdict ("expected") but found ${
      cases.length === 0 ? "no row" : "none"
    }`,
  );
}

function parseCase(text: string, line: number, file: string): AnswerCase {
  const where = `line ${line} of ${file}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read ${where} as JSON: ${errorMessage(error)}`);
  }
  const { gold, pred, expected, by_construction: byConstruction, tolerance, precision } = parseOptions(
    row,
    value,
    where,
  );
  const said = expected === undefined ? byConstruction : expected;
  if (said === undefined) throw new UserError(`Missing "expected" (true or false) in ${where}`);
  return { line, gold, pred, expected: said, tolerance: tolerance ?? precision ?? undefined };
}

/**
 * Puts every case with a verdict before a checker.
 *
 * @param tolerance How far a number may be off where the case does not say.
 * @param progress Told how many were checked.
 */
export async function measureAgreement(
  checker: AnswerChecker,
  cases: readonly AnswerCase[],
  tolerance: number | undefined,
  progress: (checked: number) => void,
): Promise<Agreement> {
  const counted = cases.filter(({ expected }) => expected !== null);
  const disagreements: Disagreement[] = [];
  for (const [at, each] of counted.entries()) {
    const allowed = each.tolerance ?? tolerance;
    const { equal, reason } = await checker.check({
      gold: each.gold,
      response: each.pred,
      ...allowed === undefined ? {} : { tolerance: allowed },
    });
    if (equal !== each.expected) disagreements.push({ ...each, reason });
    progress(at + 1);
  }
  const falseRejects = disagreements.filter(({ expected }) => expected).length;
  return {
    cases: counted.length,
    falseAccepts: disagreements.length - falseRejects,
    falseRejects,
    disagreements,
  };
}

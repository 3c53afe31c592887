import type { Json } from "../../../lib/domain/mod.ts";
import { checkPredictions } from "./check_predictions.ts";
import type { Competition, HiddenPart, Medal, Scores } from "./competition.ts";
import { medalFor } from "./medals.ts";
import { areNumbers, metrics, metricValue, type MetricValues } from "./metric.ts";

/** What sums of fractions may lack: an average precision of 1 can be 1 - 2e-16. */
const roundingError = 1e-12;

/** What predictions are worth. */
export type Scored =
  | {
    readonly ok: true;
    /** The metric on the rows whose score a search may see. */
    readonly validation: number;
    /** The metric on the rows that are only reported. */
    readonly test: number;
    /** `test` between the dummy and the best, in [0, 1]. */
    readonly quality: number;
    /** `validation` between the dummy and the best, in [0, 1]. */
    readonly reward: number;
    /** What `test` wins. */
    readonly medal: Medal | null;
  }
  | {
    readonly ok: false;
    /** One sentence for whoever wrote the program. */
    readonly message: string;
  };

/**
 * Scores what a program predicted for the hidden rows, in their order. A score s becomes (s − dummy) / (best − dummy),
 * clipped to [0, 1].
 *
 * @param predictions Any JSON; what is not of the form wanted is told in a sentence.
 *
 * @example
 * ```ts
 * import { drawCompetition } from "exitlab/domains/mle/competition/draw_competition.ts";
 * import { scorePredictions } from "exitlab/domains/mle/competition/score_predictions.ts";
 * import assert from "node:assert/strict";
 *
 * const competition = drawCompetition(0, 0);
 * const scored = scorePredictions(competition, []);
 * assert.match(scored.ok ? "" : scored.message, /Expected an array with one prediction for each of the \d+ rows/);
 * ```
 */
export function scorePredictions(competition: Competition, predictions: Json): Scored {
  const { answers, metric, dummy, best, medals } = competition;
  const checked = checkPredictions(competition, answers.length, predictions);
  if (!checked.ok) return checked;
  const { validation, test } = scoresOf(competition, checked.values);
  return {
    ok: true,
    validation,
    test,
    quality: share(test, dummy.test, best.test),
    reward: share(validation, dummy.validation, best.validation),
    medal: medals === null ? null : medalFor(test, medals, metrics[metric].higherIsBetter),
  };
}

/** What is needed of a competition to compute its metric. */
export type ScoringRules = Pick<Competition, "metric" | "classes" | "positive" | "answers" | "parts">;

/** The metric on both halves of the hidden rows, for checked predictions. */
export function scoresOf(rules: ScoringRules, values: MetricValues): Scores {
  const truth = encodedAnswers(rules);
  const on = (part: HiddenPart): number => {
    const isInPart = (_: unknown, row: number): boolean => rules.parts[row] === part;
    const kept = areNumbers(values) ? values.filter(isInPart) : values.filter(isInPart);
    return metricValue(rules.metric, truth.filter(isInPart), kept);
  };
  return { validation: on("validation"), test: on("test") };
}

/** True values in the form that metrics take; see `MetricValues`. */
export function encodedAnswers(
  { classes, positive, answers }: Pick<Competition, "classes" | "positive" | "answers">,
): number[] {
  return answers.map((answer) => {
    if (typeof answer === "number") return answer;
    return positive === null ? classes?.indexOf(answer) ?? NaN : answer === positive ? 1 : 0;
  });
}

function share(score: number, dummy: number, best: number): number {
  const value = (score - dummy) / (best - dummy);
  return value > 1 - roundingError ? 1 : Math.max(0, value);
}

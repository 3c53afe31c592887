/**
 * What a hosted evaluation has used, in words.
 *
 * @module
 */
import * as v from "valibot";
import type { EventRow } from "../../lib/metrics/rows.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import type { HostedEvaluation } from "../hf/infer/hosted_evaluation.ts";
import type { HostedUsage } from "../hf/infer/hosted_responder.ts";
import { type Spending, usd } from "../hf/infer/spending.ts";

/** How far an evaluation is. */
export interface EvalProgress {
  /** Requests that were made again. */
  readonly retries: number;
  /** Seconds so far. */
  readonly seconds: number;
  /** Why a request is being made again; empty if none is. */
  readonly why: string;
}

/** The answers that an evaluation needs; `null` where that depends on how many turns episodes take. */
export function answersNeeded(
  { domain, evaluation: { steps, samples, tasks, resamples } }: HostedEvaluation,
): number | null {
  return domain.traits.turns === "single" ? tasks * (samples * (1 + steps) + resamples) : null;
}

/** One line on how far an evaluation is. */
export function progressText(
  usage: HostedUsage,
  spending: Spending,
  evaluation: HostedEvaluation,
  { retries, seconds, why }: EvalProgress,
): string {
  const needed = answersNeeded(evaluation);
  const asked = usage.answers - usage.cached;
  const left = needed === null || asked === 0 ? null : seconds / asked * (needed - usage.answers);
  return [
    `${count(usage.answers)}${needed === null ? "" : ` of ${count(needed)}`} answers`,
    ...usage.cached > 0 ? [`${count(usage.cached)} from the cache`] : [],
    `${count(Math.round(usage.newTokens / Math.max(seconds, 1e-3)))} tokens/s`,
    `cost ${costText(spending.cost, spending.unpriced)}`,
    ...retries > 0 ? [`${retries} retries`] : [],
    ...why === "" ? left === null ? [] : [`${formatDuration(left)} left`] : [`asking again: ${why}`],
  ].join("  ");
}

/** What all answers came to, as it is kept in the table of events under the kind `hosted-usage`. */
export type UsageFigures = v.InferOutput<typeof figuresSchema>;

const figuresSchema = v.object({
  answers: v.number(),
  cached: v.number(),
  "input_tokens": v.number(),
  "output_tokens": v.number(),
  "known_cost_usd": v.number(),
  unpriced: v.number(),
  retries: v.number(),
});

/** The figures of an evaluation as it stands. */
export function usageFigures(
  usage: HostedUsage,
  { cost, unpriced }: Spending,
  retries: number,
): UsageFigures {
  const { answers, cached, inputTokens, outputTokens } = usage;
  return {
    answers,
    cached,
    "input_tokens": inputTokens,
    "output_tokens": outputTokens,
    "known_cost_usd": cost,
    unpriced,
    retries,
  };
}

/** The figures in an event's message. */
export function parseFigures(message: string): UsageFigures {
  return v.parse(figuresSchema, JSON.parse(message));
}

/** What all answers came to. */
export function usageText(figures: UsageFigures): string {
  const { answers, cached, input_tokens: input, output_tokens: output, retries } = figures;
  return `${count(answers)} answers (${count(cached)} from the cache), tokens ${count(input)} in, ${
    count(output)
  } out, cost ${costText(figures.known_cost_usd, figures.unpriced)}, ${retries} retries`;
}

/**
 * A cost as far as it is known.
 *
 * @param known USD, of the answers whose price is known.
 * @param unpriced How many others there are.
 */
function costText(known: number, unpriced: number): string {
  if (unpriced === 0) return usd(known);
  return known === 0 ? "unknown" : `at least ${usd(known)} (${count(unpriced)} answers of unknown price)`;
}

/** What is to be kept of the answers beside their rows: figures as JSON, and what a reader must know. */
export function remarks(
  usage: HostedUsage,
  spending: Spending,
  { maxTokens }: HostedEvaluation,
  retries: number,
): Pick<EventRow, "level" | "kind" | "message">[] {
  const { answers, uncounted, empty, cut, filtered } = usage;
  const warning = (kind: string, number: number, rest: string) =>
    number === 0
      ? []
      : [{ level: "warning", kind, message: `${count(number)} of ${count(answers)} answers ${rest}` }];
  return [
    { level: "info", kind: "hosted-usage", message: JSON.stringify(usageFigures(usage, spending, retries)) },
    ...warning("cut-answers", cut, `were cut at ${count(maxTokens)} tokens; raise --max-tokens`),
    ...warning("empty-answers", empty, "are empty: the model wrote nothing, or only what its provider hides"),
    ...warning("filtered-answers", filtered, "were stopped by a filter of the provider"),
    ...warning(
      "uncounted-answers",
      uncounted,
      "came without a count of tokens: theirs are estimated, their cost is not known",
    ),
  ];
}

function count(number: number): string {
  return number.toLocaleString("en");
}

import type { Random } from "../../../lib/domain/mod.ts";
import type { Answer } from "./competition.ts";
import { normal } from "./drawn_function.ts";
import { type MetricName, metrics } from "./metric.ts";

/** A target that was drawn, by rows. */
export interface DrawnTarget {
  /** See `Competition.classes`. */
  readonly classes: readonly string[] | null;
  /** See `Competition.positive`. */
  readonly positive: string | null;
  /** The true values, noise included. */
  readonly answers: readonly Answer[];
  /** What is predicted by who knows the function but not the noise; see `MetricValues`. */
  readonly best: readonly number[];
}

/**
 * A target that follows a signal, with noise.
 *
 * A number is the signal and normal noise of 0.1 to 0.5 of its deviation, on a scale of its own; for `rmsle` it is an
 * exponential of that. A class says between which bounds the signal with logistic noise is: two classes, one of them
 * rare for `average-precision`, or three for `macro-f1`.
 *
 * @param signal By rows, with mean 0 and deviation 1.
 */
export function drawTarget(metric: MetricName, signal: readonly number[], random: Random): DrawnTarget {
  return metrics[metric].target === "number"
    ? drawNumbers(metric, signal, random)
    : drawClasses(metric, signal, random);
}

function drawNumbers(metric: MetricName, signal: readonly number[], random: Random): DrawnTarget {
  const noise = 0.1 + 0.4 * random.next();
  const scale = 10 ** (2 * random.next());
  const offset = scale * 10 * random.next();
  const shaped = (value: number): number =>
    rounded(metric === "rmsle" ? scale * Math.exp(0.7 * value) : offset + scale * value);
  return {
    classes: null,
    positive: null,
    answers: signal.map((value) => shaped(value + noise * normal(random))),
    best: signal.map(shaped),
  };
}

function drawClasses(metric: MetricName, signal: readonly number[], random: Random): DrawnTarget {
  const noise = 0.1 + 0.2 * random.next();
  const bounds = quantiles(
    signal,
    metric === "average-precision" ? [0.8] : metric === "macro-f1" ? [0.35, 0.7] : [0.5],
  );
  const classes = bounds.length === 1 ? ["no", "yes"] : ["low", "middle", "high"];
  const positive = metrics[metric].positive === "never" ? null : "yes";
  const below = (value: number, bound: number): number => 1 / (1 + Math.exp((value - bound) / noise));
  const shares = signal.map((value) => {
    const sums = [0, ...bounds.map((bound) => below(value, bound)), 1];
    return classes.map((_, at) => (sums[at + 1] ?? 1) - (sums[at] ?? 0));
  });
  const drawn = shares.map((row) => {
    let left = random.next();
    const at = row.findIndex((share) => (left -= share) < 0);
    return classes[at] ?? "no";
  });
  return {
    classes,
    positive,
    answers: drawn,
    best: shares.map((row) => positive === null ? row.indexOf(Math.max(...row)) : row[1] ?? 0),
  };
}

function quantiles(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return shares.map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
}

/** To five digits, as a table has it. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

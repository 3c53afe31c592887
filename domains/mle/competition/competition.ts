import type { MetricName } from "./metric.ts";

/** A raw value of the metric on each half of the hidden rows. */
export interface Scores {
  /** On the rows whose score a search may see. */
  readonly validation: number;
  /** On the rows that are only reported. */
  readonly test: number;
}

/** The test scores from which on a solution wins. */
export interface MedalScores {
  readonly gold: number;
  readonly silver: number;
  readonly bronze: number;
}

/** What a solution can win. */
export type Medal = keyof MedalScores;

/** The half of the hidden rows that a row belongs to. */
export type HiddenPart = keyof Scores;

/** A true value that a program has to predict: a number, or the name of a class. */
export type Answer = string | number;

/**
 * A table with a column to predict. A program is given `train` and `test` and predicts one value for each row of `test`;
 * `answers` and `parts` stay with the judge.
 */
export interface Competition {
  /** Names it in task ids: letters, digits and dashes. */
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** What the columns are, what is to be predicted and how it is scored, for the prompt. */
  readonly description: string;
  /** How predictions are scored. */
  readonly metric: MetricName;
  /** The column to predict. */
  readonly target: string;
  /** The classes in the order of their probabilities; `null` where the target is a number. */
  readonly classes: readonly string[] | null;
  /** The class whose probability or score is to be predicted; `null` where the metric takes no single one. */
  readonly positive: string | null;
  /** CSV with a header: the rows to learn from, with the target. */
  readonly train: string;
  /** CSV with a header: the hidden rows, without the target. */
  readonly test: string;
  /** The true value of each hidden row. */
  readonly answers: readonly Answer[];
  /** The half that each hidden row belongs to. */
  readonly parts: readonly HiddenPart[];
  /** What the best constant scores, or the last known value of a series: quality 0. */
  readonly dummy: Scores;
  /** What a good solution scores: quality 1. */
  readonly best: Scores;
  /** What wins a medal; `null` if there are none to win. */
  readonly medals: MedalScores | null;
}

/**
 * What a run's log says of its curriculum: what it was made with, what it was asked, what it gave and what it saw.
 *
 * @module
 */
import type { GroupOutcome } from "../curriculum/curriculum.ts";
import type { Start } from "../curriculum/start.ts";
import type { JsonObject } from "../json.ts";

/** One request for starts, and what came of it. */
export interface LoggedRound {
  /** 0, or which redraw in place of groups that teach nothing. */
  readonly round: number;
  /** How many starts the curriculum was asked for. */
  readonly asked: number;
  /** The starts that it gave, in order, each in the mode that operators left it in. */
  readonly starts: readonly Start[];
  /** What it saw then, in order; the later steps of a chain are outcomes of their own. */
  readonly outcomes: readonly GroupOutcome[];
}

/** One training iteration. */
export interface LoggedIteration {
  /** Which one, from 1. */
  readonly iteration: number;
  /** Its requests, in order. */
  readonly rounds: readonly LoggedRound[];
}

/** What a start was worth when a group was drawn from it. */
export interface Measurement {
  /** The training iteration. */
  readonly iteration: number;
  /** The variance of the group's verdict rewards, in [0, 0.25]; the mean, where several groups of it were drawn. */
  readonly learnability: number;
  /** The share of these groups that had no variance: 0 or 1 of a single one. */
  readonly flat: number;
}

/** The log of one run. */
export interface LoggedRun {
  /** The run's name. */
  readonly run: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** The run's seed. */
  readonly seed: number;
  /** Its own curriculum. */
  readonly curriculum: { readonly kind: string; readonly options: JsonObject };
  /** The number of training tasks; `null` if there is no end of them. */
  readonly trainingTasks: number | null;
  /** Whether an operator works on partial histories. */
  readonly iterates: boolean;
  /** How many training iterations there are. */
  readonly iterations: number;
  /** The logged roots, by their index in the training source. */
  readonly roots: ReadonlyMap<number, Start>;
  /** What each start was measured at, by its id; in the order of iterations. */
  readonly measured: ReadonlyMap<string, readonly Measurement[]>;
  /** The iterations, in order; each call reads them anew. */
  read(): AsyncGenerator<LoggedIteration>;
}

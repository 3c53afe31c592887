/**
 * What replays come to.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";
import type { FigureEstimates } from "./figures.ts";
import type { PickedStart } from "./picked_starts.ts";

/** Where a replay first differs from the log. */
export type ReplayDifference = {
  /** The training iteration. */
  readonly iteration: number;
  /** Its round. */
  readonly round: number;
  /** The place in the batch, from 0. */
  readonly place: number;
  /** The id of the start that was picked; `null` if the batch is shorter. */
  readonly picked: string | null;
  /** The id of the start in the log; `null` if the logged batch is shorter. */
  readonly logged: string | null;
};

/** Whether a run's own curriculum gives the logged starts, in their order. */
export type Reproduction = {
  /** The logged starts that were compared: all if there is no difference. */
  readonly selections: number;
  /** Where it first differs; `null` if nowhere. */
  readonly difference: ReplayDifference | null;
};

/** What a curriculum's picks come to in an iteration. */
export type IterationFigures = {
  /** The training iteration. */
  readonly iteration: number;
  /** Over the draws. */
  readonly figures: FigureEstimates;
};

/** What a curriculum would have picked. */
export type SubjectReplay = {
  /** What it is called. */
  readonly name: string;
  /** The curriculum's kind. */
  readonly kind: string;
  /** Every option in force. */
  readonly options: JsonObject;
  /** Whether it is the run's own. */
  readonly own: boolean;
  /** Why it could not be replayed to the end, one sentence; `null` if it could. */
  readonly failure: string | null;
  /** Of the run's own. */
  readonly reproduction: Reproduction | null;
  /** Over all picks of the run; intervals are over draws. */
  readonly figures: FigureEstimates;
  /** The same by iteration; `distinct` and `effective` are within a batch. */
  readonly series: readonly IterationFigures[];
  /** The starts that it picks most often, up to 100. */
  readonly picked: readonly PickedStart[];
};

/** What curricula would have picked in a run. */
export type RunReplay = {
  /** The run's name. */
  readonly run: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** The run's seed. */
  readonly seed: number;
  /** Training iterations. */
  readonly iterations: number;
  /** Logged starts. */
  readonly selections: number;
  /** One a curriculum, in order. */
  readonly subjects: readonly SubjectReplay[];
};

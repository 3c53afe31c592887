/**
 * Problems with one known answer each, and where they come from.
 *
 * @module
 */
import type { JsonObject } from "../../../lib/domain/mod.ts";

/** A problem and its answer. */
export type Problem = {
  /** The text of the problem. */
  readonly problem: string;
  /** The known-good answer, as the data set writes it. */
  readonly answer: string;
  /** A worked solution that ends in the answer, if the data set has one. */
  readonly solution?: string;
  /** How far a number of the answer may be off, if the data set says so; one for all, or one for each in turn. */
  readonly tolerance?: number | readonly number[];
};

/** Problems that were read: a value for an experiment file, made by `gsm8k()`, `svamp()`, `problemFile()` and others. */
export interface ProblemSource {
  /** Its short name, such as `"gsm8k"`: part of task ids, and the held-out benchmark that it is reported as. */
  readonly name: string;
  /** What it is, for plans: where it came from, its size and the hash of its content. */
  readonly description: JsonObject;
  /** The problems to train on; empty for a benchmark that is only held out. */
  readonly train: readonly Problem[];
  /** The problems to hold out; `null` where the data set has no split of its own. */
  readonly test: readonly Problem[] | null;
}

import type { WeighedCompletion } from "./objective.ts";

/** What a surrogate makes of one completion of L tokens. */
export interface Slopes {
  /** How fast the surrogate, to be maximised, rises with each token's log π: L numbers, before any average. */
  readonly slopes: Float64Array;
  /** How many of the tokens were clipped. */
  readonly clipped: number;
}

/** The part of an objective that rewards advantage, as its slope by log π; `then` must be as long as `now`. */
export type Surrogate = (completion: Pick<WeighedCompletion, "advantage" | "now" | "then">) => Slopes;

import type { Attempt } from "../domain/verdict.ts";
import { deriveSeed } from "../random.ts";
import { episodeAttempt, type EvaluationContext } from "./evaluate.ts";
import { playHeldOut } from "./play_held_out.ts";

/** One first attempt, drawn as if no other had been. */
export interface ResampleOutcome {
  /** The held-out task's id. */
  readonly task: string;
  /** The benchmark that it belongs to. */
  readonly benchmark: string;
  /** Which attempt of the task, from 0. */
  readonly draw: number;
  /** The response and its verdict; of several turns the responses of all, by lines, and the verdict at the end. */
  readonly attempt: Attempt;
  /** The responses that were played, one a turn. */
  readonly attempts: readonly Attempt[];
  /** Generated tokens. */
  readonly tokens: number;
}

/**
 * What the same policy reaches without self-iteration: independent first attempts at each held-out task, by default as
 * many as a chain has responses. Which of them is right takes an oracle; which is the most common does not.
 *
 * @param iteration Training iterations so far; with the seed it decides all draws.
 * @throws {UserError} If the domain gives a verdict outside [0, 1].
 */
export async function resample(context: EvaluationContext, iteration: number): Promise<ResampleOutcome[]> {
  const { evaluation, seed } = context;
  const episodes = await playHeldOut(context, {
    samples: evaluation.resamples,
    steps: 0,
    seed: (root, draw, _step, turn) =>
      deriveSeed(seed, "resample", iteration, root, draw, ...turn === 0 ? [] : [turn]),
  });
  return episodes.map((episode) => {
    const { task, benchmark, sample: draw, attempts, tokens } = episode;
    return { task, benchmark, draw, attempt: episodeAttempt(episode), attempts, tokens };
  });
}

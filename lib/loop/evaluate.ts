import type { Domain, Mode } from "../domain/domain.ts";
import type { Attempt } from "../domain/verdict.ts";
import type { Evaluation } from "../experiment/settings.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { type HeldOutEpisode, playHeldOut } from "./play_held_out.ts";
import { deriveSeed } from "../random.ts";
import type { Responder } from "./responder.ts";

/** One response of an evaluation chain. */
export interface EvaluationOutcome {
  /** The held-out task's id. */
  readonly task: string;
  /** The benchmark that it belongs to. */
  readonly benchmark: string;
  /** Which chain of the task, from 0. */
  readonly sample: number;
  /** k, the number of self-improvement steps before it. */
  readonly step: number;
  /** The response and its verdict; of several turns the responses of all, by lines, and the verdict at the end. */
  readonly attempt: Attempt;
  /** The responses that were played, one a turn. */
  readonly attempts: readonly Attempt[];
  /** Whether a response differs from that with a step less; `false` at k = 0. */
  readonly changed: boolean;
  /** Generated tokens; what episodes of several k share counts for the smallest. */
  readonly tokens: number;
  /** How many characters of the current response the request left out. */
  readonly shortened: number;
  /** What was asked for the response; of several turns, in the last. */
  readonly mode: Mode;
}

/** What an evaluation needs. */
export interface EvaluationContext {
  /** Where held-out tasks and verdicts come from. */
  readonly domain: Domain;
  /** Words the improve requests. */
  readonly operators: readonly OperatorPart[];
  /** Answers the requests. */
  readonly responder: Responder;
  /** The most tokens of a response. */
  readonly maxTokens: number;
  /** How to measure. */
  readonly evaluation: Evaluation;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Held-out quality after k = 0…K self-improvement steps (arXiv 2509.04575, §5.3): of the *latest* iterate, never of the
 * best along the way; after a first attempt k times the improve request with the latest response (to mend it, where it
 * failed), never a divergence, never a verdict. Where a task has several turns each gets k steps before it is played on, and the verdict is that at
 * the end.
 *
 * @param iteration Training iterations so far; with the seed it decides all draws, the same for every arm.
 * @param progress Told the k that was drawn; of several turns, in each.
 * @throws {UserError} If the domain gives a verdict outside [0, 1], or an episode does not end.
 */
export async function evaluate(
  context: EvaluationContext,
  iteration: number,
  progress: (step: number) => void = () => {},
): Promise<EvaluationOutcome[]> {
  const { evaluation, seed } = context;
  const { samples, steps } = evaluation;
  const episodes = await playHeldOut(context, {
    samples,
    steps,
    seed: (root, sample, step, turn) =>
      deriveSeed(seed, "evaluate", iteration, root, sample, step, ...turn === 0 ? [] : [turn]),
    progress,
  });
  const chains = episodes.length / (steps + 1);
  return episodes.map((episode, at): EvaluationOutcome => {
    const { task, benchmark, sample, step, attempts, tokens, shortened, mode } = episode;
    const attempt = episodeAttempt(episode);
    const before = episodes[at - chains]?.attempts.map(({ response }) => response);
    const changed = before !== undefined &&
      JSON.stringify(before) !== JSON.stringify(attempts.map(({ response }) => response));
    return { task, benchmark, sample, step, attempt, attempts, changed, tokens, shortened, mode };
  });
}

/** An episode as one attempt: all responses, by lines, with the verdict at the end. */
export function episodeAttempt({ attempts, task }: HeldOutEpisode): Attempt {
  const last = attempts.at(-1);
  if (last === undefined) throw new Error(`Cannot judge an episode without a turn (task "${task}")`);
  return { ...last, response: attempts.map(({ response }) => response).join("\n") };
}

import type { EvaluationContext } from "./evaluate.ts";
import { attemptAt, heldOutTasks } from "./evaluate.ts";
import { rootStart } from "../curriculum/start.ts";
import type { Attempt } from "../domain/verdict.ts";
import { defaultBenchmark } from "../metrics/benchmarks.ts";
import { deriveSeed } from "../random.ts";
import { fitPrompt } from "./fit_prompt.ts";

/** One first attempt, drawn as if no other had been. */
export interface ResampleOutcome {
  /** The held-out task's id. */
  readonly task: string;
  /** The benchmark that it belongs to. */
  readonly benchmark: string;
  /** Which attempt of the task, from 0. */
  readonly draw: number;
  /** The response and its verdict. */
  readonly attempt: Attempt;
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
  const { domain, policy, evaluation, maxTokens, seed } = context;
  const draws = heldOutTasks(domain, evaluation.tasks).flatMap((
    { id, task, benchmark = defaultBenchmark },
    index,
  ) =>
    Array.from({ length: evaluation.resamples }, (_, draw) => ({
      task,
      benchmark,
      draw,
      start: rootStart(index, id, domain.begin(task)),
    }))
  );
  const completions = await policy.sample(draws.map(({ task, draw, start }) => ({
    prompt: fitPrompt(start, task, context).tokens,
    maxTokens,
    temperature: evaluation.temperature,
    topP: evaluation.topP,
    seed: deriveSeed(seed, "resample", iteration, start.root, draw),
  })));
  const outcomes: ResampleOutcome[] = [];
  for (const [at, { task, benchmark, draw, start }] of draws.entries()) {
    const completion = completions[at];
    if (completion === undefined) throw new Error("The engine lost a completion");
    const attempt = await attemptAt(domain, task, start, policy.tokenizer.decode(completion.tokens));
    outcomes.push({ task: start.root, benchmark, draw, attempt, tokens: completion.tokens.length });
  }
  return outcomes;
}

import { rootStart, type Start, startId } from "../curriculum/start.ts";
import type { Domain, TaskInstance } from "../domain/domain.ts";
import { type Attempt, checkVerdict } from "../domain/verdict.ts";
import type { Policy } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { defaultBenchmark } from "../metrics/benchmarks.ts";
import type { Evaluation } from "../experiment/settings.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { fitPrompt } from "./fit_prompt.ts";
import { deriveSeed } from "../random.ts";

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
  /** The response and its verdict. */
  readonly attempt: Attempt;
  /** Whether the text differs from the step before; `false` at k = 0. */
  readonly changed: boolean;
  /** Generated tokens. */
  readonly tokens: number;
  /** How many characters of the current response the request left out. */
  readonly shortened: number;
}

/** What an evaluation needs. */
export interface EvaluationContext {
  /** Where held-out tasks and verdicts come from. */
  readonly domain: Domain;
  /** Words the improve requests. */
  readonly operators: readonly OperatorPart[];
  /** Is sampled under its published weights. */
  readonly policy: Policy;
  /** The most tokens of a response. */
  readonly maxTokens: number;
  /** How to measure. */
  readonly evaluation: Evaluation;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Held-out quality of the *latest* iterate after k = 0…K self-improvement steps (arXiv 2509.04575, §5.3): first
 * attempts, then K times the improve request with the latest response; never a divergence, never a verdict, and
 * no choice of the best along the way.
 *
 * @param iteration Training iterations so far; with the seed it decides all draws, the same for every arm.
 * @param progress Told the k that was finished.
 * @throws {UserError} If the domain has several turns, or gives a verdict outside [0, 1].
 */
export async function evaluate(
  context: EvaluationContext,
  iteration: number,
  progress: (step: number) => void = () => {},
): Promise<EvaluationOutcome[]> {
  const { domain, policy, evaluation, seed } = context;
  if (domain.traits.turns === "multi") {
    throw new UserError(
      `Cannot evaluate domain "${domain.kind}": self-improvement curves need a single-turn domain`,
    );
  }
  let chains = heldOutTasks(domain, evaluation.tasks).flatMap((
    { id, task, benchmark = defaultBenchmark },
    index,
  ) =>
    Array.from({ length: evaluation.samples }, (_, sample) => ({
      task,
      benchmark,
      sample,
      start: rootStart(index, id, domain.begin(task)),
    }))
  );
  const outcomes: EvaluationOutcome[] = [];
  for (let step = 0; step <= evaluation.steps; step++) {
    const prompts = chains.map(({ task, start }) => fitPrompt(start, task, context));
    const completions = await policy.sample(chains.map(({ sample, start }, at) => ({
      prompt: prompts[at]?.tokens ?? [],
      maxTokens: context.maxTokens,
      temperature: evaluation.temperature,
      topP: evaluation.topP,
      seed: deriveSeed(seed, "evaluate", iteration, start.root, sample, step),
    })));
    const next: typeof chains = [];
    for (const [at, chain] of chains.entries()) {
      const completion = completions[at];
      if (completion === undefined) throw new Error("The engine lost a completion");
      const attempt = await attemptAt(
        domain,
        chain.task,
        chain.start,
        policy.tokenizer.decode(completion.tokens),
      );
      const before = chain.start.attempt?.response;
      outcomes.push({
        task: chain.start.root,
        benchmark: chain.benchmark,
        sample: chain.sample,
        step,
        attempt,
        changed: before !== undefined && before !== attempt.response,
        tokens: completion.tokens.length,
        shortened: prompts[at]?.shortened ?? 0,
      });
      next.push({ ...chain, start: improvable(chain.start, attempt) });
    }
    chains = next;
    progress(step);
  }
  return outcomes;
}

/** The first held-out tasks of a domain. Training tasks are never evaluated. */
export function heldOutTasks(domain: Domain, count: number): TaskInstance<Json>[] {
  const source = domain.tasks("test");
  return Array.from({ length: count }, (_, index) => source.at(index));
}

/**
 * A response to a start, with the domain's verdict.
 *
 * @throws {UserError} If the domain gives a verdict outside [0, 1].
 */
export async function attemptAt(
  domain: Domain,
  task: Json,
  start: Start,
  response: string,
): Promise<Attempt> {
  const { verdict, feedback } = await domain.step(task, start.state, response);
  checkVerdict(verdict, `domain "${domain.kind}", task "${start.root}"`);
  return { response, verdict, feedback: feedback ?? null };
}

function improvable(start: Start, attempt: Attempt): Start {
  const id = startId(start.root, start.turn, start.state, attempt);
  return { ...start, id, parent: start.id, depth: start.depth + 1, mode: "improve", attempt };
}

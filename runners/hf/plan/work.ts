/**
 * How many tokens a job draws, reads and trains on, of which its hours are made.
 *
 * @module
 */
import { batchArithmetic } from "../../../lib/experiment/arithmetic.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import { power } from "./write_figures.ts";

/** The share of the turns that an episode may have which it is assumed to take. */
const turnShare = 1 / 4;

/** The share of what the context leaves for a prompt which a prompt is assumed to take. */
const promptShare = 1 / 2;

/** Tokens of one job. */
export type Work = {
  /** Drawn in training. */
  readonly drawn: number;
  /** Drawn in evaluations. */
  readonly evaluated: number;
  /** Trained on, prompts included. */
  readonly trained: number;
  /** Of prompts that are read before anything is drawn: where each turn reads its own, and where an episode reads one. */
  readonly read: { readonly turns: number; readonly episodes: number };
  /** Of a prompt. */
  readonly prompt: number;
  /** Of a response. */
  readonly response: number;
  /** Episodes that training plays at once, and evaluation. */
  readonly atOnce: { readonly train: number; readonly test: number };
  /** What the figures are made of. */
  readonly sentences: readonly string[];
};

/**
 * The tokens of a job of an arm: the figures of its plan, in which each response is as long as allowed.
 *
 * @param context The most tokens of a prompt and its response.
 */
export function workOf(settings: Settings, context: number): Work {
  const { domain, sampling: { maxTokens }, evaluate, objective: { groupSize } } = settings;
  const several = domain.traits.turns === "multi" && domain.mostTurns !== undefined
    ? { train: typicalTurns(domain.mostTurns.train), test: typicalTurns(domain.mostTurns.test) }
    : undefined;
  const figures = batchArithmetic(
    several === undefined ? settings : { ...settings, domain: { ...domain, mostTurns: several } },
  );
  const prompt = Math.max(1, Math.round((context - maxTokens) * promptShare));
  const completions = figures.iterations * figures.completionsPerIteration;
  const trained = completions * (prompt + maxTokens);
  // The completions of a group share the prompt of their first turn; later turns have one each.
  const isSingle = domain.traits.turns === "single";
  const turns = several ?? { train: 1, test: 1 };
  const prompts = (isSingle ? completions / groupSize : completions) + figures.evaluationCompletions;
  const episodes = (isSingle ? completions / groupSize : completions / turns.train) +
    figures.evaluationCompletions / turns.test;
  return {
    drawn: figures.trainingTokens,
    evaluated: figures.evaluationTokens,
    trained,
    read: { turns: prompts * prompt, episodes: episodes * prompt },
    prompt,
    response: maxTokens,
    atOnce: { train: figures.rolloutsPerIteration, test: evaluate.tasks * evaluate.samples },
    sentences: [
      ...several === undefined || domain.mostTurns === undefined ? [] : [
        `An episode is assumed to take a quarter of the turns that it may: ${several.train} of ${domain.mostTurns.train} ` +
        `in training, ${several.test} of ${domain.mostTurns.test} in tests`,
      ],
      `Each response as long as allowed, ${maxTokens} tokens, and a prompt half of what a context of ` +
      `${context.toLocaleString("en-US")} leaves for it, ${prompt} (assumed)`,
      `A job draws ${power(figures.trainingTokens)} tokens in ${
        figures.iterations.toLocaleString("en-US")
      } iterations, ` +
      `${power(figures.evaluationTokens)} in ${figures.evaluations} evaluations, and trains on ${
        power(trained)
      } with ` +
      "their prompts",
    ],
  };
}

function typicalTurns(most: number): number {
  return Math.max(1, Math.ceil(most * turnShare));
}

import type { Settings } from "./settings.ts";

/** How large batches are, and how much one run of an arm generates. Figures marked ≤ assume that each response is as long as allowed. */
export type Arithmetic = {
  /** P, the groups of a batch. */
  readonly groups: number;
  /** G, the completions drawn from one start. */
  readonly groupSize: number;
  /** Starts an iteration; fewer than P where each asks for a chain of completions. */
  readonly startsPerIteration: number;
  /** Episodes an iteration: starts × G. Each is a chain of responses. */
  readonly rolloutsPerIteration: number;
  /**
   * T, the most turns of an episode, with which all that follows is ≤. `null` where the domain does not say
   * (`mostTurns`): then all that follows counts a single turn. Only for domains of several turns.
   */
  readonly turns?: { readonly train: number; readonly test: number } | null;
  /** Completions an iteration: rollouts × the longest chain, × T. */
  readonly completionsPerIteration: number;
  /** Tokens of one completion, ≤. */
  readonly maxTokens: number;
  /** Generated tokens an iteration, ≤; with every extra round that the objective may draw. */
  readonly tokensPerIteration: number;
  /** Training iterations: those of the budget, or those after which its tokens are spent at full length, without extra rounds. */
  readonly iterations: number;
  /** Episodes of a run. */
  readonly rollouts: number;
  /** Generated training tokens of a run, ≤. */
  readonly trainingTokens: number;
  /** Evaluations of a run, the first before training. */
  readonly evaluations: number;
  /**
   * Completions of all evaluations: tasks × samples × (1 + K) each, chain or search, and tasks × resamples at the last. Of several turns,
   * episodes of different k share the first at least; in each later turn that of k may take 1 + k.
   */
  readonly evaluationCompletions: number;
  /** Generated tokens of all evaluations, ≤. */
  readonly evaluationTokens: number;
};

/**
 * The batch arithmetic of an arm. A budget counts generated tokens, stop tokens included; the iteration that reaches
 * it is finished.
 *
 * @throws {RangeError} If the budget has no limit.
 */
export function batchArithmetic(settings: Settings): Arithmetic {
  const { domain, objective, curriculum, sampling, budget, evaluate } = settings;
  const { groups, groupSize } = objective;
  const { maxTokens } = sampling;
  const chain = curriculum.longestChain;
  const startsPerIteration = Math.max(1, Math.floor(groups / chain));
  const rolloutsPerIteration = startsPerIteration * groupSize;
  const severalTurns = domain.traits.turns === "multi";
  const turns = severalTurns && domain.mostTurns !== undefined ? domain.mostTurns : { train: 1, test: 1 };
  const completionsPerIteration = rolloutsPerIteration * chain * turns.train;
  const tokensAtLeast = completionsPerIteration * maxTokens;
  const tokensPerIteration = tokensAtLeast * (1 + objective.redraws);
  const iterations = Math.min(
    budget.iterations ?? Infinity,
    budget.tokens === null ? Infinity : Math.ceil(budget.tokens / tokensAtLeast),
    budget.rollouts === null ? Infinity : Math.ceil(budget.rollouts / (rolloutsPerIteration * chain)),
  );
  if (iterations === Infinity) throw new RangeError("Cannot estimate a run without a budget");
  const evaluations = countEvaluations(iterations, evaluate.every);
  const evaluationCompletions = evaluate.tasks *
    (evaluations * evaluate.samples * evaluationDraws(evaluate.steps, turns.test) +
      evaluate.resamples * turns.test);
  return {
    groups,
    groupSize,
    startsPerIteration,
    rolloutsPerIteration,
    ...severalTurns ? { turns: domain.mostTurns ?? null } : {},
    completionsPerIteration,
    maxTokens,
    tokensPerIteration,
    iterations,
    rollouts: iterations * rolloutsPerIteration,
    trainingTokens: Math.min(
      iterations * tokensPerIteration,
      (budget.tokens ?? Infinity) + tokensPerIteration,
    ),
    evaluations,
    evaluationCompletions,
    evaluationTokens: evaluationCompletions * maxTokens,
  };
}

/** The most responses of one task and sample: a chain of 1 + K in the first turn, and one of 1 + k for each k in later ones. */
function evaluationDraws(steps: number, turns: number): number {
  const chain = 1 + steps;
  return chain + (turns - 1) * chain * (chain + 1) / 2;
}

/** One before training, one every so many iterations, and one after the last. */
function countEvaluations(iterations: number, every: number): number {
  return 1 + (every === 0 ? 1 : Math.ceil(iterations / every));
}

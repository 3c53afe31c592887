import { type Domain, givenOptions, parseOptions } from "../../lib/domain/mod.ts";
import type { AnswerChecker } from "./answer/answer_checker.ts";
import { answerChecker } from "./answer/check_answers.ts";
import { extractAnswer } from "./answer/extract.ts";
import {
  describeSources,
  type MathInput,
  mathSchema,
  restoreSources,
  type Sources,
  splitRules,
} from "./math_options.ts";
import { perturbedAnswers } from "./perturb.ts";
import type { Problem } from "./problems/problem.ts";
import { referenceOf } from "./reference.ts";
import { mathSplits, type SplitMaker } from "./splits.ts";

/** What `math` may be given beside its options. */
export interface MathSurroundings {
  /** Says whether a response answers a problem. Default `answerChecker()`. */
  readonly checker?: AnswerChecker;
}

/**
 * Problems in words with one known answer each. A response is solved if its last answer is the known one; how it got there
 * does not count. The policy is asked to reason step by step and to put its answer in `\boxed{}`; to improve or to differ
 * it is asked in the operators' words.
 *
 * The splits share no problem: texts are compared without white space, punctuation and case, what a held-out benchmark
 * has is left out of training, and repetitions on one side are dropped; `options.tasks` has the counts. A problem in two
 * benchmarks stays in both. Held-out tasks take turns by benchmark, so that any first tasks are spread evenly.
 *
 * @throws {UserError} If an option is unknown or out of range, or there is nothing to train on or to hold out.
 *
 * @example
 * ```ts
 * import { math } from "exitlab/domains/math/math.ts";
 * import { gsm8k } from "exitlab/domains/math/problems/gsm8k.ts";
 * import { svamp } from "exitlab/domains/math/problems/svamp.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = math({ source: gsm8k(), trainingTasks: 1280, heldOut: [gsm8k(), svamp()], testTasks: 100 });
 * assert.deepEqual(domain.options.tasks, { train: 1280, test: { gsm8k: 100, svamp: 100 }, leaked: 0, duplicates: 0 });
 * const { task } = domain.tasks("train").at(0);
 * const { verdict } = await domain.step(task, null, `The answer is \\boxed{${task.answer}}.`);
 * assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 });
 * ```
 */
export function math(options: MathInput, surroundings: MathSurroundings = {}): Domain<Problem, null> {
  const { source, heldOut } = parseOptions(mathSchema, options ?? {}, "math()");
  const sources = { source, heldOut };
  return build(options, {
    sources,
    splits: mathSplits(source, heldOut),
    checker: surroundings.checker ?? answerChecker(),
  });
}

/** What stays the same when options change. */
interface Kept {
  readonly sources: Sources;
  readonly splits: SplitMaker;
  readonly checker: AnswerChecker;
}

function build(given: object, kept: Kept): Domain<Problem, null> {
  const rules = splitRules(parseOptions(mathSchema, given, "math()"));
  const { sources, checker } = kept;
  const described = describeSources(sources);
  const { train, test, counts } = kept.splits(rules);
  const shared = sources.heldOut === undefined && sources.source.test === null;
  return {
    part: "domain",
    kind: "math",
    version: "2",
    options: {
      ...described,
      trainingTasks: rules.trainingTasks,
      testTasks: rules.testTasks,
      ...shared ? { heldOutShare: rules.heldOutShare } : {},
      seed: rules.seed,
      tasks: counts,
    },
    given: { ...givenOptions(given), ...described },
    rebuild: (changed) => build(restoreSources(changed, sources), kept),
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => split === "train" ? train : test,
    begin: () => null,
    prompt: ({ problem }) => [{ role: "user", content: `${problem.trim()}\n\n${instruction}` }],
    step: async ({ answer, tolerance }, _state, response) => {
      const asked = { gold: answer, response, ...tolerance === undefined ? {} : { tolerance } };
      const { equal } = await checker.check(asked);
      const quality = equal ? 1 : 0;
      return { state: null, verdict: { quality, solved: equal, reward: quality }, done: true };
    },
    reference: (task) => [referenceOf(task)],
    perturbed: (task) => perturbedAnswers(task).map((answer) => referenceOf(task, answer)),
    metrics: (attempts): Record<string, number> => {
      const without = attempts.filter(({ response }) => extractAnswer(response) === null);
      return attempts.length === 0 ? {} : { no_answer: without.length / attempts.length };
    },
  };
}

const instruction = "Reason step by step, and put the final answer in \\boxed{}.";

import * as v from "valibot";
import {
  type Attempt,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  type Message,
  probability,
  type RewardRule,
  whole,
} from "../../lib/domain/mod.ts";
import {
  divergence,
  earlierAttempt,
  firstAttempt,
  improvement,
  type KnobEditorOptions,
} from "./knob_editor.ts";
import { feedbackMask, judge, marks, sanitize, shareOf } from "./knob_judge.ts";
import { drawTask, knobSource, type KnobTask } from "./knob_source.ts";

/** All options of `knobs`. */
export type KnobsOptions = {
  /** n, how many knobs a configuration has, from 2 to 64. Default 8. */
  readonly knobs: number;
  /** The probability in [0, 0.9] that a hint shows a knob's optimum; else it shows any digit. Default 0.3. */
  readonly hint: number;
  /** How many training tasks there are. Default 256. */
  readonly trainingTasks: number | "unlimited";
  /** How many held-out tasks there are; the same whatever the training tasks. Default 256. */
  readonly testTasks: number;
  /** `"graded"`: the quality; `"binary"`: 1 if every knob is right, else 0. Default `"graded"`. */
  readonly reward: "graded" | "binary";
  /** How an improvement is rewarded; a divergence is always absolute. Default `"absolute"`. */
  readonly selfIteration: RewardRule;
  /** Whether self-iteration requests say of each knob if it is right, near or far. Default `true`. */
  readonly feedback: boolean;
  /** The seed of the tasks; a run's own seed has no part in them. Default 0. */
  readonly seed: number;
  /** How good the warm start's noisy editor is. */
  readonly demonstrations: KnobEditorOptions;
};

/** Options with all levels optional. */
export type KnobsInput =
  & Partial<Omit<KnobsOptions, "demonstrations">>
  & { readonly demonstrations?: Partial<KnobEditorOptions> };

/** A hint above it would so often be the optimum itself, which is no task, that few tasks were left. */
const mostCertain = 0.9;

const schema = v.strictObject({
  knobs: v.optional(whole(2, 64), 8),
  hint: v.optional(
    v.pipe(probability, v.maxValue(mostCertain, `a probability of at most ${mostCertain}`)),
    0.3,
  ),
  trainingTasks: v.optional(v.union([whole(1), v.literal("unlimited")]), 256),
  testTasks: v.optional(whole(1), 256),
  reward: v.optional(v.picklist(["graded", "binary"]), "graded"),
  selfIteration: v.optional(v.picklist(["absolute", "improvement", "improvement-or-keep"]), "absolute"),
  feedback: v.optional(v.boolean(), true),
  seed: v.optional(whole(0), 0),
  demonstrations: v.optional(
    v.strictObject({
      copy: v.optional(probability, 0.5),
      keep: v.optional(probability, 0.8),
      move: v.optional(probability, 0.2),
    }),
    {},
  ),
});

/**
 * Machine-learning engineering in miniature: a configuration of n knobs, each from 0 to 9, with a hidden optimum. The
 * answer is n digits. A task shows a noisy hint, and a first attempt can on average do no better than copy it; after an
 * attempt the feedback says of each knob whether it is right, near (a distance of 1 or 2) or far, but not in which
 * direction. Only a policy that works on its own attempts by the feedback reaches the optimum.
 *
 * Prompts are as short as they can be, for policies of a million parameters: `B` and the hint for a first attempt, `I`
 * (improve) or `D` (diverge), the hint, the earlier attempt and its feedback for a self-iteration step. Quality is
 * graded by right and near knobs (see `judge`). The splits share neither optima nor hints. Demonstrations are about
 * fresh tasks of the training side of the split, whatever the number of training tasks.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { knobs } from "exitlab/domains/mle/knobs.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = knobs({ knobs: 4 });
 * const task = { hint: "4057", optimum: "4219" };
 * assert.deepEqual(domain.prompt(task, null), [{ role: "user", content: "B4057" }]);
 * const { verdict, feedback } = await domain.step(task, null, "4057");
 * assert.equal(feedback, "=~x~");
 * assert.deepEqual(verdict, { quality: 0.35, solved: false, reward: 0.35 });
 * assert.throws(() => knobs({ hint: 1 }), /a probability of at most 0.9 but found 1/);
 * ```
 */
export function knobs(options: KnobsInput = {}): Domain<KnobTask, null> {
  return define(options);
}

const define = defineDomain({ name: "knobs", version: "1", schema, build });

function build(options: KnobsOptions): DomainBehaviour<KnobTask, null> {
  const { knobs: count, demonstrations: editor } = options;
  const sources = {
    train: knobSource(options, "train", options.trainingTasks === "unlimited" ? null : options.trainingTasks),
    test: knobSource(options, "test", options.testTasks),
  };
  const prompt = ({ hint }: KnobTask): Message[] => user(`B${hint}`);
  const iterate = ({ hint, optimum }: KnobTask, response: string, mode: "improve" | "diverge"): Message[] => {
    const mask = options.feedback ? feedbackMask(optimum, response) : "";
    return user(`${mode === "improve" ? "I" : "D"}${hint}${sanitize(count, response)}${mask}`);
  };

  return {
    traits: { turns: "single", quality: "graded", feedback: options.feedback },
    selfIterationReward: options.selfIteration,
    longest: { prompt: 1 + (options.feedback ? 3 : 2) * count, response: count },
    tasks: (split) => sources[split],
    begin: () => null,
    prompt,
    iterate: (task, _state, attempt: Attempt, mode) => iterate(task, attempt.response, mode),
    step: ({ optimum }, _state, response) => {
      const { quality, solved } = judge(optimum, response);
      const reward = options.reward === "graded" ? quality : solved ? 1 : 0;
      const step = { state: null, verdict: { quality, solved, reward }, done: true };
      return options.feedback ? { ...step, feedback: feedbackMask(optimum, response) } : step;
    },
    reference: ({ optimum }) => [optimum],
    demonstrate: (mode, random) => {
      const task = drawTask(options, "train", random);
      if (mode === "base") {
        return { messages: prompt(task), response: firstAttempt(task, editor.copy, random) };
      }
      const earlier = earlierAttempt(task, editor.copy, random);
      const response = mode === "improve"
        ? improvement(task, earlier, editor, random)
        : divergence(task, earlier, editor.copy, random);
      return { messages: iterate(task, earlier, mode), response };
    },
    metrics: (attempts): Record<string, number> => {
      const mask = attempts.at(-1)?.feedback ?? "";
      return mask === "" ? {} : { right: shareOf(mask, marks.right), near: shareOf(mask, marks.near) };
    },
  };
}

function user(content: string): Message[] {
  return [{ role: "user", content }];
}

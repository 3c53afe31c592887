import { contentHash, Random, seededTasks, type Split, type TaskSource } from "../../lib/domain/mod.ts";

/** A configuration to find, and what is known of it beforehand; one digit a knob. */
export type KnobTask = {
  /** A guess at the optimum, mostly wrong. */
  readonly hint: string;
  /** The setting at which every knob is right. No prompt shows it. */
  readonly optimum: string;
};

/** What decides the tasks. */
export interface KnobRules {
  /** How many knobs a configuration has. */
  readonly knobs: number;
  /** The probability that a hint shows a knob's optimum, else it shows any digit. */
  readonly hint: number;
  /** The seed of all tasks. */
  readonly seed: number;
}

/**
 * The tasks of a split by index. The first ones are the same whatever the size. A finite list has no task twice; an
 * endless one may.
 */
export function knobSource(rules: KnobRules, split: Split, size: number | null): TaskSource<KnobTask> {
  return seededTasks(
    size,
    (index) => {
      const random = new Random(rules.seed, "knobs", rules.knobs, split, index);
      return () => {
        const task = drawTask(rules, split, random);
        return { id: `knobs${rules.knobs}:${task.hint}:${task.optimum}`, task };
      };
    },
    `knobs() with ${rules.knobs} knobs; raise "knobs" or ask for fewer tasks`,
  );
}

/**
 * A task of a split. Its optimum and its hint both belong to the split, and so neither what is to be found nor the text
 * of a held-out task occurs in training. A hint is never the optimum itself.
 */
export function drawTask({ knobs, hint: certainty }: KnobRules, split: Split, random: Random): KnobTask {
  for (;;) {
    const best = Array.from({ length: knobs }, () => random.int(10));
    const optimum = best.join("");
    const hint = best.map((digit) => random.chance(certainty) ? digit : random.int(10)).join("");
    if (hint !== optimum && splitOf(optimum) === split && splitOf(hint) === split) return { hint, optimum };
  }
}

/**
 * The split that a setting of all knobs belongs to. One bit of its hash decides, and no seed takes part, so that the
 * domains of two seeds never mix.
 */
export function splitOf(setting: string): Split {
  return contentHash(setting) < "8" ? "train" : "test";
}

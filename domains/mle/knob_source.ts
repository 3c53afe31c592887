import {
  contentHash,
  Random,
  type Split,
  type TaskInstance,
  type TaskSource,
  UserError,
} from "../../lib/domain/mod.ts";

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

/** Tasks drawn for one that is not to come again. */
const mostTries = 1000;

/**
 * The tasks of a split by index. The first ones are the same whatever the size. A finite list has no task twice; an
 * endless one may.
 */
export function knobSource(rules: KnobRules, split: Split, size: number | null): TaskSource<KnobTask> {
  const listed: TaskInstance<KnobTask>[] = [];
  const taken = new Set<string>();
  const make = (index: number): TaskInstance<KnobTask> => {
    const random = new Random(rules.seed, "knobs", rules.knobs, split, index);
    for (let tries = 0; tries < mostTries; tries++) {
      const task = drawTask(rules, split, random);
      const id = `knobs${rules.knobs}:${task.hint}:${task.optimum}`;
      if (!taken.has(id)) return { id, task };
    }
    throw new UserError(
      `Cannot make ${split} task ${index} of knobs(): no other task with ${rules.knobs} knobs was found; ` +
        `raise "knobs" or ask for fewer tasks`,
    );
  };
  return {
    size,
    at: (index) => {
      if (!Number.isSafeInteger(index) || index < 0 || index >= (size ?? Infinity)) {
        throw new RangeError(`Expected a task index below ${size ?? "2 ** 53"} but found ${index}`);
      }
      if (size === null) return make(index);
      for (let next = listed.length; next <= index; next++) {
        const instance = make(next);
        listed.push(instance);
        taken.add(instance.id);
      }
      return listed[index] ?? make(index);
    },
  };
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

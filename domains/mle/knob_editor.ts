/**
 * A noisy editor, whose work a policy imitates in its supervised warm start. It is weak on purpose: it shows the form
 * of first attempts, improvements and divergences, and gains little by an improvement. That feedback is worth heeding,
 * a policy must find out by reinforcement learning.
 *
 * @module
 */
import type { Random } from "../../lib/domain/mod.ts";
import { feedbackMask, marks } from "./knob_judge.ts";
import type { KnobTask } from "./knob_source.ts";

/** How good the editor is. All are probabilities. */
export type KnobEditorOptions = {
  /** That a knob of a first attempt copies its hint; else it is any digit. Default 0.5. */
  readonly copy: number;
  /** That an improvement keeps a right knob; else it is any digit. Default 0.8. */
  readonly keep: number;
  /** That an improvement moves a wrong knob to a digit that the feedback allows. Default 0.2. */
  readonly move: number;
};

/** A first attempt: each knob copies its hint with a probability, else it is any digit. */
export function firstAttempt({ hint }: KnobTask, copy: number, random: Random): string {
  return mapKnobs(hint, (digit) => random.chance(copy) ? digit : anyDigit(random));
}

/**
 * An attempt of any quality to work on, so that all masks are seen: a first attempt, some of whose knobs were set right,
 * each with a probability that is itself drawn from [0, 1).
 */
export function earlierAttempt(task: KnobTask, copy: number, random: Random): string {
  const right = random.next();
  const first = firstAttempt(task, copy, random);
  return mapKnobs(task.optimum, (digit, knob) => random.chance(right) ? digit : first[knob] ?? digit);
}

/**
 * A weak improvement, made from the feedback alone. A right knob is kept or set to any digit; a wrong one is moved to
 * one of the digits that the feedback allows, or with equal chances left or set to any digit.
 *
 * @param earlier n digits.
 */
export function improvement(
  { optimum }: KnobTask,
  earlier: string,
  { keep, move }: KnobEditorOptions,
  random: Random,
): string {
  const mask = feedbackMask(optimum, earlier);
  return mapKnobs(earlier, (digit, knob) => {
    const mark = mask[knob] ?? marks.far;
    if (mark === marks.right) return random.chance(keep) ? digit : anyDigit(random);
    if (random.chance(move)) return random.pick(allowedDigits(digit, mark));
    return random.chance(0.5) ? digit : anyDigit(random);
  });
}

/** A fresh attempt as good as a first one, in which no wrong knob is where it was. */
export function divergence(task: KnobTask, earlier: string, copy: number, random: Random): string {
  return mapKnobs(firstAttempt(task, copy, random), (digit, knob) => {
    const stays = digit === earlier[knob] && digit !== task.optimum[knob];
    return stays ? String((Number(digit) + 1 + random.int(9)) % 10) : digit;
  });
}

/** The digits at which the optimum of a knob can be, given the feedback on its present digit; in rising order. */
export function allowedDigits(digit: string, mark: string): string[] {
  return Array.from("0123456789").filter((other) => feedbackMask(other, digit) === mark);
}

function anyDigit(random: Random): string {
  return String(random.int(10));
}

function mapKnobs(setting: string, change: (digit: string, knob: number) => string): string {
  return Array.from(setting, change).join("");
}

/**
 * The made-up training runs in which a curriculum is checked.
 *
 * @module
 */
import { deepFreeze, type Findings } from "../domain/finding.ts";
import { Random } from "../random.ts";
import type { Curriculum, CurriculumPart, GroupOutcome, RootSource } from "./curriculum.ts";
import { rootStart, type Start } from "./start.ts";

/** What a curriculum is tried on. */
export interface Trial {
  /** The curriculum in question. */
  readonly part: CurriculumPart;
  /** The root tasks. */
  readonly roots: RootSource;
  /** Whether partial histories are worked on. */
  readonly iterates: boolean;
  /** Training iterations of a run. */
  readonly iterations: number;
  /** Starts an iteration. */
  readonly count: number;
  /** Which trial it is, for messages. */
  readonly where: string;
  /** Where faults are noted. */
  readonly findings: Findings;
}

const groupSize = 4;

/**
 * Root tasks, `null` for no end of them; they refuse an index that is none of theirs.
 *
 * @throws {RangeError} From `at`, if the index is not whole or out of range.
 */
export function madeUpRoots(size: number | null): RootSource {
  return {
    size,
    at: (index) => {
      if (!Number.isSafeInteger(index) || index < 0 || index >= (size ?? Infinity)) {
        throw new RangeError(`There is no root task ${index} of ${size ?? "an endless source"}`);
      }
      return deepFreeze(rootStart(index, `task ${index}`, { index }));
    },
  };
}

/** A curriculum with the trial's roots. */
export function makeCurriculum({ part, roots, iterates }: Trial, seed: number): Curriculum {
  return part.create({ roots, random: new Random(seed, "curriculum"), iterates });
}

/** Trains for some iterations; returns all picks. */
export function train(curriculum: Curriculum, from: number, to: number, count: number): Start[][] {
  return Array.from({ length: to - from }, (_, index) => {
    const starts = curriculum.next(count);
    curriculum.observe(madeUpOutcomes(starts, from + index + 1));
    return starts;
  });
}

/** Outcomes that follow from the starts alone, frozen: a curriculum that changes them throws. */
export function madeUpOutcomes(starts: readonly Start[], iteration: number): GroupOutcome[] {
  return starts.map((start) => deepFreeze(madeUpOutcome(start, iteration)));
}

function madeUpOutcome(start: Start, iteration: number): GroupOutcome {
  const random = new Random(iteration, start.id);
  const chance = random.next();
  const rollouts = Array.from({ length: groupSize }, () => {
    const solved = random.chance(chance);
    const quality = solved ? 1 : random.next();
    const number = random.int(1000);
    const verdict = !solved && number % 8 === 0
      ? { quality: 0, solved, reward: 0, failed: true }
      : { quality, solved, reward: solved ? 1 : 0 };
    const attempt = { response: String(number), verdict, feedback: null };
    const id = `${start.root}: ${attempt.response}`;
    const depth = start.depth + 1;
    const successor = { ...start, id, parent: start.id, depth, attempt, chain: 0, born: iteration };
    return { verdict, successors: [successor] };
  });
  return { start, iteration, rollouts };
}

/**
 * What became of logged verdicts under another rule, counted.
 *
 * @module
 */
import type { Verdict } from "../domain/verdict.ts";
import type { Row } from "./rescore_log.ts";

/**
 * Why a rule cannot answer for a response: it lacks the task; the state that the response was given in cannot be rebuilt;
 * the log does not tell its turns apart; or it has no text.
 */
export type Reason = "task" | "start" | "turns" | "response";

/** All reasons. */
export const reasons: readonly Reason[] = ["task", "start", "turns", "response"];

/** A verdict as a log has it; `null` where it does not say. */
export type LoggedVerdict = {
  /** In [0, 1]. */
  readonly quality: number | null;
  /** Whether the task counts as solved. */
  readonly solved: boolean;
  /** The verdict's reward, in [0, 1]. */
  readonly reward: number | null;
  /** Whether the response could not be judged. */
  readonly failed: boolean | null;
};

/** What the new rule says of a logged response. */
export type Grade =
  | { readonly kind: "judged"; readonly verdict: Verdict; readonly left: number; readonly done: boolean }
  | { readonly kind: "unanswered"; readonly reason: Reason }
  | { readonly kind: "broken"; readonly message: string };

/** A logged verdict beside what the new rule says. */
export type GradedRow = { readonly old: LoggedVerdict; readonly grade: Grade };

/** Verdicts counted. */
export type Tally = {
  /** Logged verdicts. */
  readonly rows: number;
  /** Those that the new rule answers for. */
  readonly judged: number;
  /** Of these, how many are as they were. */
  readonly same: number;
  /** How many have another quality. */
  readonly quality: number;
  /** How many have another reward, where the log has one. */
  readonly reward: number;
  /** How many were solved, and are. */
  readonly stillSolved: number;
  /** How many were solved, and are not. */
  readonly lost: number;
  /** How many were not solved, and are. */
  readonly gained: number;
  /** How many were not solved, and are not. */
  readonly stillUnsolved: number;
  /** How many episodes the new rule ends before the log does. */
  readonly endedEarly: number;
  /** How many it would have gone on with: their verdict is as it stood. */
  readonly unended: number;
  /** Those that it cannot answer for, by reason. */
  readonly unanswered: { readonly [reason in Reason]: number };
  /** Those at which the rule threw, or gave no verdict. */
  readonly broken: number;
};

/** The verdict of a row. */
export function loggedVerdict(row: Row): LoggedVerdict {
  const [quality, solved, reward, failed] = [row("quality"), row("solved"), row("validation"), row("failed")];
  return {
    quality: typeof quality === "number" ? quality : null,
    solved: solved === true,
    reward: typeof reward === "number" ? reward : null,
    failed: typeof failed === "boolean" ? failed : null,
  };
}

/** Whether a verdict is as it was, in all that the log says. */
export function isSame(old: LoggedVerdict, { quality, solved, reward, failed = false }: Verdict): boolean {
  return old.quality === quality && old.solved === solved &&
    (old.reward === null || old.reward === reward) && (old.failed === null || old.failed === failed);
}

/**
 * Counts verdicts.
 *
 * @example
 * ```ts
 * import { tally } from "exitlab/lib/replay/rescore_tally.ts";
 * import assert from "node:assert/strict";
 *
 * const old = { quality: 1, solved: true, reward: null, failed: null };
 * const verdict = { quality: 0.5, solved: false, reward: 0 };
 * const counted = tally([
 *   { old, grade: { kind: "judged", verdict, left: 0, done: true } },
 *   { old, grade: { kind: "unanswered", reason: "task" } },
 * ]);
 * assert.deepEqual([counted.rows, counted.judged, counted.lost, counted.unanswered.task], [2, 1, 1, 1]);
 * ```
 */
export function tally(rows: readonly GradedRow[]): Tally {
  const counts = {
    judged: 0,
    same: 0,
    quality: 0,
    reward: 0,
    stillSolved: 0,
    lost: 0,
    gained: 0,
    stillUnsolved: 0,
  };
  const rest = { endedEarly: 0, unended: 0, broken: 0 };
  const unanswered = noReasons();
  for (const { old, grade } of rows) {
    if (grade.kind === "unanswered") unanswered[grade.reason]++;
    else if (grade.kind === "broken") rest.broken++;
    else {
      const { verdict, left, done } = grade;
      counts.judged++;
      if (isSame(old, verdict)) counts.same++;
      if (old.quality !== verdict.quality) counts.quality++;
      if (old.reward !== null && old.reward !== verdict.reward) counts.reward++;
      counts[
        old.solved ? (verdict.solved ? "stillSolved" : "lost") : verdict.solved ? "gained" : "stillUnsolved"
      ]++;
      if (left > 0) rest.endedEarly++;
      if (!done) rest.unended++;
    }
  }
  return { rows: rows.length, ...counts, ...rest, unanswered };
}

/** Several counts as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (of: (each: Tally) => number): number => tallies.reduce((total, each) => total + of(each), 0);
  const unanswered = noReasons();
  for (const reason of reasons) unanswered[reason] = sum((each) => each.unanswered[reason]);
  return {
    rows: sum(({ rows }) => rows),
    judged: sum(({ judged }) => judged),
    same: sum(({ same }) => same),
    quality: sum(({ quality }) => quality),
    reward: sum(({ reward }) => reward),
    stillSolved: sum(({ stillSolved }) => stillSolved),
    lost: sum(({ lost }) => lost),
    gained: sum(({ gained }) => gained),
    stillUnsolved: sum(({ stillUnsolved }) => stillUnsolved),
    endedEarly: sum(({ endedEarly }) => endedEarly),
    unended: sum(({ unended }) => unended),
    unanswered,
    broken: sum(({ broken }) => broken),
  };
}

function noReasons(): { [reason in Reason]: number } {
  return { task: 0, start: 0, turns: 0, response: 0 };
}

/**
 * The rollouts of a run under another verdict rule, from the first to the last.
 *
 * @module
 */
import { groupVariance } from "../curriculum/group_variance.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Json } from "../json.ts";
import { mean } from "../metrics/estimate.ts";
import type { Judge, Place } from "./rescore_judge.ts";
import { responsesOf, type Row, rowsOf, type RunLog, successorsOf } from "./rescore_log.ts";
import type { Grade } from "./rescore_tally.ts";

/** A group under both rules. */
export interface GradedGroup {
  /** The logged learnability. */
  readonly learnability: number | null;
  /** The verdicts on its rollouts, in order, as far as the new rule answers. */
  readonly verdicts: readonly Verdict[];
  /** Its figures under the new rule; `null` unless that answers for all of its rollouts. */
  readonly now: {
    /** Mean quality. */
    readonly quality: number;
    /** Share solved. */
    readonly solved: number;
    /** Variance of the verdicts' rewards. */
    readonly learnability: number;
  } | null;
}

/** A group that rollouts belong to. */
export interface LoggedGroup {
  /** The start's id; in a later step of a chain, that of its first rollout. */
  readonly start: string;
  /** The root task's id. */
  readonly root: string;
  /** The turn of the task, from 0. */
  readonly turn: number;
  /** Number of rollouts. */
  readonly size: number;
  /** The logged variance of the verdicts' rewards. */
  readonly learnability: number | null;
}

/** What a group is called among the groups of a run. */
export function groupKey(row: Row): string {
  return `${row("iteration")}/${row("group_index")}`;
}

/** What a partial history is called that was found in an iteration, in an episode with such a logged verdict. */
export function historyKey(id: string, iteration: Json, quality: Json, solved: Json): string {
  return JSON.stringify([id, iteration, quality, solved]);
}

/** The groups of a run, by `groupKey`, in the order of training. */
export async function loggedGroups(log: RunLog): Promise<Map<string, LoggedGroup>> {
  const groups = new Map<string, LoggedGroup>();
  for await (const columns of log.chunks("groups")) {
    for (const row of rowsOf(columns)) {
      const learnability = row("learnability");
      groups.set(groupKey(row), {
        start: String(row("start")),
        root: String(row("root")),
        turn: Number(row("turn")),
        size: Number(row("size")),
        learnability: typeof learnability === "number" ? learnability : null,
      });
    }
  }
  return groups;
}

/** Grades rollouts, in the order of training: a partial history is known from the rollout that found it. */
export class Training {
  /** The groups, by `groupKey`. */
  readonly groups: ReadonlyMap<string, LoggedGroup>;
  /** The verdicts on each group's rollouts, as far as there are any. */
  readonly verdicts = new Map<string, Verdict[]>();
  /** Verdicts on partial histories, by `historyKey`. */
  readonly histories = new Map<string, Verdict>();
  readonly #judge: Judge;
  readonly #multi: boolean;
  readonly #tellsTurns: boolean;
  /** The starts after the first turn, which states are to be kept of. */
  readonly #later: ReadonlySet<string>;
  readonly #places = new Map<string, Place>();

  /**
   * A run's training.
   *
   * @param multi Whether the domain has several turns.
   * @param tellsTurns Whether the log says which turn a response is of.
   */
  constructor(groups: ReadonlyMap<string, LoggedGroup>, judge: Judge, multi: boolean, tellsTurns: boolean) {
    this.groups = groups;
    this.#judge = judge;
    this.#multi = multi;
    this.#tellsTurns = tellsTurns;
    this.#later = new Set([...groups.values()].filter(({ turn }) => turn > 0).map(({ start }) => start));
  }

  /** Grades the next rollout. */
  async grade(row: Row): Promise<Grade> {
    const group = this.groups.get(groupKey(row));
    if (group === undefined) return { kind: "unanswered", reason: "start" };
    const responses = responsesOf(row, this.#multi, this.#tellsTurns);
    if (typeof responses === "string") return { kind: "unanswered", reason: responses };
    const root = this.#judge.root(group.root);
    const from = group.turn === 0 || typeof root !== "object" ? root : this.#places.get(group.start);
    if (from === undefined && root !== undefined) return { kind: "unanswered", reason: "start" };
    const { grade, places } = await this.#judge.grade(from, responses);
    if (grade.kind !== "judged") return grade;
    const others = this.verdicts.get(groupKey(row)) ?? [];
    others.push(grade.verdict);
    this.verdicts.set(groupKey(row), others);
    if (this.#multi) this.#remember(row, group.turn, places, grade.verdict);
    return grade;
  }

  /** Steps of one turn begin in the same state, whatever came of those before. */
  #remember(row: Row, first: number, places: readonly Place[], verdict: Verdict): void {
    for (const { id, turn } of successorsOf(row)) {
      const place = places[turn - first];
      if (place === undefined) continue;
      if (this.#later.has(id) && !this.#places.has(id)) this.#places.set(id, place);
      const key = historyKey(id, row("iteration"), row("quality"), row("solved"));
      if (!this.histories.has(key)) this.histories.set(key, verdict);
    }
  }
}

/** The figures of groups under both rules. */
export function gradedGroups({ groups, verdicts }: Training): Map<string, GradedGroup> {
  return new Map([...groups].map(([key, { size, learnability }]): [string, GradedGroup] => {
    const own = verdicts.get(key) ?? [];
    if (own.length === 0 || own.length < size) return [key, { learnability, verdicts: own, now: null }];
    return [key, {
      learnability,
      verdicts: own,
      now: {
        quality: mean(own.map(({ quality }) => quality)),
        solved: mean(own.map(({ solved }) => Number(solved))),
        learnability: groupVariance(own.map((verdict) => ({ verdict, successors: [] })), "reward"),
      },
    }];
  }));
}

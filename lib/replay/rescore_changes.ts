import type { Verdict } from "../domain/verdict.ts";
import { responsesOf, type Row, type RunLog } from "./rescore_log.ts";
import type { AnswerTable } from "./rescore_run.ts";
import { isSame, type LoggedVerdict } from "./rescore_tally.ts";

/** A logged response on which the rules differ. */
export type ChangedVerdict = {
  /** The run. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** The table that it is in. */
  readonly table: AnswerTable;
  /** The training iteration. */
  readonly iteration: number;
  /** The task's id. */
  readonly task: string;
  /** The responses, one a turn. */
  readonly responses: readonly string[];
  /** The verdict of the log. */
  readonly old: LoggedVerdict;
  /** The verdict of the new rule. */
  readonly now: LoggedVerdict;
};

/** How a verdict can change. */
type Change = "lost" | "gained" | "graded";

/** Gathers changed verdicts: the first distinct ones of each kind of change. */
export class Changes {
  readonly #most: number;
  readonly #multi: boolean;
  readonly #found = new Map<Change, Map<string, ChangedVerdict>>([
    ["lost", new Map()],
    ["gained", new Map()],
    ["graded", new Map()],
  ]);

  /**
   * A gatherer.
   *
   * @param most How many are shown.
   * @param multi Whether the domain has several turns.
   */
  constructor(most: number, multi: boolean) {
    this.#most = most;
    this.#multi = multi;
  }

  /** Takes note of a verdict if it changed. */
  see(
    log: RunLog,
    table: AnswerTable,
    row: Row,
    task: string,
    old: LoggedVerdict,
    verdict: Verdict,
  ): void {
    if (isSame(old, verdict)) return;
    const { quality, solved, reward, failed = false } = verdict;
    const change = old.solved === solved ? "graded" : solved ? "gained" : "lost";
    const found = this.#found.get(change);
    if (found === undefined || found.size >= this.#most) return;
    const responses = responsesOf(row, this.#multi, log.tellsTurns);
    const key = JSON.stringify([task, responses]);
    if (typeof responses === "string" || found.has(key)) return;
    found.set(key, {
      ...{ run: log.run, arm: log.arm, table, iteration: Number(row("iteration")) },
      ...{ task, responses, old },
      now: { quality, solved, reward, failed },
    });
  }

  /** The changed verdicts that are shown: in turn one of each kind, as long as there are any. */
  shown(): ChangedVerdict[] {
    const kinds = [...this.#found.values()].map((found) => [...found.values()]);
    const shown: ChangedVerdict[] = [];
    for (let at = 0; at < this.#most; at++) {
      shown.push(...kinds.flatMap((kind) => kind.slice(at, at + 1)));
    }
    return shown.slice(0, this.#most);
  }
}

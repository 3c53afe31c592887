import type { RolloutOutcome } from "../curriculum/curriculum.ts";
import { type Start, usualMode } from "../curriculum/start.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { LoggedGroup, LoggedRollout } from "./logged_rows.ts";

/**
 * The starts of a log as they were: roots, and partial histories from the rollouts that they were left behind by. The
 * domain's state and its feedback are not in the log, and are `null`.
 */
export class LoggedStarts {
  readonly #wanted: ReadonlySet<string>;
  readonly #known = new Map<string, Start>();

  /** Remembers the partial histories of these keys alone, so that the others cost no memory. */
  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /**
   * The start of a group.
   *
   * @param chain How many self-iteration steps follow in its chain.
   * @param before The rollouts of the group before it in its chain, if there is one.
   */
  startOf(group: LoggedGroup, chain: number, before: readonly RolloutOutcome[] | undefined): Start {
    const { id, task, root, parent, turn, depth, mode, born } = group;
    const improved = before?.[0]?.successors[0];
    if (improved !== undefined) return { ...improved, mode: "improve", chain };
    const found = parent === null ? undefined : this.#known.get(foundKey(id, parent, born));
    if (found !== undefined) return { ...found, mode, chain };
    return { id, task, root, parent, turn, depth, mode, state: null, attempt: null, chain, born };
  }

  /**
   * A rollout as the curriculum saw it.
   *
   * @param start The group's start.
   * @param own What the rollout itself started from: in a later step of a chain its own latest attempt.
   */
  outcomeOf(start: Start, own: Start, row: LoggedRollout, iteration: number): RolloutOutcome {
    const { quality, solved, validation, failed } = row;
    const worth = { quality, solved, reward: validation };
    const verdict: Verdict = failed ? { ...worth, failed } : worth;
    const successors = row.successors.map((successor): Start => ({
      id: successor.id,
      task: start.task,
      root: start.root,
      parent: successor.parent ?? start.id,
      turn: successor.turn,
      depth: successor.depth,
      mode: successor.mode,
      state: null,
      attempt: {
        response: row.responses[successor.turn - own.turn] ?? "",
        verdict: successor.failed === undefined ? worth : { ...worth, failed: successor.failed },
        feedback: null,
      },
      chain: 0,
      born: iteration,
    }));
    for (const successor of successors) this.#note(successor);
    return { verdict, successors };
  }

  #note(start: Start): void {
    const key = foundKey(start.id, start.parent ?? "", start.born);
    // The first that a curriculum is offered is the one that it takes in.
    if (this.#wanted.has(key) && !this.#known.has(key)) this.#known.set(key, start);
  }
}

/** What tells a partial history from the same one found elsewhere or at another time. */
export function foundKey(id: string, parent: string, born: number): string {
  return JSON.stringify([id, parent, born]);
}

/** What a rollout of a later step of a chain started from. */
export function improving(outcome: RolloutOutcome | undefined): Start | undefined {
  const successor = outcome?.successors[0];
  if (successor?.attempt === null || successor === undefined) return successor;
  return { ...successor, mode: usualMode(successor.attempt) };
}

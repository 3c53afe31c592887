import type { SpaceEntry } from "../curriculum/curriculum.ts";
import type { StartRow } from "../metrics/rows.ts";
import { isJsonObject, type JsonObject } from "../json.ts";

/**
 * Follows a task space from step to step and says which rows of the `starts` table changed: starts that entered,
 * were scored anew, or left.
 */
export class SpaceLog {
  #rows = new Map<string, StartRow>();

  /** The rows that changed since the last call. */
  changes(space: readonly SpaceEntry[], iteration: number): StartRow[] {
    const rows = new Map<string, StartRow>();
    const changed: StartRow[] = [];
    for (const entry of space) {
      const before = this.#rows.get(entry.start.id);
      const same = before !== undefined && before.visits === entry.visits &&
        before.learnability === entry.learnability && before.born === entry.start.born;
      const row = same ? before : startRow(entry, iteration);
      if (!same) changed.push(row);
      rows.set(row.id, row);
    }
    for (const [id, row] of this.#rows) {
      if (!rows.has(id)) changed.push({ ...row, active: false, updated: iteration });
    }
    this.#rows = rows;
    return changed;
  }

  /** When each row last changed; the rest follows from the task space. */
  state(): JsonObject {
    return Object.fromEntries([...this.#rows.values()].map(({ id, updated }) => [id, updated]));
  }

  /** Continues from a saved state; returns the rows as they were then. */
  restore(state: JsonObject, space: readonly SpaceEntry[]): StartRow[] {
    const rows = space.map((entry) => startRow(entry, Number(state[entry.start.id] ?? entry.start.born)));
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    return rows;
  }
}

/** A start as a row of the `starts` table. */
function startRow({ start, learnability, visits }: SpaceEntry, updated: number): StartRow {
  return {
    id: start.id,
    root: start.root,
    parent: start.parent,
    turn: start.turn,
    depth: start.depth,
    mode: start.mode,
    born: start.born,
    learnability,
    visits,
    quality: start.attempt?.verdict.quality ?? null,
    solved: start.attempt?.verdict.solved ?? null,
    response: start.attempt?.response ?? null,
    active: true,
    updated,
  };
}

/** A saved value as the JSON object that it must be. */
export function savedObject(state: JsonObject, key: string): JsonObject {
  const value = state[key];
  if (!isJsonObject(value)) throw new TypeError(`Cannot restore a run: its checkpoint lacks "${key}"`);
  return value;
}

import type { Columns } from "../../metrics/columns.ts";
import { cut, rowsOf } from "./cells.ts";

/** Starts whose learnability is in one bin. */
export type LearnabilityBin = {
  /** The lower edge; the last bin has no upper one. */
  readonly from: number;
  /** How many starts there are whose attempt is solved. */
  readonly solved: number;
  /** How many others. */
  readonly open: number;
};

/** An attempt that entered the task space. */
export type FoundStart = {
  /** The root task. */
  readonly root: string;
  /** The training iteration that found it. */
  readonly born: number;
  /** Self-iteration steps behind it. */
  readonly depth: number;
  /** The operator that made it. */
  readonly mode: string;
  /** Quality of its attempt, in [0, 1]. */
  readonly quality: number | null;
  /** The attempt. */
  readonly response: string;
};

/** The task space as it stands. */
export type SpaceNow = {
  /** Starts in it. */
  readonly starts: number;
  /** Those that are partial histories. */
  readonly partial: number;
  /** The greatest depth. */
  readonly deepest: number;
  /** By learnability, empty bins left out; starts without one are not in it. */
  readonly bins: readonly LearnabilityBin[];
  /** Share of partial histories that were neither found nor scored in the last {@linkcode staleAfter} iterations. */
  readonly stale: number | null;
  /** The attempts that entered last, the newest first. */
  readonly newest: readonly FoundStart[];
};

/** A score that is older than so many iterations is stale: the policy that it was measured with is long gone. */
export const staleAfter = 100;

/** How wide a bin of the view `buffer_histogram` is. */
export const binWidth: number = 0.025;

/** How many there are. */
const binCount = 20;

/** So many attempts are kept to be read. */
const shown = 6;

interface Entry {
  readonly learnability: number | null;
  readonly depth: number;
  readonly solved: boolean;
  readonly partial: boolean;
  readonly updated: number;
}

/** Follows the task space of a run; as large as the space is, and no larger. */
export class SpaceWatch {
  readonly #entries = new Map<string, Entry>();
  #newest: FoundStart[] = [];

  /** Takes in rows of `starts`. */
  take(columns: Columns | undefined): void {
    for (const row of rowsOf(columns)) {
      const id = row.text("id");
      if (id === null) continue;
      if (row.flag("active") !== true) {
        this.#entries.delete(id);
        continue;
      }
      const partial = row.text("parent") !== null;
      const response = row.text("response");
      const depth = row.number("depth") ?? 0;
      if (partial && response !== null && !this.#entries.has(id)) {
        this.#newest = [{
          root: row.text("root") ?? "",
          born: row.number("born") ?? 0,
          depth,
          mode: row.text("mode") ?? "",
          quality: row.number("quality"),
          response: cut(response),
        }, ...this.#newest].toSorted((a, b) => b.born - a.born).slice(0, shown);
      }
      this.#entries.set(id, {
        learnability: row.number("learnability"),
        depth,
        solved: row.flag("solved") === true,
        partial,
        updated: row.number("updated") ?? 0,
      });
    }
  }

  /**
   * The space as it stands; `null` if there is none.
   *
   * @param iteration The run's latest.
   */
  now(iteration: number): SpaceNow | null {
    if (this.#entries.size === 0) return null;
    const bins = Array.from({ length: binCount }, () => ({ solved: 0, open: 0 }));
    let [partial, stale, deepest] = [0, 0, 0];
    for (const entry of this.#entries.values()) {
      deepest = Math.max(deepest, entry.depth);
      if (entry.partial) partial++;
      if (entry.partial && iteration - entry.updated > staleAfter) stale++;
      if (entry.learnability === null) continue;
      const bin = bins[Math.max(0, Math.min(binCount - 1, Math.floor(entry.learnability / binWidth)))];
      if (bin === undefined) continue;
      if (entry.solved) bin.solved++;
      else bin.open++;
    }
    return {
      starts: this.#entries.size,
      partial,
      deepest,
      bins: bins.map((bin, at) => ({ from: at * binWidth, ...bin }))
        .filter(({ solved, open }) => solved + open > 0),
      stale: partial === 0 ? null : stale / partial,
      newest: this.#newest,
    };
  }
}

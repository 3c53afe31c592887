import type { Random } from "../../../lib/domain/mod.ts";
import type { Geometry } from "./grid.ts";

/** How a search ended: it saw everything, the visitor had enough, or it ran out of nodes. */
export type SearchEnd = "exhausted" | "stopped" | "gave up";

/** What guides and bounds a search. */
export interface SearchOptions {
  /** Tries a cell's digits in random order; in rising order when left out. */
  readonly random?: Random;
  /** The most cells that are filled in before the search gives up. Default: no bound. */
  readonly nodes?: number;
}

/**
 * Visits the completions of a grid: backtracking over the cell with the fewest candidates, kept as bit masks.
 *
 * @param givens Cell values, 0 for a blank; at most one value a cell.
 * @param visit Sees the values of each completion (a copy); returns whether to go on.
 */
export function searchCompletions(
  geometry: Geometry,
  givens: readonly number[],
  visit: (completion: number[]) => boolean,
  { random, nodes = Infinity }: SearchOptions = {},
): SearchEnd {
  const { size, unitsOf } = geometry;
  const values = [...givens];
  const usedIn = geometry.units.map(() => 0);
  for (const [cell, value] of values.entries()) {
    if (value > 0 && !place(cell, value)) return "exhausted";
  }
  let left = nodes;

  /** Marks a value in the cell's units; `false` and no change if it is there already. */
  function place(cell: number, value: number): boolean {
    const bit = 1 << value;
    const units = unitsOf[cell] ?? [];
    if (units.some((unit) => ((usedIn[unit] ?? 0) & bit) !== 0)) return false;
    toggle(cell, value);
    values[cell] = value;
    return true;
  }

  function toggle(cell: number, value: number): void {
    for (const unit of unitsOf[cell] ?? []) usedIn[unit] = (usedIn[unit] ?? 0) ^ (1 << value);
  }

  function remove(cell: number, value: number): void {
    toggle(cell, value);
    values[cell] = 0;
  }

  /** The values that no unit of the cell has yet. */
  function candidates(cell: number): number[] {
    let used = 0;
    for (const unit of unitsOf[cell] ?? []) used |= usedIn[unit] ?? 0;
    const free: number[] = [];
    for (let value = 1; value <= size; value++) if ((used & (1 << value)) === 0) free.push(value);
    return free;
  }

  function search(): SearchEnd {
    let cell = -1;
    let options: number[] = [];
    for (const [index, value] of values.entries()) {
      if (value > 0) continue;
      const free = candidates(index);
      if (cell < 0 || free.length < options.length) [cell, options] = [index, free];
      if (options.length <= 1) break;
    }
    if (cell < 0) return visit([...values]) ? "exhausted" : "stopped";
    for (const value of random === undefined ? options : random.shuffle(options)) {
      if (left-- <= 0) return "gave up";
      place(cell, value);
      const end = search();
      remove(cell, value);
      if (end !== "exhausted") return end;
    }
    return "exhausted";
  }

  return search();
}

/** The first completion in the search's order; `undefined` if there is none. */
export function solve(geometry: Geometry, givens: readonly number[]): number[] | undefined {
  let solution: number[] | undefined;
  searchCompletions(geometry, givens, (completion) => {
    solution = completion;
    return false;
  });
  return solution;
}

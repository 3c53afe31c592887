import { type Geometry, parseGrid } from "./grid.ts";

/** What stands in a prompt for a character that is no digit. */
const unreadable = "?";

/** How good a response is. */
export interface Judgement {
  /** In [0, 1]; see `judge`. */
  readonly quality: number;
  /** Whether every unit is valid and all givens stand. */
  readonly solved: boolean;
}

/**
 * Judges a response of any length and content.
 *
 * A unit (row, column or box) is valid if it has each digit once and its givens stand. Quality is 0 for a response
 * that is not exactly n² digits, 1 for a solution, and `0.05 + 0.6 · valid units / 3n` for any other grid.
 *
 * @param givens The puzzle's cell values, 0 for a blank.
 */
export function judge(geometry: Geometry, givens: readonly number[], response: string): Judgement {
  const { units } = geometry;
  if (sanitize(geometry, response) !== response || response.includes(unreadable)) {
    return { quality: 0, solved: false };
  }
  const values = parseGrid(geometry, response);
  const stands = values.map((value, cell) => [0, value].includes(givens[cell] ?? 0));
  const valid =
    units.filter((unit) =>
      unit.every((cell) => stands[cell]) && new Set(unit.map((cell) => values[cell])).size === unit.length
    ).length;
  return valid === units.length
    ? { quality: 1, solved: true }
    : { quality: 0.05 + 0.6 * valid / units.length, solved: false };
}

/**
 * The conflicts of a response, one character a cell: `x` where a cell has no digit, differs from its given or shares
 * its digit with another cell of a unit, else `-`.
 *
 * @param givens The puzzle's cell values, 0 for a blank.
 */
export function conflictMask(geometry: Geometry, givens: readonly number[], response: string): string {
  const values = parseGrid(geometry, sanitize(geometry, response));
  return values.map((value, cell) => {
    const stands = value > 0 && [0, value].includes(givens[cell] ?? 0);
    const repeated = geometry.unitsOf[cell]?.some((unit) =>
      geometry.units[unit]?.some((other) => other !== cell && values[other] === value)
    );
    return stands && repeated === false ? "-" : "x";
  }).join("");
}

/** A response as exactly n² characters that a prompt may hold: what is not a digit becomes `?`, as do missing ones. */
export function sanitize({ cells, digits }: Geometry, response: string): string {
  const characters = Array.from(response.slice(0, 2 * cells)).slice(0, cells);
  const readable = characters.map((character) => digits.includes(character) ? character : unreadable);
  return readable.join("").padEnd(cells, unreadable);
}

/**
 * The geometry of a number grid, and grids as text: one character a cell, row by row, `1`…`9` then `A`…, and `.` for
 * a blank.
 *
 * @module
 */

/** The largest grid whose digits have characters, and whose puzzles are made in reasonable time. */
export const largestSize = 16;

/** The character of a cell that is not filled in. */
export const blank = ".";

const allDigits = "123456789ABCDEFG";

/** Which cells of an n × n grid constrain each other. */
export interface Geometry {
  /** n. */
  readonly size: number;
  /** n². */
  readonly cells: number;
  /** The n characters in use. */
  readonly digits: string;
  /** The box that each cell lies in, from 0. */
  readonly boxOf: readonly number[];
  /** All 3 n units (rows, columns, boxes), each as n cells. */
  readonly units: readonly (readonly number[])[];
  /** The units that each cell lies in. */
  readonly unitsOf: readonly (readonly number[])[];
}

/**
 * The geometry of an n × n grid. Boxes are as square as n allows, and wider than high: 4 → 2 × 2, 6 → 2 × 3,
 * 8 → 2 × 4, 9 → 3 × 3, 12 → 3 × 4, 16 → 4 × 4. For a prime n a box is a row, which leaves a Latin square.
 */
export function geometry(size: number): Geometry {
  const cells = size * size;
  const height = largestDivisor(size);
  const width = size / height;
  const rowOf = (cell: number): number => Math.floor(cell / size);
  const columnOf = (cell: number): number => cell % size;
  const boxIndex = (cell: number): number =>
    Math.floor(rowOf(cell) / height) * height + Math.floor(columnOf(cell) / width);
  const all = Array.from({ length: cells }, (_, cell) => cell);
  const units = [rowOf, columnOf, boxIndex].flatMap((indexOf) =>
    Array.from({ length: size }, (_, unit) => all.filter((cell) => indexOf(cell) === unit))
  );
  return {
    size,
    cells,
    digits: allDigits.slice(0, size),
    boxOf: all.map(boxIndex),
    units,
    unitsOf: all.map((cell) => units.flatMap((unit, index) => unit.includes(cell) ? [index] : [])),
  };
}

/** The largest divisor of n that is at most √n. */
function largestDivisor(size: number): number {
  let divisor = Math.floor(Math.sqrt(size));
  while (size % divisor !== 0) divisor--;
  return divisor;
}

/** The value of each cell, 1 to n, and 0 for anything that is not one of the grid's digits. */
export function parseGrid({ digits }: Geometry, text: string): number[] {
  return Array.from(text, (character) => digits.indexOf(character) + 1);
}

/** The text of cell values; 0 is a blank. */
export function formatGrid({ digits }: Geometry, values: readonly number[]): string {
  return values.map((value) => digits[value - 1] ?? blank).join("");
}

/**
 * The shapes that a column can enter a formula in, each a letter of a program.
 *
 * @module
 */

/** What a column that takes no part has in place of a letter. */
export const unused = ".";

/** What each letter makes of a column's value. */
const functions: ReadonlyMap<string, (x: number) => number> = new Map([
  ["l", (x) => x],
  ["u", (x) => x > 0 ? 1 : 0],
  ["s", (x) => x * x],
  ["w", (x) => Math.sin(3 * x)],
]);

/** The letters: linear, up (a step at 0), square and wave (sin 3x). */
export const letters: readonly string[] = [...functions.keys()];

/** Whether a character is one of the letters. */
export function isLetter(character: string): boolean {
  return functions.has(character);
}

/**
 * A column in a shape.
 *
 * @param letter One of `letters`.
 * @throws {RangeError} If it is none.
 */
export function shaped(letter: string, column: ArrayLike<number>): Float64Array {
  const shape = functions.get(letter);
  if (shape === undefined) throw new RangeError(`Expected one of ${letters.join("")} but found "${letter}"`);
  return Float64Array.from(column, shape);
}

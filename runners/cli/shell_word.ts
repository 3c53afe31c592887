/**
 * A word as it must be typed in a shell.
 *
 * @example
 * ```ts
 * import { shellWord } from "exitlab/runners/cli/shell_word.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["--arm", "domain.givens=[4,6]", "it's"].map(shellWord), [
 *   "--arm",
 *   "'domain.givens=[4,6]'",
 *   "'it'\\''s'",
 * ]);
 * ```
 */
export function shellWord(word: string): string {
  return /^[\w./=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

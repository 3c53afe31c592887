/**
 * Options among the words of a command line, before the command itself reads them.
 *
 * @module
 */

/** The value of `--name VALUE` or `--name=VALUE`; the first where it is given several times. */
export function option(words: readonly string[], name: string): string | undefined {
  return options(words, name)[0];
}

/** Whether a word is a file of code, such as one that exports a curriculum, rather than a name. */
export function isCurriculumFile(word: string): boolean {
  return /\.[cm]?[jt]s$/.test(word);
}

/** All values of `--name VALUE` and `--name=VALUE`. */
export function options(words: readonly string[], name: string): string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith(`--${name}=`)) return [word.slice(name.length + 3)];
    const value = words[at + 1];
    return word === `--${name}` && value !== undefined ? [value] : [];
  });
}

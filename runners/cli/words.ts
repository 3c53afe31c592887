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

/**
 * The words of a curriculum and its options: the name or the path of a file, which may have spaces, and then the rest.
 */
export function curriculumWords(text: string): string[] {
  const [, path, rest = ""] = /^(.+?\.[cm]?[jt]s)(\s.*)?$/s.exec(text.trim()) ?? [];
  const words = (path === undefined ? text : rest).split(/\s+/).filter((word) => word !== "");
  return path === undefined ? words : [path, ...words];
}

/** All values of `--name VALUE` and `--name=VALUE`. */
export function options(words: readonly string[], name: string): string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith(`--${name}=`)) return [word.slice(name.length + 3)];
    const value = words[at + 1];
    return word === `--${name}` && value !== undefined ? [value] : [];
  });
}

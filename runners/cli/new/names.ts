import { closest } from "../../../lib/closest.ts";
import { UserError } from "../../../lib/errors.ts";

/** What can be begun. */
export const newKinds = ["domain", "curriculum", "operator", "experiment"] as const;

/** One of them. */
export type NewKind = (typeof newKinds)[number];

/** A name, as it is written in each place. */
export interface NewName {
  /** With dashes: what plans, SQL and `--set` call it. */
  readonly kind: string;
  /** With underscores: its file and its folder. */
  readonly file: string;
  /** In camel case: what an experiment imports. */
  readonly identifier: string;
}

/** The most characters of a name. */
const longest = 40;

/** What TypeScript keeps for itself, or what would not be read as a name in an import. */
const keptByLanguage: ReadonlySet<string> = new Set(
  ("abstract any arguments as async await boolean break case catch class const continue debugger declare default " +
    "delete do else enum eval export extends false finally for from function get if implements import in infer " +
    "instanceof interface is keyof let module namespace nan never new null number object of package private " +
    "protected public readonly require return satisfies set static string super switch symbol this throw true try " +
    "type typeof undefined unique unknown using var void while with yield").split(" "),
);

/** What the files that are written use for something else. */
const keptByFiles: ReadonlySet<string> = new Set([
  "assert",
  "experiment",
  "readme",
  "test",
  "schema",
  "build",
]);

/**
 * What is to be begun.
 *
 * @throws {UserError} If it is none of them.
 */
export function parseNewKind(word: string | undefined): NewKind {
  const kind = newKinds.find((kind) => kind === word);
  if (kind !== undefined) return kind;
  if (word === undefined) throw new UserError(`Expected ${listed} and a NAME but found nothing`);
  const guess = closest(word.toLowerCase(), [...newKinds]);
  const hint = guess === undefined ? "" : ` (did you mean "${guess}"?)`;
  throw new UserError(`Expected ${listed} but found "${word}"${hint}`);
}

const listed = `${newKinds.slice(0, -1).join(", ")} or ${newKinds.at(-1)}`;

/**
 * Checks a name and puts it into the forms that files, code and plans want.
 *
 * @param taken Names that exitlab's modules export already, in camel case.
 * @throws {UserError} With one sentence that says what a name looks like.
 *
 * @example
 * ```ts
 * import { parseNewName } from "exitlab/runners/cli/new/names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseNewName("word-chain", "domain", []), {
 *   kind: "word-chain",
 *   file: "word_chain",
 *   identifier: "wordChain",
 * });
 * assert.throws(() => parseNewName("Word Chain", "domain", []), /did you mean "word-chain"/);
 * ```
 */
export function parseNewName(word: string | undefined, of: NewKind, taken: readonly string[]): NewName {
  if (word === undefined) {
    throw new UserError(`Expected a NAME for the ${of}, such as word-chain, but found none`);
  }
  if (/[/\\]|^\.|\.[cm]?[jt]s$/.test(word)) {
    throw new UserError(
      `Expected NAME to be a word such as word-chain but found the path "${word}"; name its folder with --out`,
    );
  }
  if (!/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/.test(word)) {
    const guess = suggestion(word);
    throw new UserError(
      `Expected NAME to be of small letters, digits and single dashes, a letter first, but found "${word}"` +
        (guess === undefined ? "" : ` (did you mean "${guess}"?)`),
    );
  }
  if (word.length < 2 || word.length > longest) {
    throw new UserError(
      `Expected NAME to have 2 to ${longest} characters but found ${word.length}: "${word}"`,
    );
  }
  const kind = word.replaceAll("_", "-");
  const named = /^[aeiou]/.test(of) ? `an ${of}` : `a ${of}`;
  const identifier = kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (keptByLanguage.has(identifier.toLowerCase())) {
    throw new UserError(`Cannot name ${named} "${word}": TypeScript keeps the word; try my-${kind}`);
  }
  if (keptByFiles.has(identifier)) {
    throw new UserError(
      `Cannot name ${named} "${word}": its files use the word for something else; try my-${kind}`,
    );
  }
  if (kind.startsWith("custom-")) {
    throw new UserError(
      `Cannot name ${named} "${word}": "custom-" is for the modes of operators; leave it out`,
    );
  }
  if (kind.endsWith("-test")) {
    throw new UserError(
      `Cannot name ${named} "${word}": files that end in _test are its tests; leave "test" out`,
    );
  }
  if (taken.includes(identifier)) {
    throw new UserError(`Cannot name ${named} "${word}": exitlab has ${identifier} already; try my-${kind}`);
  }
  return { kind, file: kind.replaceAll("-", "_"), identifier };
}

/** The name that somebody may have meant; `undefined` if nothing is left of it. */
function suggestion(word: string): string | undefined {
  const plain = word.normalize("NFKD").replace(/\p{M}/gu, "");
  // What is left of letters that are none of these says nothing.
  if (/[^\p{ASCII}]/u.test(plain)) return undefined;
  const kind = plain
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "");
  return kind.length >= 2 && kind.length <= longest ? kind : undefined;
}

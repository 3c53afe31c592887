import { basename } from "node:path";
import type { CurriculumPart } from "../../lib/curriculum/curriculum.ts";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { playsRole } from "../../lib/experiment/roles.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { builtInCurriculum } from "../../lib/replay/built_in_curricula.ts";
import { describe, expectFile, importModule } from "./import_experiment.ts";
import { curriculumWords, isCurriculumFile } from "./words.ts";

/** A curriculum as a command line names it. */
export interface NamedCurriculum {
  /** What it is called: the words, of a path its last part alone. */
  readonly name: string;
  /** The curriculum. */
  readonly part: CurriculumPart;
}

/**
 * The curriculum that `NAME key=value …` or `FILE.ts key=value …` says.
 *
 * @throws {UserError} If there is none of that name, the file exports none by default, or an option is unknown or out of
 *   range.
 */
export async function readCurriculum(text: string): Promise<NamedCurriculum> {
  const [word = "", ...settings] = curriculumWords(text);
  const options = readOptions(settings, text);
  const name = [isCurriculumFile(word) ? basename(word) : word, ...settings].join(" ");
  return {
    name,
    part: isCurriculumFile(word) ? await fromFile(word, options) : builtInCurriculum(word, options),
  };
}

function readOptions(settings: readonly string[], text: string): JsonObject {
  return Object.fromEntries(settings.map((setting): [string, Json] => {
    const [, key, value] = /^([A-Za-z]\w*)=(.+)$/.exec(setting) ?? [];
    if (key === undefined || value === undefined) {
      throw new UserError(`Expected "${setting}" of --curriculum "${text}" to be KEY=VALUE, such as kappa=0`);
    }
    return [key, readValue(value)];
  }));
}

/** A number, `true`, `false`, `null`, or text. */
function readValue(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a file exports by default: a curriculum, or a function that makes one of options. */
async function fromFile(path: string, options: JsonObject): Promise<CurriculumPart> {
  await expectFile(path, "curriculum");
  const { default: exported } = await importModule(path);
  const made = madeOf(exported, options, path);
  const changed =
    playsRole("curriculum", made) && typeof exported !== "function" && Object.keys(options).length > 0
      ? made.rebuild({ ...made.given, ...options })
      : made;
  if (playsRole("curriculum", changed)) return changed;
  throw new UserError(
    `Expected the default export of ${path} to be a curriculum, or a function that makes one, but found ${
      made === undefined ? "none" : describe(made)
    }`,
  );
}

function madeOf(exported: unknown, options: JsonObject, path: string): unknown {
  if (typeof exported !== "function") return exported;
  try {
    return Reflect.apply(exported, undefined, [options]);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot make the curriculum of ${path}: ${errorMessage(error)}`);
  }
}

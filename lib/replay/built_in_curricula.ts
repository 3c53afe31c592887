import { closest } from "../closest.ts";
import type { CurriculumPart } from "../curriculum/curriculum.ts";
import { exit } from "../curriculum/exit.ts";
import { fixedDepth } from "../curriculum/fixed_depth.ts";
import { learnability } from "../curriculum/learnability.ts";
import { prioritized } from "../curriculum/prioritized.ts";
import { uniform } from "../curriculum/uniform.ts";
import { UserError } from "../errors.ts";
import type { JsonObject } from "../json.ts";

/** The curricula that come with exitlab, by the name of the function that makes one. */
const factories: Readonly<Record<string, (options: JsonObject) => CurriculumPart>> = {
  uniform: (options) => uniform(options),
  fixedDepth: (options) => fixedDepth(options),
  exit: (options) => exit(options),
  prioritized: (options) => prioritized(options),
  learnability: (options) => learnability(options),
};

/** Their names. */
export const curriculumNames: readonly string[] = Object.keys(factories);

/**
 * A curriculum that comes with exitlab.
 *
 * @param name Of the function that makes it, or its kind, such as `"fixed-depth"`.
 * @throws {UserError} If there is none of that name, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { builtInCurriculum } from "exitlab/lib/replay/built_in_curricula.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(builtInCurriculum("exit", { kappa: 0 }).options["kappa"], 0);
 * assert.throws(() => builtInCurriculum("exti"), /did you mean "exit"\?/);
 * ```
 */
export function builtInCurriculum(name: string, options: JsonObject = {}): CurriculumPart {
  const factory = builtIn(name);
  if (factory !== undefined) return factory(options);
  const guess = closest(name, curriculumNames);
  throw new UserError(
    `Found no curriculum "${name}" (${
      guess === undefined
        ? `known are ${curriculumNames.join(", ")}, or a FILE.ts that exports one by default`
        : `did you mean "${guess}"?`
    })`,
  );
}

/** Whether a curriculum of that kind comes with exitlab. */
export function isBuiltIn(kind: string): boolean {
  return builtIn(kind) !== undefined;
}

function builtIn(name: string): ((options: JsonObject) => CurriculumPart) | undefined {
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(factories, camel) ? factories[camel] : undefined;
}

/**
 * The words that commands which compare arms have in common.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { Comparison, ComparisonOptions } from "../../lib/metrics/comparison.ts";
import type { Measure } from "../../lib/metrics/task_figures.ts";
import type { CommandLine } from "./command.ts";

/**
 * What to compare, as `--measure`, `--step`, `--seed`, `--arms` and `--against` say.
 *
 * @throws {UserError} If a value has another form.
 */
export function comparisonOptions(line: CommandLine): ComparisonOptions & { readonly measure: Measure } {
  const [step, seed] = [wholeNumber(line, "step"), wholeNumber(line, "seed")];
  const arms = line.value("arms")?.split(",");
  return {
    measure: readMeasure(line.value("measure")),
    ...step === undefined ? {} : { step },
    ...seed === undefined ? {} : { seed },
    ...arms === undefined ? {} : { arms },
    ...line.values("against").length === 0 ? {} : { against: line.values("against") },
  };
}

function readMeasure(text: string = "solved"): Measure {
  if (text === "solved" || text === "quality") return text;
  throw new UserError(`Expected --measure to be solved or quality but found "${text}"`);
}

function wholeNumber(line: CommandLine, option: string): number | undefined {
  const text = line.value(option);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UserError(`Expected --${option} to be a whole number from 0 but found "${text}"`);
}

/** The name of the experiment that all arms are of, or else `comparison`; a run from elsewhere may have any. */
export function experimentName({ arms }: Comparison): string {
  const names = new Set(arms.map(({ experiment }) => experiment));
  const [name = ""] = names;
  return names.size === 1 && isName(name) ? name : "comparison";
}

/** @throws {UserError} If a name of files is one that could lead elsewhere. */
export function checkName(name: string | undefined): void {
  if (name === undefined || isName(name)) return;
  throw new UserError(
    `Expected --name to be letters, digits, ".", "-" and "_", not beginning with ".", but found "${name}"`,
  );
}

/** Neither a path nor the folder itself, the one above, or a hidden file. */
function isName(name: string): boolean {
  return /^[\w-][\w.-]*$/.test(name);
}

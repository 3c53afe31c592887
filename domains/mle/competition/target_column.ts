import { UserError } from "../../../lib/domain/mod.ts";
import { isMissing, readNumber, type Table } from "../mlkit/table.ts";
import type { Answer } from "./competition.ts";
import type { CompetitionFile } from "./competition_file.ts";
import { metrics } from "./metric.ts";

/** The most classes; a target with more is a number or a text. */
const mostClasses = 100;

/** The most characters of a value that a message shows. */
const longestValue = 40;

/** A table and what messages call it. */
export interface NamedTable {
  /** Its path. */
  readonly path: string;
  readonly table: Table;
}

/** What the target is. */
export interface Target {
  /** See `Competition.classes`. */
  readonly classes: readonly string[] | null;
  /** See `Competition.positive`. */
  readonly positive: string | null;
}

/**
 * The true values of a table.
 *
 * @throws {UserError} If the target is missing in a row, or not what the metric takes.
 */
export function answersOf({ path, table }: NamedTable, { target, metric }: CompetitionFile): Answer[] {
  const { target: kind, least } = metrics[metric];
  return table.texts(target).map((text, row) => {
    const at = `in column "${target}", row ${row + 1} of "${path}"`;
    if (isMissing(text)) {
      throw new UserError(`Expected a value to predict but found ${shown(text)} ${at}`);
    }
    if (kind === "class") return text;
    const number = readNumber(text);
    if (number === null || !Number.isFinite(number) || number < least) {
      const wanted = least === 0 ? "a number of at least 0" : "a number";
      throw new UserError(
        `Expected ${wanted} for the metric ${metric} but found ${shown(text)} ${at}`,
      );
    }
    return number;
  });
}

/**
 * The classes of the target and the one that is asked for.
 *
 * @param answers Of all rows.
 * @param where The path of `competition.json`, for messages.
 * @throws {UserError} If what the file says of them is not what the metric takes or the table has.
 */
export function targetOf(answers: readonly Answer[], file: CompetitionFile, where: string): Target {
  const { metric, target } = file;
  const rule = metrics[metric];
  const refuse = (what: string): never => {
    throw new UserError(`${what} in "${where}"`);
  };
  const values = [...new Set(answers)];
  if (values.length < 2) {
    refuse(
      `Expected the column "${target}" to differ between rows but all have ${shown(values[0])}`,
    );
  }
  if (rule.positive === "never" && file.positive !== undefined) {
    refuse(`Expected no "positive" with the metric ${metric} but found ${shown(file.positive)}`);
  }
  if (rule.target === "number") {
    if (file.classes !== undefined) {
      refuse(`Expected no "classes" with the metric ${metric}, which compares numbers, but found some`);
    }
    return { classes: null, positive: null };
  }
  if (values.length > mostClasses) {
    refuse(`Expected at most ${mostClasses} classes in the column "${target}" but found ${values.length}`);
  }
  const classes = file.classes ?? inOrder(values.map(String));
  const names = classes.map(shown).join(", ");
  const lacking = classes.find((name) => !values.includes(name));
  if (lacking !== undefined) {
    refuse(`Expected "classes" to be in the column "${target}" but it lacks ${shown(lacking)}`);
  }
  const unknown = values.map(String).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    refuse(
      `Expected "classes" to be all of the column "${target}" but it also has ${shown(unknown)}`,
    );
  }
  if (new Set(classes).size < classes.length) {
    refuse('Expected "classes" to name each once but found one twice');
  }
  if (rule.positive === "always" && file.positive === undefined) {
    refuse(
      `Missing option "positive", one of ${names}, which the metric ${metric} needs,`,
    );
  }
  if (file.positive === undefined) return { classes, positive: null };
  if (!classes.includes(file.positive)) {
    refuse(
      `Expected "positive" to be one of ${names} but found ${shown(file.positive)}`,
    );
  }
  if (classes.length !== 2) refuse(`Expected two classes with "positive" but found ${classes.length}`);
  return { classes, positive: file.positive };
}

/** Numbers by size, else by characters. */
function inOrder(names: readonly string[]): string[] {
  const byNumber = names.every((name) => Number.isFinite(readNumber(name) ?? NaN));
  return names.toSorted((a, b) => byNumber ? Number(a) - Number(b) : a < b ? -1 : 1);
}

/** A value of a table as a message shows it. */
export function shown(value: Answer | undefined): string {
  return JSON.stringify(typeof value === "string" ? value.slice(0, longestValue) : value) ?? "nothing";
}

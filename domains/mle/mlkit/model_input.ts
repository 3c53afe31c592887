/**
 * The checks of what a model is given. A program writes the options and reads the sentence, so each names the model, the
 * value that was found and what to write instead.
 *
 * @module
 */
import type { Matrix } from "./matrix.ts";

/**
 * Options with their defaults filled in.
 *
 * @param model The name of the function that takes them.
 * @throws {TypeError} If they are no object, or there is one that the model does not have.
 */
export function withDefaults<O extends object>(model: string, given: Partial<O>, defaults: O): O {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${model}() takes an object of options, such as {}, not ${shown(given)}.`);
  }
  const unknown = Object.keys(given).find((name) => !(name in defaults));
  if (unknown !== undefined) {
    throw new TypeError(
      `${model}() has no option "${unknown}"; its options are ${Object.keys(defaults).join(", ")}.`,
    );
  }
  return { ...defaults, ...given };
}

/**
 * A whole number of at least `least`.
 *
 * @param place What it is, such as `boostingRegressor({ trees })`.
 * @throws {RangeError} If it is not.
 */
export function whole(place: string, value: unknown, least: number, most: number = Infinity): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${place} must be a whole number ${range}, not ${shown(value)}.`);
}

/**
 * A finite number of at least `least`, or above it where it is `open`.
 *
 * @throws {RangeError} If it is not.
 */
export function amount(place: string, value: unknown, least: number, open: boolean = false): number {
  if (typeof value === "number" && Number.isFinite(value) && (open ? value > least : value >= least)) {
    return value;
  }
  throw new RangeError(
    `${place} must be a number ${open ? "above" : "of at least"} ${least}, not ${shown(value)}.`,
  );
}

/** What a model needs of a matrix. */
export interface MatrixNeeds {
  /** Whether `NaN` is allowed, as a missing value. */
  readonly missing?: boolean;
  /** How many columns the model was fitted on; anything where it is not fitted yet. */
  readonly columns?: number;
}

/**
 * Refuses a matrix that a model cannot take.
 *
 * @param place Where it was given, such as `ridge().fit(X, y)`.
 * @throws {TypeError} If it is no matrix.
 * @throws {RangeError} If it is empty, has the wrong number of columns, or a value that is not finite.
 */
export function checkMatrix(place: string, X: Matrix, { missing = false, columns }: MatrixNeeds = {}): void {
  if (typeof X !== "object" || X === null || !(X.values instanceof Float64Array)) {
    throw new TypeError(
      `${place} takes a Matrix X, made by fromColumns(columns) or fromRows(rows), not ${shown(X)}.`,
    );
  }
  if (X.values.length !== X.rows * X.columns) {
    throw new RangeError(
      `${place} was given a matrix of ${X.rows} × ${X.columns} with ${X.values.length} values.`,
    );
  }
  if (X.columns === 0 || (columns === undefined && X.rows === 0)) {
    throw new RangeError(`${place} needs rows and columns, but X has ${X.rows} × ${X.columns}.`);
  }
  if (columns !== undefined && X.columns !== columns) {
    throw new RangeError(`${place} was fitted on ${columns} columns, but X has ${X.columns}.`);
  }
  const bad = X.values.findIndex((value) => !(Number.isFinite(value) || (missing && Number.isNaN(value))));
  if (bad < 0) return;
  const where = `row ${Math.floor(bad / X.columns)}, column ${bad % X.columns}`;
  const value = X.values[bad];
  const hint = Number.isNaN(value) ? "; fill missing values first, or use boosting, which takes them" : "";
  throw new RangeError(`${place} cannot take ${value} (X, ${where})${hint}.`);
}

/**
 * The targets as a copy.
 *
 * @throws {TypeError} If they are no list.
 * @throws {RangeError} If their number is not that of the rows, or one is not finite.
 */
export function checkTargets(place: string, X: Matrix, y: ArrayLike<number>): Float64Array {
  checkLength(place, X, y, "y");
  const targets = Float64Array.from({ length: y.length }, (_, at) => {
    const value = y[at];
    return typeof value === "number" ? value : NaN;
  });
  const bad = targets.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${place} needs finite numbers, but y[${bad}] is ${shown(y[bad])}.`);
  return targets;
}

/**
 * Refuses what is no list of as many items as there are rows.
 *
 * @throws {TypeError} If it is no list.
 * @throws {RangeError} If it is longer or shorter.
 */
export function checkLength(place: string, X: Matrix, list: ArrayLike<unknown>, name: string): void {
  if (typeof list !== "object" || list === null || typeof list.length !== "number") {
    throw new TypeError(`${place} takes a list ${name}, not ${shown(list)}.`);
  }
  if (list.length !== X.rows) {
    throw new RangeError(`${place} needs one ${name} a row: X has ${X.rows} rows, ${name} ${list.length}.`);
  }
}

/** A value as a short text. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/**
 * A table of named columns of text, some of which are numbers.
 *
 * @module
 */
import { shown } from "./model_input.ts";

/** What a missing value is written as. */
const missing: ReadonlySet<string> = new Set(["", "NA", "N/A", "NaN", "nan", "null", "NULL"]);

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Whether a text stands for a missing value: nothing, `NA`, `N/A`, `NaN`, `nan`, `null` or `NULL`. */
export function isMissing(text: string): boolean {
  return missing.has(text);
}

/** The number that a text says in decimal notation; NaN if it is missing; `null` if it is another text or too large. */
export function readNumber(text: string): number | null {
  if (missing.has(text)) return NaN;
  const number = decimal.test(text) ? Number(text) : Infinity;
  return Number.isFinite(number) ? number : null;
}

/**
 * Rows and named columns. It never changes: what looks like a change gives a new table.
 *
 * @example
 * ```ts
 * import { tableOf } from "exitlab/domains/mle/mlkit/table.ts";
 * import assert from "node:assert/strict";
 *
 * const table = tableOf({ city: ["Bern", "Oslo", "Rome"], size: [0.1, NaN, 2.8] });
 * assert.equal(table.rows, 3);
 * assert.deepEqual([...table.numbers("size")], [0.1, NaN, 2.8]);
 * assert.deepEqual(table.numericNames(), ["size"]);
 * assert.deepEqual(table.select([2, 0]).texts("city"), ["Rome", "Bern"]);
 * assert.deepEqual(table.without("city").with("double", [0.2, 0, 5.6]).names, ["size", "double"]);
 * assert.throws(() => table.numbers("city"), /Expected a number but found "Bern" \(column "city", row 0\)/);
 * ```
 */
export class Table {
  /** The names of the columns in their order. */
  readonly names: readonly string[];
  /** How many rows there are; the header is none. */
  readonly rows: number;
  readonly #columns: ReadonlyMap<string, readonly string[]>;

  /**
   * A table of columns of one length; `tableOf` and `readCsv` are the usual ways to one.
   *
   * @throws {RangeError} If a name comes twice or the columns differ in length.
   */
  constructor(columns: readonly (readonly [name: string, texts: readonly string[]])[]) {
    this.#columns = new Map(columns);
    this.names = columns.map(([name]) => name);
    this.rows = columns[0]?.[1].length ?? 0;
    if (this.#columns.size !== columns.length) {
      throw new RangeError(
        `Expected different column names but found ${this.names.map(inQuotes).join(", ")}`,
      );
    }
    for (const [name, texts] of columns) {
      if (texts.length !== this.rows) {
        throw new RangeError(
          `Expected ${this.rows} values as in the first column but found ${texts.length} (column ${
            inQuotes(name)
          })`,
        );
      }
    }
  }

  /** Whether there is such a column. */
  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /**
   * A column as it is written.
   *
   * @throws {RangeError} If there is no such column.
   */
  texts(name: string): string[] {
    return this.#column(name).slice();
  }

  /**
   * A column of numbers; NaN where one is missing (see `isMissing`).
   *
   * @throws {RangeError} If there is no such column, or it has a text that is neither a number nor missing.
   */
  numbers(name: string): Float64Array {
    const texts = this.#column(name);
    const numbers = new Float64Array(texts.length);
    for (let row = 0; row < texts.length; row++) {
      const text = texts[row] ?? "";
      const number = readNumber(text);
      if (number === null) {
        throw new RangeError(
          `Expected a number but found ${inQuotes(text.slice(0, 40))} (column ${inQuotes(name)}, row ${row})`,
        );
      }
      numbers[row] = number;
    }
    return numbers;
  }

  /** The names of the columns that `numbers` can read. */
  numericNames(): string[] {
    return this.names.filter((name) => this.#column(name).every((text) => readNumber(text) !== null));
  }

  /** The names of all other columns. */
  textNames(): string[] {
    const numeric = new Set(this.numericNames());
    return this.names.filter((name) => !numeric.has(name));
  }

  /**
   * The table without some columns.
   *
   * @throws {RangeError} If there is no such column.
   */
  without(names: string | readonly string[]): Table {
    const gone = new Set(typeof names === "string" ? [names] : names);
    for (const name of gone) this.#column(name);
    return this.only(this.names.filter((name) => !gone.has(name)));
  }

  /**
   * The table with some of its columns, in the order given.
   *
   * @throws {RangeError} If there is no such column or one is named twice.
   */
  only(names: readonly string[]): Table {
    return new Table(names.map((name) => [name, this.#column(name)]));
  }

  /**
   * The table with a new column at the end, or another in place of one.
   *
   * @throws {RangeError} If there are more or fewer values than rows.
   */
  with(name: string, values: ArrayLike<string | number>): Table {
    const columns = new Map(this.#columns).set(name, textsOf(values));
    return new Table([...columns]);
  }

  /**
   * The rows with these indices, in the order given; a row may come more than once.
   *
   * @throws {RangeError} If there is no such row.
   */
  select(rows: ArrayLike<number>): Table {
    const indices = Array.from(rows);
    for (const row of indices) {
      if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
        throw new RangeError(`Expected a row from 0 to ${this.rows - 1} but found ${row}`);
      }
    }
    return new Table(
      [...this.#columns].map(([name, texts]) => [name, indices.map((row) => texts[row] ?? "")]),
    );
  }

  #column(name: string): readonly string[] {
    const column = this.#columns.get(name);
    if (column === undefined) {
      throw new RangeError(
        `Expected one of the columns ${this.names.map(inQuotes).join(", ")} but found ${inQuotes(name)}`,
      );
    }
    return column;
  }
}

/**
 * A table of columns of text or numbers by name; NaN becomes a missing value.
 *
 * @throws {RangeError} If the columns differ in length.
 */
export function tableOf(columns: Readonly<Record<string, ArrayLike<string | number>>>): Table {
  return new Table(Object.entries(columns).map(([name, values]) => [name, textsOf(values)]));
}

/**
 * Refuses what is no table.
 *
 * @throws {TypeError} If it is none.
 */
export function checkTable(where: string, table: Table): void {
  if (table instanceof Table) return;
  throw new TypeError(`Expected a table, such as readCsv(text), but found ${shown(table)} (${where})`);
}

function textsOf(values: ArrayLike<string | number>): string[] {
  return Array.from(values, (value) => typeof value === "number" && Number.isNaN(value) ? "" : String(value));
}

function inQuotes(text: string): string {
  return JSON.stringify(text);
}

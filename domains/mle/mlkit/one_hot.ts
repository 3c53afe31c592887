import { type Matrix, matrix } from "./matrix.ts";
import { withDefaults } from "./model_input.ts";
import { checkTable, type Table } from "./table.ts";

/** Which categories get a column. */
export interface OneHotOptions {
  /** The columns of the table to encode; `null`: all that are text. Default `null`. */
  readonly columns: readonly string[] | null;
  /** A category that fewer rows have gets no column. Default 1. */
  readonly minCount: number;
  /** At most so many categories of a column get one, the most frequent. Default 1000. */
  readonly maxCategories: number;
}

/** A fitted one-hot encoding. */
export interface OneHot {
  /** What each column of the matrix says, such as `Sex=male`: sorted within each column of the table. */
  readonly names: readonly string[];
  /**
   * One column a category, 1 where a row has it, else 0. A category that was not fitted gives zeros only.
   *
   * @throws {RangeError} If the table lacks a column.
   */
  transform(table: Table): Matrix;
}

/**
 * Turns columns of text into columns of 0 and 1, one for each category. A missing value is a category like any other.
 *
 * @throws {TypeError} If an option is unknown, or what is fitted is no table.
 * @throws {RangeError} If the table lacks a column.
 *
 * @example
 * ```ts
 * import { oneHot } from "exitlab/domains/mle/mlkit/one_hot.ts";
 * import { tableOf } from "exitlab/domains/mle/mlkit/table.ts";
 * import assert from "node:assert/strict";
 *
 * const encoding = oneHot({ minCount: 2 }).fit(tableOf({ port: ["S", "C", "S", "Q", "C"] }));
 * assert.deepEqual(encoding.names, ["port=C", "port=S"]);
 * assert.deepEqual([...encoding.transform(tableOf({ port: ["S", "Q", "X"] })).values], [0, 1, 0, 0, 0, 0]);
 * ```
 */
export function oneHot(options: Partial<OneHotOptions> = {}): { fit(table: Table): OneHot } {
  const rules = withDefaults("oneHot", options, { columns: null, minCount: 1, maxCategories: 1000 });
  return {
    fit(table) {
      checkTable("oneHot().fit", table);
      return fit(table, rules);
    },
  };
}

function fit(table: Table, options: OneHotOptions): OneHot {
  const { minCount, maxCategories } = options;
  const columns = options.columns ?? table.textNames();
  const places = new Map<string, Map<string, number>>();
  const names: string[] = [];
  for (const column of columns) {
    const own = new Map<string, number>();
    for (const category of frequentTexts(table.texts(column), minCount, maxCategories)) {
      own.set(category, names.length);
      names.push(`${column}=${category}`);
    }
    places.set(column, own);
  }
  return {
    names,
    transform(other) {
      const encoded = matrix(other.rows, names.length);
      for (const [column, own] of places) {
        for (const [row, text] of other.texts(column).entries()) {
          const place = own.get(text);
          if (place !== undefined) encoded.values[row * names.length + place] = 1;
        }
      }
      return encoded;
    },
  };
}

/** The `most` most frequent texts of those that come at least `least` times, sorted; of equally frequent the first by sorting. */
function frequentTexts(texts: readonly string[], least: number, most: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const frequent = [...counts].filter(([, count]) => count >= least);
  frequent.sort(([left, leftCount], [right, rightCount]) =>
    rightCount - leftCount || (left < right ? -1 : 1)
  );
  return frequent.slice(0, most).map(([text]) => text).sort();
}

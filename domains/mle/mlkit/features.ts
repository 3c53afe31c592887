import { type ColumnStep, lenientMatrix, numberMatrix } from "./column_step.ts";
import { type ImputeBy, imputer } from "./impute.ts";
import { hstack, type Matrix } from "./matrix.ts";
import { oneHot } from "./one_hot.ts";
import { type ScaleBy, scaler } from "./scale.ts";
import { withDefaults } from "./model_input.ts";
import { checkTable, type Table } from "./table.ts";

/** How `features` makes numbers of two tables. */
export interface FeatureOptions {
  /** Columns to leave out, such as an id. A column that only one of the tables has, such as the target, is left out anyway. Default none. */
  readonly drop: string | readonly string[];
  /** Numeric columns whose numbers are names, such as a postcode: encoded as texts are. Default none. */
  readonly categorical: string | readonly string[];
  /** What takes the place of missing numbers; `"none"`: they stay NaN. Default `"median"`. */
  readonly impute: ImputeBy | "none";
  /** How numbers are scaled; categories stay 0 and 1. Default `"standard"`. */
  readonly scale: ScaleBy | "none";
  /** A category that fewer rows of the training table have gets no column. Default 2. */
  readonly minCount: number;
  /** At most so many categories of a column get one, the most frequent. Default 30. */
  readonly maxCategories: number;
}

const defaults: FeatureOptions = {
  drop: [],
  categorical: [],
  impute: "median",
  scale: "standard",
  minCount: 2,
  maxCategories: 30,
};

/** Two tables as matrices of the same columns. */
export interface Features {
  /** The training rows. */
  readonly train: Matrix;
  /** The test rows, changed by what was fitted to the training rows. */
  readonly test: Matrix;
  /** What each column of both says: the name of a numeric column, or `column=category`. */
  readonly names: readonly string[];
}

/**
 * Makes matrices of a training and a test table in one call: missing numbers filled in and scaled, texts one-hot encoded.
 * Everything is fitted to the training table alone. Which columns are numeric is decided by the training table; a text in
 * such a column of the test table counts as missing.
 *
 * @throws {TypeError} If an option is unknown, or what is given is no table.
 * @throws {RangeError} If a column that is named is in neither table, or no column is left.
 *
 * @example
 * ```ts
 * import { features } from "exitlab/domains/mle/mlkit/features.ts";
 * import { tableOf } from "exitlab/domains/mle/mlkit/table.ts";
 * import assert from "node:assert/strict";
 *
 * const train = tableOf({ id: [1, 2, 3, 4], age: [20, NaN, 40, 30], sex: ["m", "f", "f", "m"], price: [1, 2, 3, 4] });
 * const test = tableOf({ id: [5, 6], age: [50, NaN], sex: ["f", "x"] });
 * const X = features(train, test, { drop: "id", scale: "minmax" });
 * assert.deepEqual(X.names, ["age", "sex=f", "sex=m"]);
 * assert.deepEqual([...X.test.values], [1.5, 1, 0, 0.5, 0, 0]);
 * ```
 */
export function features(train: Table, test: Table, options: Partial<FeatureOptions> = {}): Features {
  const { drop, categorical, impute, scale, ...encoded } = withDefaults("features", options, defaults);
  checkTable("features", train);
  checkTable("features", test);
  const gone = namesOf(drop, train, test);
  const named = namesOf(categorical, train, test);
  const shared = train.names.filter((name) => test.has(name) && !gone.has(name));
  if (shared.length === 0) {
    throw new RangeError(
      "Expected a column that both tables have and that is not dropped but found none (features)",
    );
  }
  const known = train.only(shared);
  const numeric = known.numericNames().filter((name) => !named.has(name));
  const numbers = { train: numberMatrix(known, numeric), test: lenientMatrix(test, numeric) };
  if (impute !== "none") change(numbers, imputer(impute));
  if (scale !== "none") change(numbers, scaler(scale));
  const columns = shared.filter((name) => !numeric.includes(name));
  const encoding = oneHot({ columns, ...encoded }).fit(known);
  return {
    train: hstack(numbers.train, encoding.transform(known)),
    test: hstack(numbers.test, encoding.transform(test)),
    names: [...numeric, ...encoding.names],
  };
}

function namesOf(given: string | readonly string[], train: Table, test: Table): ReadonlySet<string> {
  const names = new Set(typeof given === "string" ? [given] : given);
  for (const name of names) {
    if (!train.has(name) && !test.has(name)) {
      throw new RangeError(
        `Expected one of the columns ${train.names.join(", ")} but found ${JSON.stringify(name)} (features)`,
      );
    }
  }
  return names;
}

function change(pair: { train: Matrix; test: Matrix }, step: { fit(x: Matrix): ColumnStep }): void {
  const fitted = step.fit(pair.train);
  pair.train = fitted.transform(pair.train);
  pair.test = fitted.transform(pair.test);
}

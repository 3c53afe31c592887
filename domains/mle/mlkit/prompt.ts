/**
 * The kit as a language model is told of it. What it says is held to the code by a test.
 *
 * @module
 */

const tables = `\
function readCsv(text: string): Table;
function tableOf(columns: Record<string, ArrayLike<string | number>>): Table;
function writeCsv(table: Table | Record<string, ArrayLike<string | number>>): string;
interface Table {
  names: readonly string[];
  rows: number; // how many
  has(name: string): boolean;
  texts(name: string): string[]; // as written; "" where empty
  numbers(name: string): Float64Array; // NaN for "", NA, NaN, null; throws on other text
  numericNames(): string[]; // the columns that numbers() can read
  textNames(): string[]; // all others
  only(names: readonly string[]): Table;
  without(names: string | readonly string[]): Table;
  with(name: string, values: ArrayLike<string | number>): Table; // adds or replaces a column
  select(rows: ArrayLike<number>): Table;
}`;

const matrices = `\
interface Matrix { rows: number; columns: number; values: Float64Array } // values[row * columns + column]
function fromColumns(columns: readonly Numbers[]): Matrix;
function fromRows(rows: readonly Numbers[]): Matrix;
function hstack(...parts: readonly Matrix[]): Matrix; // side by side
function takeRows(X: Matrix, rows: Numbers): Matrix;
function column(X: Matrix, index: number): Float64Array;
function row(X: Matrix, index: number): Float64Array;`;

const preparation = `\
// One call for both tables, fitted to train alone: numbers filled in and scaled, texts one-hot encoded.
// Only columns that both tables have are used, so the target need not be dropped.
function features(train: Table, test: Table, options?: {
  drop?: string | readonly string[];
  categorical?: string | readonly string[]; // numbers that are names: encoded as texts are
  impute?: "median" | "mean" | "most-frequent" | number | "none"; // "median"; "none" keeps NaN, for boosting
  scale?: "standard" | "minmax" | "none"; // "standard"
  minCount?: number; // 2: rarer categories get no column
  maxCategories?: number; // 30: the most frequent ones of a column
}): { train: Matrix; test: Matrix; names: readonly string[] };
function numberMatrix(table: Table, names?: readonly string[]): Matrix; // NaN where missing
function imputer(by?: "median" | "mean" | "most-frequent" | number): Step; // "median"
function scaler(by?: "standard" | "minmax"): Step; // "standard"
function oneHot(options?: { columns?: readonly string[] | null; minCount?: number; maxCategories?: number }): {
  fit(table: Table): { names: readonly string[]; transform(table: Table): Matrix }; // unknown: zeros
};
// As scikit-learn's TfidfVectorizer. Dense: rows × maxFeatures numbers.
function tfidf(options?: {
  ngrams?: readonly [number, number]; // [1, 1]
  analyzer?: "word" | "char"; // "word"
  minCount?: number; // 1, in how many texts a term must be
  maxShare?: number; // 1, in which share of them it may be
  maxFeatures?: number; // 1000
  sublinear?: boolean; // false
  lowercase?: boolean; // true
}): { fit(texts: readonly string[]): { vocabulary: readonly string[]; transform(texts: readonly string[]): Matrix } };
function splitRows(rows: number, options?: { test?: number; seed?: number; stratify?: Labels | null }): Split; // 0.2, 0
function kFold(rows: number, options?: { folds?: number; seed?: number; stratify?: Labels | null }): Split[]; // 5, 0
function take<T>(values: ArrayLike<T>, rows: ArrayLike<number>): T[];`;

const models = `\
function ridge(options?: { alpha?: number }): Regressor; // 1
function logistic(options?: { l2?: number }): Classifier; // 1 = 1 / C of scikit-learn
function knnRegressor(options?: Nearest): Regressor; // wants scaled columns
function knnClassifier(options?: Nearest): Classifier;
interface Nearest { k?: number; weights?: "uniform" | "distance" } // 5, "uniform"
function boostingRegressor(options?: Boosting): Regressor; // only boosting takes NaN; needs no scaling
function boostingClassifier(options?: Boosting): Classifier;
interface Boosting { trees?: number; rate?: number; leaves?: number; depth?: number; minLeaf?: number; l2?: number } // 100, 0.1, 31, Infinity, 20, 0
function mlpRegressor(options?: Mlp): Regressor; // scales inside
function mlpClassifier(options?: Mlp): Classifier;
interface Mlp { hidden?: number | readonly number[]; epochs?: number; rate?: number; l2?: number; seed?: number } // 64, 50, 0.002, 0.0001, 0`;

const metrics = `\
function rmse(truth: Numbers, prediction: Numbers): number; // so are rmsle, mae, r2, auc, averagePrecision
function accuracy(truth: Labels, prediction: Labels): number; // so is macroF1
function logLoss(truth: Numbers, prediction: Numbers | Matrix): number; // 0 or 1, or indices of classes`;

const types = `\
type Numbers = ArrayLike<number>;
type Labels = ArrayLike<string | number>;
type Split = { train: number[]; test: number[] }; // row indices
type Step = { fit(x: Matrix | Table): { transform(x: Matrix | Table): Matrix } };
type Regressor = { fit(X: Matrix, y: Numbers): { predict(X: Matrix): Float64Array } };
type Classifier = {
  fit<L extends string | number>(X: Matrix, labels: ArrayLike<L>): {
    classes: readonly L[]; // sorted
    predict(X: Matrix): L[];
    probabilities(X: Matrix): Matrix; // rows × classes
  };
};`;

const classification = `\
import { boostingClassifier, column, features, readCsv } from "mlkit";

export default function solve({ train, test }: { train: string; test: string }) {
  const known = readCsv(train);
  const X = features(known, readCsv(test), { drop: "id", impute: "none" });
  const model = boostingClassifier({ trees: 150, rate: 0.05, minLeaf: 5 }).fit(X.train, known.texts("bought"));
  return Array.from(column(model.probabilities(X.test), model.classes.indexOf("yes")));
}`;

const regression = `\
import { kFold, readCsv, ridge, rmse, take, takeRows, tfidf } from "mlkit";

export default function solve({ train, test }: { train: string; test: string }) {
  const known = readCsv(train);
  const stars = known.numbers("stars");
  const words = tfidf({ ngrams: [1, 2], minCount: 2, sublinear: true }).fit(known.texts("review"));
  const X = words.transform(known.texts("review"));
  const folds = kFold(known.rows, { folds: 3 });
  const errors = (alpha: number) =>
    folds.map((fold) => {
      const model = ridge({ alpha }).fit(takeRows(X, fold.train), take(stars, fold.train));
      return rmse(take(stars, fold.test), model.predict(takeRows(X, fold.test)));
    });
  const tried = [0.3, 1, 3].map((alpha) => ({ alpha, error: errors(alpha).reduce((a, b) => a + b) }));
  const { alpha } = tried.reduce((a, b) => b.error < a.error ? b : a);
  const model = ridge({ alpha }).fit(X, stars);
  return Array.from(model.predict(words.transform(readCsv(test).texts("review"))));
}`;

/**
 * What a model has to know to write programs with the kit: its functions with their types and defaults, and two
 * complete programs. Markdown of fewer than 150 lines.
 */
export const mlkitPrompt: string = `\
The module "mlkit" is a small machine-learning kit. Nothing else can be imported; there are no files and no network.
Models and steps are recipes: \`fit\` returns what was fitted. A comment beside an option gives its default.

\`\`\`ts
${[types, tables, matrices, preparation, models, metrics].join("\n\n")}
\`\`\`

A program that predicts the probability of "yes" in the column "bought":

\`\`\`ts
${classification}
\`\`\`

A program that predicts the number in the column "stars" from the text in the column "review":

\`\`\`ts
${regression}
\`\`\`
`;

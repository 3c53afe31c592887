import { codeLabels, likeliest } from "./labels.ts";
import { type Matrix, row } from "./matrix.ts";
import { Network } from "./mlp_network.ts";
import type { ClassifierRecipe, RegressorRecipe } from "./model.ts";
import { amount, checkMatrix, checkTargets, whole, withDefaults } from "./model_input.ts";
import { SeededRandom } from "./seeded_random.ts";
import { softmax } from "./softmax.ts";

/** The options of `mlpRegressor` and `mlpClassifier`. */
export interface MlpOptions {
  /** The number of units of each hidden layer, such as 64 or [64, 32]. Default 64. */
  readonly hidden: number | readonly number[];
  /** How often every row is seen. Default 50. */
  readonly epochs: number;
  /** The size of Adam's steps; it falls to 0 along half a cosine. Default 0.002. */
  readonly rate: number;
  /** How many rows a step is made from. Default 32. */
  readonly batch: number;
  /** The penalty on half the square of a weight, beside the summed loss. Default 0.0001. */
  readonly l2: number;
  /** Decides the first weights and the order of the rows. Default 0. */
  readonly seed: number;
}

const defaults: MlpOptions = { hidden: 64, epochs: 50, rate: 0.002, batch: 32, l2: 0.0001, seed: 0 };

/**
 * A small neural network of a number: hidden layers with ReLU, the squared error, Adam. Columns and targets are
 * brought to the mean 0 and the deviation 1 inside, so they need no scaling.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 */
export function mlpRegressor(options: Partial<MlpOptions> = {}): RegressorRecipe {
  const rules = readOptions("mlpRegressor", options);
  return {
    fit(X, y) {
      checkMatrix("mlpRegressor().fit(X, y)", X);
      const targets = checkTargets("mlpRegressor().fit(X, y)", X, y);
      const { mean, deviation } = moments(targets);
      const scaling = scalingOf(X);
      const network = train(scaled(X, scaling), 1, rules, (outputs, index) => {
        outputs[0] = (outputs[0] ?? 0) - ((targets[index] ?? 0) - mean) / deviation;
      });
      return {
        predict(unseen) {
          checkMatrix("The network's predict(X)", unseen, { columns: X.columns });
          const inputs = scaled(unseen, scaling);
          return Float64Array.from(
            { length: unseen.rows },
            (_, index) => mean + deviation * (network.forward(row(inputs, index))[0] ?? 0),
          );
        },
      };
    },
  };
}

/**
 * A small neural network of a class: hidden layers with ReLU, the log loss, Adam. Columns are brought to the mean 0 and
 * the deviation 1 inside, so they need no scaling.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import { mlpClassifier } from "exitlab/domains/mle/mlkit/mlp.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[0, 0, 1, 1], [0, 1, 0, 1]]);
 * const model = mlpClassifier({ hidden: 16, epochs: 300, rate: 0.02 }).fit(X, ["same", "other", "other", "same"]);
 * assert.deepEqual(model.predict(X), ["same", "other", "other", "same"]);
 * ```
 */
export function mlpClassifier(options: Partial<MlpOptions> = {}): ClassifierRecipe {
  const rules = readOptions("mlpClassifier", options);
  return {
    fit(X, labels) {
      checkMatrix("mlpClassifier().fit(X, labels)", X);
      const { classes, codes } = codeLabels("mlpClassifier().fit(X, labels)", X, labels);
      const scaling = scalingOf(X);
      const network = train(scaled(X, scaling), classes.length, rules, (outputs, index) => {
        softmax(outputs, classes.length);
        const code = codes[index] ?? 0;
        outputs[code] = (outputs[code] ?? 0) - 1;
      });
      const probabilities = (unseen: Matrix): Matrix => {
        checkMatrix("The network", unseen, { columns: X.columns });
        const inputs = scaled(unseen, scaling);
        const values = new Float64Array(unseen.rows * classes.length);
        for (let index = 0; index < unseen.rows; index++) {
          values.set(network.forward(row(inputs, index)), index * classes.length);
        }
        softmax(values, classes.length);
        return { rows: unseen.rows, columns: classes.length, values };
      };
      return { classes, probabilities, predict: (unseen) => likeliest(classes, probabilities(unseen)) };
    },
  };
}

/** Trains a network. @param slope Turns the outputs of a row into the slope of its loss by them, in place. */
function train(
  X: Matrix,
  outputs: number,
  { hidden, epochs, rate, batch, l2, seed }: MlpOptions,
  slope: (outputs: Float64Array, row: number) => void,
): Network {
  const random = new SeededRandom(seed);
  const widths = typeof hidden === "number" ? [hidden] : hidden;
  const network = new Network([X.columns, ...widths, outputs], random);
  const steps = epochs * Math.ceil(X.rows / batch);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(X.rows);
    for (let start = 0; start < X.rows; start += batch) {
      const part = order.subarray(start, start + batch);
      for (const index of part) {
        const error = network.forward(row(X, index));
        slope(error, index);
        network.backward(error);
      }
      network.step(part.length, { rate: rate * (1 + Math.cos(Math.PI * step++ / steps)) / 2, l2 });
    }
  }
  return network;
}

interface Scaling {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

function scalingOf({ rows, columns, values }: Matrix): Scaling {
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const { mean, deviation } = moments(
      Float64Array.from({ length: rows }, (_, index) => values[index * columns + column] ?? 0),
    );
    means[column] = mean;
    deviations[column] = deviation;
  }
  return { means, deviations };
}

function scaled({ rows, columns, values }: Matrix, { means, deviations }: Scaling): Matrix {
  const moved = new Float64Array(values.length);
  for (let cell = 0; cell < values.length; cell++) {
    const column = cell % columns;
    moved[cell] = ((values[cell] ?? 0) - (means[column] ?? 0)) / (deviations[column] ?? 1);
  }
  return { rows, columns, values: moved };
}

/** Mean and deviation; the deviation of equal values is 1, so that it can be divided by. */
function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

function readOptions(model: string, options: Partial<MlpOptions>): MlpOptions {
  const all = withDefaults(model, options, defaults);
  const widths = typeof all.hidden === "number" ? [all.hidden] : all.hidden;
  if (!Array.isArray(widths) || widths.length === 0) {
    throw new RangeError(
      `${model}({ hidden }) must be a number of units or an array of them, such as [64, 32].`,
    );
  }
  for (const width of widths) whole(`${model}({ hidden })`, width, 1);
  whole(`${model}({ epochs })`, all.epochs, 1);
  amount(`${model}({ rate })`, all.rate, 0, true);
  whole(`${model}({ batch })`, all.batch, 1);
  amount(`${model}({ l2 })`, all.l2, 0);
  whole(`${model}({ seed })`, all.seed, 0);
  return all;
}

import type { Matrix } from "./matrix.ts";

/** The name of a class: text or a number. */
export type Label = string | number;

/** A fitted model of a number. */
export interface Regressor {
  /** One number a row of X. */
  predict(X: Matrix): Float64Array;
}

/** A fitted model of a class. */
export interface Classifier<L extends Label = Label> {
  /** The classes, sorted: numbers by size, texts by their characters. */
  readonly classes: readonly L[];
  /** X.rows × classes: the probability of each class, in the order of `classes`; each row sums to 1. */
  probabilities(X: Matrix): Matrix;
  /** The most probable class of each row; of equals the first. */
  predict(X: Matrix): L[];
}

/** A model of a number that can be fitted. */
export interface RegressorRecipe<Fitted extends Regressor = Regressor> {
  /** Fits X.rows targets; the recipe itself stays as it is. */
  fit(X: Matrix, y: ArrayLike<number>): Fitted;
}

/** A model of a class that can be fitted. */
export interface ClassifierRecipe {
  /** Fits X.rows labels of at least two classes; the recipe itself stays as it is. */
  fit<L extends Label>(X: Matrix, labels: ArrayLike<L>): Classifier<L>;
}

import type { Matrix } from "./matrix.ts";
import type { Label } from "./model.ts";
import { checkLength, shown } from "./model_input.ts";

/** Labels as numbers. */
export interface CodedLabels<L extends Label> {
  /** The classes, sorted: numbers by size, texts by their characters. */
  readonly classes: readonly L[];
  /** Of each row the place of its class. */
  readonly codes: Int32Array;
}

/**
 * The classes of labels and, of each row, the place of its class.
 *
 * @throws {TypeError} If a label is neither text nor a number, or some are texts and some numbers.
 * @throws {RangeError} If there are fewer than two classes, or not as many labels as rows.
 *
 * @example
 * ```ts
 * import { codeLabels } from "exitlab/domains/mle/mlkit/labels.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const { classes, codes } = codeLabels("example", fromColumns([[0, 0, 0]]), ["cat", "ant", "cat"]);
 * assert.deepEqual(classes, ["ant", "cat"]);
 * assert.deepEqual([...codes], [1, 0, 1]);
 * ```
 */
export function codeLabels<L extends Label>(place: string, X: Matrix, labels: ArrayLike<L>): CodedLabels<L> {
  checkLength(place, X, labels, "labels");
  const seen = new Map<L, number>();
  const texts = typeof labels[0] === "string";
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at];
    if (label === undefined || !(typeof label === "string" || Number.isFinite(label))) {
      throw new TypeError(
        `${place} takes texts or finite numbers as labels, but labels[${at}] is ${shown(label)}.`,
      );
    }
    if ((typeof label === "string") !== texts) {
      throw new TypeError(
        `${place} takes labels that are all texts or all numbers, but labels[0] is ${
          shown(labels[0])
        } and labels[${at}] ${shown(label)}.`,
      );
    }
    seen.set(label, 0);
  }
  const classes = [...seen.keys()].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  if (classes.length < 2) {
    throw new RangeError(`${place} needs at least two classes, but every label is ${shown(classes[0])}.`);
  }
  for (const [code, label] of classes.entries()) seen.set(label, code);
  const codes = Int32Array.from({ length: labels.length }, (_, at) => {
    const label = labels[at];
    return label === undefined ? 0 : seen.get(label) ?? 0;
  });
  return { classes, codes };
}

/** Of each row the class with the largest value; of equals the first. */
export function likeliest<L extends Label>(classes: readonly L[], probabilities: Matrix): L[] {
  const { rows, columns, values } = probabilities;
  return Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let code = 1; code < columns; code++) {
      if ((values[row * columns + code] ?? 0) > (values[row * columns + best] ?? 0)) best = code;
    }
    const label = classes[best];
    if (label === undefined) throw new RangeError(`There is no class ${best}.`);
    return label;
  });
}

import type { SeededRandom } from "./seeded_random.ts";

/** A layer: outputs = weights × inputs + biases. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** outputs × inputs weights, row by row, then the biases. */
  readonly parameters: Float64Array;
  /** The slope of the loss by each parameter. */
  readonly slopes: Float64Array;
  /** Adam's running mean of the slopes and of their squares. */
  readonly means: Float64Array;
  readonly squares: Float64Array;
}

/** What Adam's steps are made with. */
export interface AdamRules {
  /** The size of a step. */
  readonly rate: number;
  /** The penalty on half the square of a weight; biases have none. */
  readonly l2: number;
}

const [meanDecay, squareDecay, floor] = [0.9, 0.999, 1e-8];

/** Layers with rectified outputs (ReLU) between them, trained by Adam (Kingma and Ba, 2015). */
export class Network {
  readonly #layers: readonly Layer[];
  readonly #values: readonly Float64Array[];
  readonly #errors: readonly Float64Array[];
  #steps = 0;

  /**
   * Draws the weights, uniform within √(6 / inputs) of 0 (He et al., 2015); the biases are 0.
   *
   * @param widths The numbers of inputs, of each hidden layer's units, and of outputs.
   */
  constructor(widths: readonly number[], random: SeededRandom) {
    this.#layers = widths.slice(1).map((outputs, at) => {
      const inputs = widths[at] ?? 0;
      const size = outputs * (inputs + 1);
      const parameters = new Float64Array(size);
      const bound = Math.sqrt(6 / inputs);
      for (let cell = 0; cell < outputs * inputs; cell++) parameters[cell] = bound * (2 * random.next() - 1);
      return {
        inputs,
        outputs,
        parameters,
        slopes: new Float64Array(size),
        means: new Float64Array(size),
        squares: new Float64Array(size),
      };
    });
    this.#values = widths.map((width) => new Float64Array(width));
    this.#errors = widths.map((width) => new Float64Array(width));
  }

  /** The outputs of these inputs: a view that the next call overwrites. */
  forward(inputs: Float64Array): Float64Array {
    let values = this.#values[0] ?? inputs;
    values.set(inputs);
    for (const [at, layer] of this.#layers.entries()) {
      const next = this.#values[at + 1] ?? values;
      multiply(layer, values, next, at + 1 < this.#layers.length);
      values = next;
    }
    return values;
  }

  /** Adds the slopes of the latest inputs to those of the batch. @param error The slope of the loss by each output. */
  backward(error: Float64Array): void {
    this.#errors.at(-1)?.set(error);
    for (let at = this.#layers.length - 1; at >= 0; at--) {
      const [layer, values, errors, inner] = [
        this.#layers[at],
        this.#values[at],
        this.#errors[at + 1],
        this.#errors[at],
      ];
      if (layer === undefined || values === undefined || errors === undefined || inner === undefined) {
        continue;
      }
      addSlopes(layer, values, errors);
      if (at === 0) return;
      inner.fill(0);
      passErrors(layer, errors, inner);
      for (let cell = 0; cell < inner.length; cell++) if (!((values[cell] ?? 0) > 0)) inner[cell] = 0;
    }
  }

  /** Makes one step by the mean slopes of a batch of `count` inputs and forgets them. */
  step(count: number, { rate, l2 }: AdamRules): void {
    this.#steps++;
    const size = rate * Math.sqrt(1 - squareDecay ** this.#steps) / (1 - meanDecay ** this.#steps);
    for (const { inputs, outputs, parameters, slopes, means, squares } of this.#layers) {
      const weights = inputs * outputs;
      for (let cell = 0; cell < parameters.length; cell++) {
        const value = parameters[cell] ?? 0;
        const slope = ((slopes[cell] ?? 0) + (cell < weights ? l2 * value : 0)) / count;
        const mean = meanDecay * (means[cell] ?? 0) + (1 - meanDecay) * slope;
        const square = squareDecay * (squares[cell] ?? 0) + (1 - squareDecay) * slope * slope;
        means[cell] = mean;
        squares[cell] = square;
        parameters[cell] = value - size * mean / (Math.sqrt(square) + floor);
      }
      slopes.fill(0);
    }
  }
}

function multiply(
  { inputs, outputs, parameters }: Layer,
  values: Float64Array,
  to: Float64Array,
  rectified: boolean,
): void {
  for (let output = 0; output < outputs; output++) {
    const from = output * inputs;
    let sum = parameters[outputs * inputs + output] ?? 0;
    for (let input = 0; input < inputs; input++) {
      sum += (parameters[from + input] ?? 0) * (values[input] ?? 0);
    }
    to[output] = rectified && sum < 0 ? 0 : sum;
  }
}

/** Adds the slopes of a layer's parameters. */
function addSlopes({ inputs, outputs, slopes }: Layer, values: Float64Array, errors: Float64Array): void {
  for (let output = 0; output < outputs; output++) {
    const error = errors[output] ?? 0;
    if (error === 0) continue;
    const from = output * inputs;
    const bias = outputs * inputs + output;
    slopes[bias] = (slopes[bias] ?? 0) + error;
    for (let input = 0; input < inputs; input++) {
      slopes[from + input] = (slopes[from + input] ?? 0) + error * (values[input] ?? 0);
    }
  }
}

/** Adds the slopes of the loss by a layer's inputs. */
function passErrors({ inputs, outputs, parameters }: Layer, errors: Float64Array, inner: Float64Array): void {
  for (let output = 0; output < outputs; output++) {
    const error = errors[output] ?? 0;
    if (error === 0) continue;
    const from = output * inputs;
    for (let input = 0; input < inputs; input++) {
      inner[input] = (inner[input] ?? 0) + error * (parameters[from + input] ?? 0);
    }
  }
}

/**
 * A policy that is a table: the logits of the next token are a row, chosen by the token before. Its gradients are
 * closed forms, so a test can tell what a server should have done.
 *
 * @module
 */
import { Random } from "exitlab/lib/random.ts";

/** One sequence of a pass. */
export interface TableDatum {
  readonly tokens: readonly number[];
  readonly targets: readonly number[];
  readonly inputs: { readonly [name: string]: readonly number[] };
}

/** What a pass gives of one sequence. */
export interface TableRecord {
  readonly logprobs: Float32Array;
  readonly entropy: Float32Array;
}

/** One drawn sequence. */
export interface TableSequence {
  readonly tokens: number[];
  readonly logprobs: Float32Array;
  readonly reason: "stop" | "length";
}

/** How a draw is made. */
export interface TableDraw {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  /** The ids that end it. Default the one that ends a response. */
  readonly stop?: readonly number[];
}

/** One step of AdamW. */
export interface TableAdam {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly clip: number;
}

/** How tokens and sequences are combined. */
export type TableReduction = "sum" | "sequence-mean";

/** All that a table's future depends on. */
export interface TableState {
  readonly weights: Float64Array;
  readonly published: Float64Array;
  readonly reference: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly steps: number;
}

/** The id that ends a response. */
export const stopToken = 0;

/** A softmax table, its gradient, its optimiser, and its published and frozen weights. */
export class Table {
  readonly #size: number;
  readonly #context: number;
  readonly #reduction: TableReduction;
  #state: TableState;
  #gradient: Float64Array;
  #sequences = 0;

  constructor(seed: number, size: number, context: number, reduction: TableReduction) {
    this.#size = size;
    this.#context = context;
    this.#reduction = reduction;
    const random = new Random(seed, "table");
    const weights = Float64Array.from({ length: size * size }, () => 2 * random.next() - 1);
    const zeros = new Float64Array(size * size);
    this.#state = {
      weights,
      published: weights.slice(),
      reference: weights.slice(),
      first: zeros.slice(),
      second: zeros.slice(),
      steps: 0,
    };
    this.#gradient = zeros;
  }

  get parameters(): number {
    return this.#size * this.#size;
  }

  /** The gradient as a step would see it. */
  get gradient(): Float64Array {
    const count = this.#reduction === "sequence-mean" ? Math.max(1, this.#sequences) : 1;
    return this.#gradient.map((value) => value / count);
  }

  forward(data: readonly TableDatum[], temperature: number, reference: boolean): TableRecord[] {
    const weights = reference ? this.#state.reference : this.#state.weights;
    return data.map((datum) => this.#score(datum, temperature, weights));
  }

  backward(data: readonly TableDatum[], loss: string, temperature: number): TableRecord[] {
    return data.map((datum) => {
      const record = this.#score(datum, temperature, this.#state.weights);
      const mask = datum.inputs.weights ?? datum.targets.map(() => 1);
      const total = mask.reduce((sum, weight) => sum + weight, 0);
      const scale = this.#reduction === "sequence-mean" ? 1 / Math.max(total, 1e-9) : 1;
      for (const [at, target] of datum.targets.entries()) {
        const logprob = record.logprobs[at] ?? 0;
        const weight = mask[at] ?? 0;
        const coefficient = loss === "cross_entropy"
          ? weight
          : weight * Math.exp(logprob - (datum.inputs.logprobs?.[at] ?? 0)) *
            (datum.inputs.advantages?.[at] ?? 0);
        const entropyWeight = datum.inputs.entropy_weights?.[at] ?? 0;
        this.#push(datum.tokens[at] ?? 0, target, scale * coefficient, scale * entropyWeight, temperature);
      }
      this.#sequences++;
      return record;
    });
  }

  /** The gradient's norm before clipping; `null` if the step cannot be taken. */
  step({ rate, beta1, beta2, epsilon, decay, clip }: TableAdam): number | null {
    const gradient = this.gradient;
    this.#gradient = new Float64Array(gradient.length);
    this.#sequences = 0;
    const norm = Math.hypot(...gradient);
    if (!Number.isFinite(norm)) return null;
    const factor = clip > 0 && norm > clip ? clip / norm : 1;
    const { weights, first, second } = this.#state;
    const steps = this.#state.steps + 1;
    for (const [index, raw] of gradient.entries()) {
      const value = factor * raw;
      const m = beta1 * (first[index] ?? 0) + (1 - beta1) * value;
      const v = beta2 * (second[index] ?? 0) + (1 - beta2) * value * value;
      [first[index], second[index]] = [m, v];
      const update = (m / (1 - beta1 ** steps)) / (Math.sqrt(v / (1 - beta2 ** steps)) + epsilon);
      weights[index] = (weights[index] ?? 0) - rate * (update + decay * (weights[index] ?? 0));
    }
    this.#state = { ...this.#state, steps };
    return norm;
  }

  /** Goes on with the gradient of another. */
  inherit(other: Table): void {
    this.#gradient = other.#gradient.slice();
    this.#sequences = other.#sequences;
  }

  /** Trains other weights from now on. */
  replace(weights: Float64Array): void {
    this.#state = { ...this.#state, weights: weights.slice() };
  }

  publish(): void {
    this.#state = { ...this.#state, published: this.#state.weights.slice() };
  }

  refresh(mix: number): void {
    const { weights, reference } = this.#state;
    for (const [index, weight] of weights.entries()) {
      reference[index] = mix * weight + (1 - mix) * (reference[index] ?? 0);
    }
  }

  embed(tokens: readonly number[], from: number): number[] {
    const span = tokens.slice(from);
    return [0, 1, 2].map((column) =>
      span.reduce((sum, token) => sum + (this.#state.weights[token * this.#size + column] ?? 0), 0) /
      span.length
    );
  }

  draw({ prompt, maxTokens, temperature, topP, seed, stop = [stopToken] }: TableDraw): TableSequence {
    const random = new Random(seed, "draw");
    const [tokens, logprobs]: [number[], number[]] = [[], []];
    let before = prompt.at(-1) ?? 0;
    while (tokens.length < maxTokens && prompt.length + tokens.length < this.#context) {
      const all = this.#logprobs(before, temperature, this.#state.published);
      const kept = cut(all.map(Math.exp), topP);
      let left = random.next() * kept.reduce((sum, probability) => sum + probability, 0);
      let token = kept.findLastIndex((probability) => probability > 0);
      for (const [id, probability] of kept.entries()) {
        left -= probability;
        if (probability > 0 && left < 0) {
          token = id;
          break;
        }
      }
      tokens.push(token);
      logprobs.push(all[token] ?? 0);
      if (stop.includes(token)) return { tokens, logprobs: Float32Array.from(logprobs), reason: "stop" };
      before = token;
    }
    return { tokens, logprobs: Float32Array.from(logprobs), reason: "length" };
  }

  save(): TableState {
    return structuredClone(this.#state);
  }

  load(state: TableState, optimizer: boolean): void {
    const own = structuredClone(state);
    const zeros = new Float64Array(own.weights.length);
    this.#state = optimizer ? own : { ...own, first: zeros, second: zeros.slice(), steps: 0 };
    this.#gradient = new Float64Array(own.weights.length);
    this.#sequences = 0;
  }

  /** Adds the gradient of coefficient · −log π(target) − entropyWeight · H. */
  #push(row: number, target: number, coefficient: number, entropyWeight: number, temperature: number): void {
    const logprobs = this.#logprobs(row, temperature, this.#state.weights);
    const entropy = -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0);
    for (const [id, logprob] of logprobs.entries()) {
      const probability = Math.exp(logprob);
      const slope = coefficient * (probability - (id === target ? 1 : 0)) +
        entropyWeight * probability * (logprob + entropy);
      const index = row * this.#size + id;
      this.#gradient[index] = (this.#gradient[index] ?? 0) + slope / temperature;
    }
  }

  #score({ tokens, targets }: TableDatum, temperature: number, weights: Float64Array): TableRecord {
    const rows = tokens.map((token) => this.#logprobs(token, temperature, weights));
    return {
      logprobs: Float32Array.from(targets, (target, at) => rows[at]?.[target] ?? 0),
      entropy: Float32Array.from(
        rows,
        (row) => -row.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0),
      ),
    };
  }

  #logprobs(row: number, temperature: number, weights: Float64Array): number[] {
    const logits = Array.from(
      weights.subarray(row * this.#size, (row + 1) * this.#size),
      (logit) => logit / temperature,
    );
    const top = Math.max(...logits);
    const normaliser = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    return logits.map((logit) => logit - normaliser);
  }
}

/** Probabilities without the least likely tokens beyond a mass of `topP`. */
function cut(probabilities: readonly number[], topP: number): number[] {
  const order = probabilities.map((_, id) => id).toSorted((a, b) =>
    (probabilities[b] ?? 0) - (probabilities[a] ?? 0) || a - b
  );
  const kept = new Set<number>();
  let mass = 0;
  for (const id of order) {
    if (mass >= topP) break;
    kept.add(id);
    mass += probabilities[id] ?? 0;
  }
  return probabilities.map((probability, id) => kept.has(id) ? probability : 0);
}

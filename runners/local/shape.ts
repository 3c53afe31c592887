/** The sizes of a transformer. */
export type Shape = {
  /** D, the width of the residual stream. */
  readonly width: number;
  /** The number of blocks. */
  readonly layers: number;
  /** The number of attention heads. */
  readonly heads: number;
  /** The most tokens of a sequence. */
  readonly context: number;
  /** V, the number of token ids. */
  readonly vocabulary: number;
};

/** One parameter tensor, row-major. */
export interface Tensor {
  /** Such as `"blocks.0.up"`. */
  readonly name: string;
  /** Matrices are multiplied with and decay; embeddings are looked up; gains scale normalised rows. */
  readonly kind: "embedding" | "gain" | "matrix";
  /** Where it starts among all parameters, counted in numbers. */
  readonly offset: number;
  /** For a matrix, its inputs. */
  readonly rows: number;
  /** For a matrix, its outputs. */
  readonly columns: number;
}

/** The tensors of one block. */
export interface BlockTensors {
  /** Gain of the norm before attention, [D]. */
  readonly attentionNorm: Tensor;
  /** Queries, keys and values, [D, 3D]. */
  readonly qkv: Tensor;
  /** Output of attention, [D, D]. */
  readonly project: Tensor;
  /** Gain of the norm before the feed-forward part, [D]. */
  readonly feedNorm: Tensor;
  /** Into the feed-forward part, [D, 4D]. */
  readonly up: Tensor;
  /** Out of it, [4D, D]. */
  readonly down: Tensor;
}

/** All tensors of a model. */
export interface Tensors {
  /** Token embeddings, [V, D]. */
  readonly tokens: Tensor;
  /** Learned positions, [context, D]. */
  readonly positions: Tensor;
  /** The blocks, first to last. */
  readonly blocks: readonly BlockTensors[];
  /** Gain of the last norm, [D]. */
  readonly norm: Tensor;
  /** Logits, [D, V]; not tied to the embeddings. */
  readonly head: Tensor;
  /** All of them, in the order of their offsets. */
  readonly all: readonly Tensor[];
  /** P, the number of parameters. */
  readonly parameters: number;
}

/**
 * The parameters of a decoder-only transformer: root-mean-square norms before each part, GELU, learned positions, no
 * biases.
 *
 * @example
 * ```ts
 * import { tensorsOf } from "exitlab/runners/local/shape.ts";
 * import assert from "node:assert/strict";
 *
 * const { parameters } = tensorsOf({ width: 128, layers: 4, heads: 4, context: 64, vocabulary: 64 });
 * assert.equal(parameters, 812_160);
 * ```
 */
export function tensorsOf({ width, layers, context, vocabulary }: Shape): Tensors {
  const all: Tensor[] = [];
  let offset = 0;
  const add = (name: string, kind: Tensor["kind"], rows: number, columns: number): Tensor => {
    const tensor = { name, kind, offset, rows, columns };
    all.push(tensor);
    offset += rows * columns;
    return tensor;
  };
  const tokens = add("tokens", "embedding", vocabulary, width);
  const positions = add("positions", "embedding", context, width);
  const blocks = Array.from({ length: layers }, (_, layer) => ({
    attentionNorm: add(`blocks.${layer}.attentionNorm`, "gain", 1, width),
    qkv: add(`blocks.${layer}.qkv`, "matrix", width, 3 * width),
    project: add(`blocks.${layer}.project`, "matrix", width, width),
    feedNorm: add(`blocks.${layer}.feedNorm`, "gain", 1, width),
    up: add(`blocks.${layer}.up`, "matrix", width, 4 * width),
    down: add(`blocks.${layer}.down`, "matrix", 4 * width, width),
  }));
  const norm = add("norm", "gain", 1, width);
  const head = add("head", "matrix", width, vocabulary);
  return { tokens, positions, blocks, norm, head, all, parameters: offset };
}

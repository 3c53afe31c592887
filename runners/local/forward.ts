import type { Arena } from "./arena.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { MemoryLayout, WeightAddresses } from "./memory_layout.ts";
import type { BlockTensors, Tensor } from "./shape.ts";

/** What a worker computes with. */
export interface Machine {
  /** The functions. */
  readonly kernels: Kernels;
  /** Where everything lies. */
  readonly layout: MemoryLayout;
  /** Room for activations. */
  readonly arena: Arena;
}

/** Consecutive rows of one sequence that follow the rows of a prefix, which several segments may share. */
export type Segment = {
  /** The first row. */
  readonly start: number;
  /** How many rows. */
  readonly rows: number;
  /** The first row of the prefix. */
  readonly prefixStart: number;
  /** How many rows of prefix; 0 for none. */
  readonly prefixRows: number;
};

/** Tokens that go through the layers together, one a row, without padding. */
export type Rows = {
  /** Token ids. */
  readonly tokens: Uint32Array;
  /** The position of each within its sequence. */
  readonly positions: Uint32Array;
  /** Who attends to whom. */
  readonly segments: readonly Segment[];
};

/** Where a block's activations lie: what the way back needs of the way forward. Addresses in bytes. */
export interface BlockActivations {
  /** The residual stream before the block, [rows, D]. */
  readonly input: number;
  /** Normalised for attention, [rows, D]. */
  readonly attentionNormed: number;
  /** Reciprocal root mean squares, [rows]. */
  readonly attentionRoots: number;
  /** Queries, keys and values, [rows, 3D]. */
  readonly qkv: number;
  /** What attention gives, [rows, D]. */
  readonly attended: number;
  /** The residual stream after attention, [rows, D]. */
  readonly middle: number;
  /** Normalised for the feed-forward part, [rows, D]. */
  readonly feedNormed: number;
  /** Reciprocal root mean squares, [rows]. */
  readonly feedRoots: number;
  /** Before the GELU, [rows, 4D]. */
  readonly up: number;
}

/** Where all activations of some rows lie. */
export interface Activations {
  /** Those of each block; all the same place unless they are kept for the way back. */
  readonly blocks: readonly BlockActivations[];
  /** After the GELU, [rows, 4D]; of the block at work. */
  readonly hidden: number;
  /** The residual stream after all blocks, [rows, D]. */
  readonly output: number;
  /** Room for products and attention. */
  readonly scratch: number;
}

/** Reserves the activations of `rows` rows. */
export function reserveActivations({ arena, layout }: Machine, rows: number, keep: boolean): Activations {
  const { width, layers } = layout.shape;
  const reserve = (columns: number): number => arena.numbers(rows * columns);
  const reserveBlock = (): BlockActivations => ({
    input: reserve(width),
    attentionNormed: reserve(width),
    attentionRoots: reserve(1),
    qkv: reserve(3 * width),
    attended: reserve(width),
    middle: reserve(width),
    feedNormed: reserve(width),
    feedRoots: reserve(1),
    up: reserve(4 * width),
  });
  const shared = reserveBlock();
  const blocks = Array.from({ length: layers }, (_, layer) => keep && layer > 0 ? reserveBlock() : shared);
  return {
    blocks,
    hidden: reserve(4 * width),
    output: reserve(width),
    scratch: arena.numbers(layout.scratchNumbers),
  };
}

/** C (+)= A · W for one of the model's matrices; A [rows, W's inputs] and C without gaps. */
export function multiply(
  kernels: Kernels,
  weights: WeightAddresses,
  matrix: Tensor,
  a: number,
  c: number,
  rows: number,
  add: boolean,
  scratch: number,
): void {
  const { rows: inputs, columns: outputs } = matrix;
  const packed = weights.packed + 4 * matrix.offset;
  kernels.gemm(a, 4 * inputs, packed, c, 4 * outputs, rows, outputs, inputs, add, scratch);
}

/** The residual stream of rows at the input of the first block. */
export function embedRows(
  { kernels, layout, arena }: Machine,
  weights: WeightAddresses,
  tokens: Uint32Array,
  positions: Uint32Array,
  out: number,
): void {
  const { tensors, shape } = layout;
  kernels.embed(
    weights.plain + 4 * tensors.tokens.offset,
    arena.placeIntegers(tokens),
    weights.plain + 4 * tensors.positions.offset,
    arena.placeIntegers(positions),
    out,
    tokens.length,
    shape.width,
  );
}

/**
 * Rows through all blocks.
 *
 * @param seen Called with each block's activations once its keys and values are there.
 */
export function forwardRows(
  machine: Machine,
  weights: WeightAddresses,
  rows: Rows,
  activations: Activations,
  seen: (layer: number, block: BlockActivations) => void = () => {},
): void {
  const { layout } = machine;
  const { blocks, output } = activations;
  const first = blocks[0]?.input ?? output;
  embedRows(machine, weights, rows.tokens, rows.positions, first);
  for (const [layer, tensors] of layout.tensors.blocks.entries()) {
    const block = blocks[layer];
    if (block === undefined) throw new RangeError(`No activations for block ${layer}`);
    const next = blocks[layer + 1]?.input ?? output;
    const count = rows.tokens.length;
    startBlock(machine, weights, tensors, block, activations.scratch, count);
    seen(layer, block);
    attendSegments(machine, rows.segments, block, activations.scratch);
    finishBlock(machine, weights, tensors, block, activations, next, count);
  }
}

/** The first part of a block: normalises, and makes queries, keys and values. */
export function startBlock(
  { kernels, layout }: Machine,
  weights: WeightAddresses,
  tensors: BlockTensors,
  block: BlockActivations,
  scratch: number,
  rows: number,
): void {
  const gain = weights.plain + 4 * tensors.attentionNorm.offset;
  kernels.rmsNorm(block.input, gain, block.attentionNormed, block.attentionRoots, rows, layout.shape.width);
  multiply(kernels, weights, tensors.qkv, block.attentionNormed, block.qkv, rows, false, scratch);
}

/** The rest of a block after attention. */
export function finishBlock(
  { kernels, layout }: Machine,
  weights: WeightAddresses,
  tensors: BlockTensors,
  block: BlockActivations,
  { hidden, scratch }: Activations,
  next: number,
  rows: number,
): void {
  const { width } = layout.shape;
  kernels.copy(block.input, block.middle, 4 * rows * width);
  multiply(kernels, weights, tensors.project, block.attended, block.middle, rows, true, scratch);
  const gain = weights.plain + 4 * tensors.feedNorm.offset;
  kernels.rmsNorm(block.middle, gain, block.feedNormed, block.feedRoots, rows, width);
  multiply(kernels, weights, tensors.up, block.feedNormed, block.up, rows, false, scratch);
  kernels.gelu(block.up, hidden, rows * 4 * width);
  kernels.copy(block.middle, next, 4 * rows * width);
  multiply(kernels, weights, tensors.down, hidden, next, rows, true, scratch);
}

function attendSegments(
  { kernels, layout }: Machine,
  segments: readonly Segment[],
  block: BlockActivations,
  scratch: number,
): void {
  const { width, heads } = layout.shape;
  const size = width / heads;
  const stride = 12 * width;
  for (const { start, rows, prefixStart, prefixRows } of segments) {
    for (let head = 0; head < heads; head++) {
      const at = 4 * head * size;
      const own = block.qkv + start * stride + at;
      const prefix = block.qkv + prefixStart * stride + at;
      kernels.attend(
        own,
        own + 4 * width,
        own + 8 * width,
        prefix + 4 * width,
        prefix + 8 * width,
        stride,
        prefixRows,
        rows,
        size,
        block.attended + 4 * start * width + at,
        4 * width,
        scratch,
      );
    }
  }
}

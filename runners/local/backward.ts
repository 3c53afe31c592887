import type { Activations, BlockActivations, Machine, Rows, Segment } from "./forward.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { BlockTensors, Tensor } from "./shape.ts";

/** Where gradients of activations lie while a batch goes back. */
export interface BackwardBuffers {
  /** Of the residual stream, [rows, D]. */
  readonly stream: number;
  /** Of what a norm gave, [rows, D]. */
  readonly normed: number;
  /** Of attention's output, [rows, D]. */
  readonly attended: number;
  /** Of queries, keys and values, [rows, 3D]. */
  readonly qkv: number;
  /** Of the feed-forward part's inside, [rows, 4D]. */
  readonly up: number;
}

/** Reserves them for `rows` rows. */
export function reserveBackward({ arena, layout }: Machine, rows: number): BackwardBuffers {
  const reserve = (columns: number): number => arena.numbers(rows * columns * layout.shape.width);
  return { stream: reserve(1), normed: reserve(1), attended: reserve(1), qkv: reserve(3), up: reserve(4) };
}

/** dA = dC · Wᵀ, stored. */
export function multiplyBack(
  { kernels, layout }: Machine,
  matrix: Tensor,
  dc: number,
  da: number,
  rows: number,
  scratch: number,
): void {
  const { rows: inputs, columns: outputs } = matrix;
  const packed = layout.transposed + 4 * matrix.offset;
  kernels.gemm(dc, 4 * outputs, packed, da, 4 * inputs, rows, inputs, outputs, false, scratch);
}

/** dW += Aᵀ · dC. */
export function accumulate(
  kernels: Kernels,
  matrix: Tensor,
  gradient: number,
  a: number,
  dc: number,
  rows: number,
  scratch: number,
): void {
  const { rows: inputs, columns: outputs } = matrix;
  const dw = gradient + 4 * matrix.offset;
  kernels.gemmTransposed(a, 4 * inputs, dc, 4 * outputs, dw, 4 * outputs, rows, inputs, outputs, scratch);
}

/**
 * From the gradient of the residual stream after all blocks (`buffers.stream`) to those of all parameters below,
 * added to the gradient buffer at `gradient`.
 */
export function backwardRows(
  machine: Machine,
  rows: Rows,
  activations: Activations,
  buffers: BackwardBuffers,
  gradient: number,
): void {
  const { kernels, layout, arena } = machine;
  const { tensors, shape } = layout;
  const count = rows.tokens.length;
  for (const [layer, block] of [...tensors.blocks.entries()].reverse()) {
    const kept = activations.blocks[layer];
    if (kept === undefined) throw new RangeError(`No activations for block ${layer}`);
    feedBackward(machine, block, kept, activations, buffers, gradient, count);
    attentionBackward(machine, block, kept, activations, buffers, gradient, rows);
  }
  const { tokens, positions } = tensors;
  const tokenGradient = gradient + 4 * tokens.offset;
  const positionGradient = gradient + 4 * positions.offset;
  kernels.scatterAddRows(buffers.stream, arena.placeIntegers(rows.tokens), tokenGradient, count, shape.width);
  kernels.scatterAddRows(
    buffers.stream,
    arena.placeIntegers(rows.positions),
    positionGradient,
    count,
    shape.width,
  );
}

function feedBackward(
  machine: Machine,
  tensors: BlockTensors,
  kept: BlockActivations,
  { hidden, scratch }: Activations,
  buffers: BackwardBuffers,
  gradient: number,
  rows: number,
): void {
  const { kernels, layout } = machine;
  const { width } = layout.shape;
  multiplyBack(machine, tensors.down, buffers.stream, buffers.up, rows, scratch);
  kernels.geluBackward(kept.up, hidden, buffers.up, rows * 4 * width);
  accumulate(kernels, tensors.down, gradient, hidden, buffers.stream, rows, scratch);
  accumulate(kernels, tensors.up, gradient, kept.feedNormed, buffers.up, rows, scratch);
  multiplyBack(machine, tensors.up, buffers.up, buffers.normed, rows, scratch);
  normBackward(machine, tensors.feedNorm, kept.middle, kept.feedRoots, buffers, gradient, rows);
}

function attentionBackward(
  machine: Machine,
  tensors: BlockTensors,
  kept: BlockActivations,
  { scratch }: Activations,
  buffers: BackwardBuffers,
  gradient: number,
  { tokens, segments }: Rows,
): void {
  const { kernels, layout } = machine;
  const { width, heads } = layout.shape;
  const rows = tokens.length;
  accumulate(kernels, tensors.project, gradient, kept.attended, buffers.stream, rows, scratch);
  multiplyBack(machine, tensors.project, buffers.stream, buffers.attended, rows, scratch);
  kernels.zero(buffers.qkv, 12 * rows * width);
  for (const segment of segments) {
    for (let head = 0; head < heads; head++) {
      attendSegmentBackward(machine, segment, 4 * head * (width / heads), kept, buffers, scratch);
    }
  }
  accumulate(kernels, tensors.qkv, gradient, kept.attentionNormed, buffers.qkv, rows, scratch);
  multiplyBack(machine, tensors.qkv, buffers.qkv, buffers.normed, rows, scratch);
  normBackward(machine, tensors.attentionNorm, kept.input, kept.attentionRoots, buffers, gradient, rows);
}

function attendSegmentBackward(
  { kernels, layout }: Machine,
  { start, rows, prefixStart, prefixRows }: Segment,
  at: number,
  kept: BlockActivations,
  buffers: BackwardBuffers,
  scratch: number,
): void {
  const { width, heads } = layout.shape;
  const stride = 12 * width;
  const ownAt = start * stride + at;
  const prefixAt = prefixStart * stride + at;
  const keys = 4 * width;
  const values = 8 * width;
  kernels.attendBackward(
    kept.qkv + ownAt,
    kept.qkv + ownAt + keys,
    kept.qkv + ownAt + values,
    kept.qkv + prefixAt + keys,
    kept.qkv + prefixAt + values,
    stride,
    prefixRows,
    rows,
    width / heads,
    buffers.attended + 4 * start * width + at,
    4 * width,
    buffers.qkv + ownAt,
    buffers.qkv + ownAt + keys,
    buffers.qkv + ownAt + values,
    buffers.qkv + prefixAt + keys,
    buffers.qkv + prefixAt + values,
    scratch,
  );
}

/** Adds to the stream's gradient what comes back through a norm, and to the gain's. */
function normBackward(
  { kernels, layout }: Machine,
  gain: Tensor,
  input: number,
  roots: number,
  buffers: BackwardBuffers,
  gradient: number,
  rows: number,
): void {
  kernels.rmsNormBackward(
    buffers.normed,
    input,
    layout.trained.plain + 4 * gain.offset,
    roots,
    buffers.stream,
    gradient + 4 * gain.offset,
    rows,
    layout.shape.width,
  );
}

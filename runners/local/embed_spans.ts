import { forwardRows, type Machine, reserveActivations } from "./forward.ts";
import type { EmbedTask } from "./tasks.ts";

/** The mean over each span's rows of the residual stream after all blocks and the last norm, [D]. */
export function embedSpans(machine: Machine, { rows, spans }: EmbedTask): Float32Array[] {
  const { kernels, arena, layout } = machine;
  const { width } = layout.shape;
  arena.clear();
  const count = rows.tokens.length;
  const activations = reserveActivations(machine, count, false);
  forwardRows(machine, layout.trained, rows, activations);
  const normed = arena.numbers(count * width);
  const roots = arena.numbers(count);
  const gain = layout.trained.plain + 4 * layout.tensors.norm.offset;
  kernels.rmsNorm(activations.output, gain, normed, roots, count, width);
  const states = arena.floats(normed, count * width);
  return spans.map((span) => meanRow(states, span, width));
}

/** Summed in 64 bits and in the order of the tokens. */
function meanRow(states: Float32Array, rows: Uint32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (const row of rows) {
    for (let at = 0; at < width; at++) sums[at] = (sums[at] ?? 0) + (states[row * width + at] ?? NaN);
  }
  return Float32Array.from(sums, (sum) => sum / rows.length);
}

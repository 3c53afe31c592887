import type { Kernels } from "./kernels/kernels.ts";
import type { MemoryLayout, WeightAddresses } from "./memory_layout.ts";
import type { Machine } from "./forward.ts";
import type { Tensor } from "./shape.ts";
import type { ReduceTask, UpdateTask } from "./tasks.ts";

/** Sums a tensor's gradient over the shards into the first one; returns its sum of squares. */
export function reduceTensor({ kernels, layout }: Machine, task: ReduceTask): number {
  const tensor = tensorAt(layout, task.tensor);
  const first = layout.shards + 4 * tensor.offset;
  return kernels.reduceShards(first, 4 * layout.tensors.parameters, layout.shardCount, first, sizeOf(tensor));
}

/** One step of AdamW with the summed gradient; then clears all shards and packs the matrix anew. */
export function updateTensor({ kernels, layout }: Machine, task: UpdateTask): null {
  const tensor = tensorAt(layout, task.tensor);
  const at = 4 * tensor.offset;
  kernels.adam(
    layout.trained.plain + at,
    layout.shards + at,
    layout.firstMoment + at,
    layout.secondMoment + at,
    sizeOf(tensor),
    task.scale,
    task.learningRate,
    task.beta1,
    task.beta2,
    task.epsilon,
    tensor.kind === "matrix" ? task.weightDecay : 0,
    1 / (1 - task.beta1 ** task.step),
    1 / (1 - task.beta2 ** task.step),
  );
  clearTensor(kernels, layout, tensor);
  packTensor(kernels, layout, tensor);
  return null;
}

/** Sets a tensor's gradient to zero in all shards. */
export function clearTensor(kernels: Kernels, layout: MemoryLayout, tensor: Tensor): void {
  for (let shard = 0; shard < layout.shardCount; shard++) {
    const first = layout.shards + 4 * shard * layout.tensors.parameters;
    kernels.zero(first + 4 * tensor.offset, 4 * sizeOf(tensor));
  }
}

/** Packs a trained matrix both ways; other tensors are used as they are. */
export function packTensor(kernels: Kernels, layout: MemoryLayout, tensor: Tensor): void {
  if (tensor.kind !== "matrix") return;
  packForward(kernels, layout.trained, tensor);
  const { rows, columns, offset } = tensor;
  const at = 4 * offset;
  kernels.packRows(layout.trained.plain + at, 4 * columns, rows, columns, layout.transposed + at);
}

/** Packs a matrix of any weights for the way forward; other tensors are used as they are. */
export function packForward(kernels: Kernels, weights: WeightAddresses, tensor: Tensor): void {
  if (tensor.kind !== "matrix") return;
  const { rows, columns, offset } = tensor;
  const at = 4 * offset;
  kernels.packColumns(weights.plain + at, 4 * columns, rows, columns, weights.packed + at);
}

function sizeOf(tensor: Tensor): number {
  return tensor.rows * tensor.columns;
}

function tensorAt(layout: MemoryLayout, index: number): Tensor {
  const tensor = layout.tensors.all[index];
  if (tensor === undefined) throw new RangeError(`No tensor ${index}`);
  return tensor;
}

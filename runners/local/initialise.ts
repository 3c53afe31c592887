import { Random } from "../../lib/random.ts";
import type { Shape, Tensor, Tensors } from "./shape.ts";

/**
 * Initial parameters, decided by the seed: normal with standard deviation 1/√inputs for matrices, divided by √(2 layers)
 * where a block writes into the residual stream (Radford et al. 2019, §2.3), 0.02 for embeddings, and 1 for gains.
 */
export function initialParameters(shape: Shape, tensors: Tensors, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(tensors.parameters);
  for (const tensor of tensors.all) {
    const part = values.subarray(tensor.offset, tensor.offset + tensor.rows * tensor.columns);
    if (tensor.kind === "gain") part.fill(1);
    else fillNormal(part, deviation(tensor, shape), new Random(seed, "parameters", tensor.name));
  }
  return values;
}

function deviation(tensor: Tensor, { layers }: Shape): number {
  if (tensor.kind === "embedding") return 0.02;
  const residual = tensor.name.endsWith(".project") || tensor.name.endsWith(".down");
  return 1 / Math.sqrt(tensor.rows * (residual ? 2 * layers : 1));
}

/** Normal numbers by Box and Muller's transform, two at a time. */
function fillNormal(values: Float32Array, deviation: number, random: Random): void {
  for (let at = 0; at < values.length; at += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    values[at] = radius * Math.cos(angle);
    values[at + 1] = radius * Math.sin(angle);
  }
}

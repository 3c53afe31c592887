import { type CheckpointNumbers, type CheckpointPart, checkpointParts } from "./checkpoint.ts";
import { initialParameters } from "./initialise.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { MemoryLayout, WeightAddresses } from "./memory_layout.ts";
import { clearTensor, packForward, packTensor } from "./update.ts";

/** The numbers of a policy in the shared memory: weights that train, are sampled, are kept as a reference; moments. */
export class PolicyMemory {
  readonly #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #layout: MemoryLayout;

  /** Sets all weights to the initial ones, decided by the seed. */
  constructor(kernels: Kernels, memory: WebAssembly.Memory, layout: MemoryLayout, seed: number) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#layout = layout;
    this.#numbers("trained").set(initialParameters(layout.shape, layout.tensors, seed));
    for (const tensor of layout.tensors.all) packTensor(kernels, layout, tensor);
    this.#copyTrained(layout.published);
    this.#copyTrained(layout.reference);
  }

  /** Makes the trained weights those that are sampled. */
  publish(): void {
    this.#copyTrained(this.#layout.published);
  }

  /** θ_ref ← mix · θ + (1 − mix) · θ_ref, in 64 bits and rounded once. */
  refresh(mix: number): void {
    const trained = this.#numbers("trained");
    const reference = this.#numbers("reference");
    for (let at = 0; at < reference.length; at++) {
      reference[at] = mix * (trained[at] ?? NaN) + (1 - mix) * (reference[at] ?? NaN);
    }
    this.#pack(this.#layout.reference);
  }

  /** Forgets what gradients were accumulated. */
  clearGradient(): void {
    for (const tensor of this.#layout.tensors.all) clearTensor(this.#kernels, this.#layout, tensor);
  }

  /** The numbers of a checkpoint: views, not copies. */
  read(): CheckpointNumbers {
    return {
      trained: this.#bytes("trained"),
      published: this.#bytes("published"),
      firstMoment: this.#bytes("firstMoment"),
      secondMoment: this.#bytes("secondMoment"),
      reference: this.#bytes("reference"),
    };
  }

  /** Takes the numbers of a checkpoint over; with `"weights"` the moments are 0 and the reference is what trains. */
  write(numbers: CheckpointNumbers, what: "all" | "weights"): void {
    for (const part of checkpointParts) this.#bytes(part).set(numbers[part]);
    if (what === "weights") {
      this.#numbers("firstMoment").fill(0);
      this.#numbers("secondMoment").fill(0);
      this.#numbers("reference").set(this.#numbers("trained"));
    }
    const { published, reference, tensors } = this.#layout;
    for (const tensor of tensors.all) packTensor(this.#kernels, this.#layout, tensor);
    this.#pack(published);
    this.#pack(reference);
    this.clearGradient();
  }

  #copyTrained(to: WeightAddresses): void {
    const { trained, tensors } = this.#layout;
    this.#kernels.copy(trained.plain, to.plain, 4 * tensors.parameters);
    this.#kernels.copy(trained.packed, to.packed, 4 * tensors.parameters);
  }

  #pack(weights: WeightAddresses): void {
    for (const tensor of this.#layout.tensors.all) packForward(this.#kernels, weights, tensor);
  }

  #numbers(part: CheckpointPart): Float32Array {
    const place = this.#layout[part];
    const address = typeof place === "number" ? place : place.plain;
    return new Float32Array(this.#memory.buffer, address, this.#layout.tensors.parameters);
  }

  #bytes(part: CheckpointPart): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.#numbers(part);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
}

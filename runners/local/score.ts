import { accumulate, backwardRows, multiplyBack, reserveBackward } from "./backward.ts";
import { type Activations, forwardRows, type Machine, multiply, reserveActivations } from "./forward.ts";
import type { WeightAddresses } from "./memory_layout.ts";
import type { MicroBatch, Scores, ScoreTask } from "./tasks.ts";

/** Scores batches, and adds the gradient of those with weights to the shard's buffer. */
export function scoreBatches(machine: Machine, task: ScoreTask): Scores[] {
  const { layout } = machine;
  const gradient = layout.shards + 4 * task.shard * layout.tensors.parameters;
  return task.batches.map((batch) => scoreBatch(machine, batch, task, gradient));
}

function scoreBatch(machine: Machine, batch: MicroBatch, task: ScoreTask, gradient: number): Scores {
  const { arena, layout } = machine;
  const weights = layout[task.weights];
  arena.clear();
  const activations = reserveActivations(machine, batch.rows.tokens.length, batch.weighed > 0);
  forwardRows(machine, weights, batch.rows, activations);
  const head = forwardHead(machine, weights, batch, activations);
  const scores = scoreLogits(machine, batch, task.temperature, head.logits);
  if (batch.weighed > 0) backward(machine, batch, activations, head, gradient);
  return scores;
}

/** Where the head's activations lie, one row a wanted token. */
interface HeadActivations {
  readonly sources: number;
  readonly input: number;
  readonly normed: number;
  readonly roots: number;
  readonly logits: number;
}

function forwardHead(
  { kernels, arena, layout }: Machine,
  weights: WeightAddresses,
  batch: MicroBatch,
  { output, scratch }: Activations,
): HeadActivations {
  const { tensors, shape } = layout;
  const count = batch.sources.length;
  const reserve = (columns: number): number => arena.numbers(count * columns);
  const sources = arena.placeIntegers(batch.sources);
  const [input, normed, roots] = [reserve(shape.width), reserve(shape.width), reserve(1)];
  const logits = reserve(shape.vocabulary);
  kernels.gatherRows(output, sources, input, count, shape.width);
  kernels.rmsNorm(input, weights.plain + 4 * tensors.norm.offset, normed, roots, count, shape.width);
  multiply(kernels, weights, tensors.head, normed, logits, count, false, scratch);
  return { sources, input, normed, roots, logits };
}

/** Logits of tokens with weights become their gradient. */
function scoreLogits(
  { kernels, arena, layout }: Machine,
  { targets, coefficients, entropyWeights, weighed }: MicroBatch,
  temperature: number,
  logits: number,
): Scores {
  const { vocabulary } = layout.shape;
  const count = targets.length;
  const targetsAt = arena.placeIntegers(targets);
  const coefficientsAt = arena.placeFloats(coefficients);
  const weightsAt = arena.placeFloats(entropyWeights);
  const logprobs = arena.numbers(count);
  const entropies = arena.numbers(count);
  const score = (from: number, to: number, backward: boolean): void =>
    kernels.scoreRows(
      logits + 4 * from * vocabulary,
      targetsAt + 4 * from,
      coefficientsAt + 4 * from,
      weightsAt + 4 * from,
      temperature,
      to - from,
      vocabulary,
      logprobs + 4 * from,
      entropies + 4 * from,
      backward,
    );
  score(0, weighed, true);
  score(weighed, count, false);
  return {
    logprobs: new Float32Array(arena.floats(logprobs, count)),
    entropies: new Float32Array(arena.floats(entropies, count)),
  };
}

function backward(
  machine: Machine,
  { rows, weighed }: MicroBatch,
  activations: Activations,
  head: HeadActivations,
  gradient: number,
): void {
  const { kernels, arena, layout } = machine;
  const { tensors, shape } = layout;
  const count = rows.tokens.length;
  const buffers = reserveBackward(machine, count);
  const dNormed = arena.numbers(weighed * shape.width);
  const dInput = arena.numbers(weighed * shape.width);
  accumulate(kernels, tensors.head, gradient, head.normed, head.logits, weighed, activations.scratch);
  multiplyBack(machine, tensors.head, head.logits, dNormed, weighed, activations.scratch);
  kernels.zero(dInput, 4 * weighed * shape.width);
  kernels.rmsNormBackward(
    dNormed,
    head.input,
    layout.trained.plain + 4 * tensors.norm.offset,
    head.roots,
    dInput,
    gradient + 4 * tensors.norm.offset,
    weighed,
    shape.width,
  );
  kernels.zero(buffers.stream, 4 * count * shape.width);
  kernels.scatterAddRows(dInput, head.sources, buffers.stream, weighed, shape.width);
  backwardRows(machine, rows, activations, buffers, gradient);
}

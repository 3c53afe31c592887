import type {
  AdamOptions,
  Checkpoint,
  Completion,
  Datum,
  LossReport,
  LossSpec,
  OptimReport,
  Policy,
  Reference,
  SampleRequest,
  Span,
  Tokenizer,
  TokenSequence,
  WeightVersion,
} from "../../lib/engine/engine.ts";
import {
  checkAdam,
  checkMix,
  checkRequests,
  checkSequences,
  checkSpans,
  checkWeights,
} from "../../lib/engine/check_input.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { type PlanLimits, unweighed } from "./deal_trees.ts";
import { planEmbeddings } from "./embed_plan.ts";
import { bindKernels } from "./kernels/kernels.ts";
import type { MemoryLayout } from "./memory_layout.ts";
import { PolicyMemory } from "./policy_memory.ts";
import { planSamples } from "./sample_plan.ts";
import { planScores } from "./score_plan.ts";
import type { ScoreTask } from "./tasks.ts";
import { WorkerPool } from "./worker_pool.ts";

/** The most completions that a worker draws side by side. */
const MOST_DRAWS = 64;

/** A transformer in WebAssembly memory, computed on by workers. Calls are carried out one after the other. */
export class EmbeddedPolicy implements Policy {
  /** Characters are tokens. */
  readonly tokenizer: Tokenizer;
  /** Weights that no step changes, the initial ones at first. */
  readonly reference: Reference;
  readonly #layout: MemoryLayout;
  readonly #memory: PolicyMemory;
  readonly #pool: WorkerPool;
  #last: Promise<unknown> = Promise.resolve();
  #step = 0;
  #version = 0;
  #accumulated = false;

  /** Sets initial weights, decided by the seed, and starts the workers. */
  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    layout: MemoryLayout,
    tokenizer: Tokenizer,
    seed: number,
  ) {
    this.tokenizer = tokenizer;
    this.#layout = layout;
    this.#memory = new PolicyMemory(bindKernels(module, memory), memory, layout, seed);
    this.#pool = new WorkerPool(module, memory, layout);
    this.reference = {
      refresh: (mix) =>
        this.#inTurn(() => {
          checkMix(mix);
          this.#memory.refresh(mix);
        }),
      logprobs: (sequences, loss) => this.#logprobs(sequences, loss, "reference"),
    };
  }

  /** The most tokens of a sequence. */
  get context(): number {
    return this.#layout.shape.context;
  }

  /** How many parameters the model has. */
  get parameters(): number {
    return this.#layout.tensors.parameters;
  }

  /** Draws completions; one that would outgrow the context ends there, with finish `"length"`. */
  sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    return this.#inTurn(async () => {
      checkRequests(requests, this.#layout.shape);
      const { workers, cachedTokens, rows } = this.#layout;
      // The same number of tasks for each worker, of about three quarters of the most.
      const parts = workers * Math.max(1, Math.round(requests.length / (workers * MOST_DRAWS * 0.75)));
      const draws = Math.min(MOST_DRAWS, rows, Math.ceil(requests.length / parts));
      const plan = planSamples(requests, {
        context: this.context,
        cachedTokens,
        draws,
        stop: this.tokenizer.stop,
      });
      return plan.collect(await this.#pool.run("sample", plan.tasks));
    });
  }

  /** Scores sequences under the weights of now. */
  logprobs(sequences: readonly TokenSequence[], loss: LossSpec): Promise<Float32Array[]> {
    return this.#logprobs(sequences, loss, "trained");
  }

  /** Embeds spans under the weights of now: a mean of hidden states each, [D]. */
  embed(spans: readonly Span[]): Promise<Float32Array[]> {
    return this.#inTurn(async () => {
      checkSpans(spans, this.#layout.shape);
      const plan = planEmbeddings(spans, this.#limits());
      return plan.collect(await this.#pool.run("embed", plan.tasks));
    });
  }

  /** Accumulates the gradient of a batch's loss; sequences without weights are only scored. */
  forwardBackward(batch: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    return this.#inTurn(async () => {
      checkSequences(batch.map(({ tokens }) => tokens), this.#layout.shape);
      checkWeights(batch, loss);
      const { logprobs, entropies } = await this.#score(batch, loss, "trained");
      return report(batch, logprobs, entropies);
    });
  }

  /**
   * Takes a step of AdamW; weight decay is for matrices, not for embeddings and gains.
   *
   * @throws {Error} If the gradient is not finite: the weights stay as they are, and the gradient is cleared.
   */
  optimStep(options: AdamOptions): Promise<OptimReport> {
    return this.#inTurn(async () => {
      checkAdam(options);
      const { all } = this.#layout.tensors;
      this.#accumulated = false;
      const squares = await this.#pool.run("reduce", all.map((_, tensor) => ({ tensor })));
      const gradientNorm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
      if (!Number.isFinite(gradientNorm)) {
        this.#memory.clearGradient();
        throw new Error(
          `The gradient's norm is ${gradientNorm}: no step was taken (a lower learning rate may help)`,
        );
      }
      this.#step += 1;
      const scale = gradientNorm > options.clipNorm ? options.clipNorm / gradientNorm : 1;
      const task = { ...options, scale, step: this.#step };
      await this.#pool.run("update", all.map((_, tensor) => ({ ...task, tensor })));
      return { gradientNorm };
    });
  }

  /** Makes the weights of now those that `sample` uses. */
  publish(): Promise<WeightVersion> {
    return this.#inTurn(() => {
      this.#memory.publish();
      this.#version += 1;
      return this.#version;
    });
  }

  /**
   * Weights, published weights, moments and the reference, as they are.
   *
   * @throws {Error} If a gradient is accumulated: it would be lost.
   */
  save(): Promise<Checkpoint> {
    return this.#inTurn(() => {
      if (this.#accumulated) throw new Error("Cannot save between forwardBackward and optimStep");
      const state = { step: this.#step, version: this.#version };
      return writeCheckpoint(this.#layout.shape, state, this.#memory.read());
    });
  }

  /** Continues from a checkpoint, or from its weights alone; an accumulated gradient is cleared. */
  load(checkpoint: Checkpoint, what: "all" | "weights" = "all"): Promise<void> {
    return this.#inTurn(() => {
      const { step, version, numbers } = readCheckpoint(checkpoint, this.#layout.shape);
      this.#memory.write(numbers, what);
      this.#step = what === "all" ? step : 0;
      this.#version = version;
      this.#accumulated = false;
    });
  }

  /** Ends the workers; calls that wait or come later are refused. */
  close(): Promise<void> {
    this.#pool.close();
    return Promise.resolve();
  }

  /** Carries a call out after those before it, whether they succeeded or not. */
  #inTurn<Result>(call: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(async () => {
      await this.#pool.open();
      return await call();
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #logprobs(
    sequences: readonly TokenSequence[],
    loss: LossSpec,
    weights: ScoreTask["weights"],
  ): Promise<Float32Array[]> {
    return this.#inTurn(async () => {
      checkSequences(sequences, this.#layout.shape);
      const data = sequences.map(unweighed);
      checkWeights(data, loss);
      return (await this.#score(data, loss, weights)).logprobs;
    });
  }

  async #score(
    data: readonly Datum[],
    { temperature }: LossSpec,
    weights: ScoreTask["weights"],
  ): Promise<{ logprobs: Float32Array[]; entropies: Float32Array[] }> {
    const plan = planScores(data, { temperature, weights }, this.#limits());
    this.#accumulated ||= plan.tasks.some(({ batches }) => batches.some(({ weighed }) => weighed > 0));
    return plan.collect(await this.#pool.run("score", plan.tasks));
  }

  #limits(): PlanLimits {
    return { shards: this.#layout.shardCount, rows: this.#layout.rows };
  }
}

function report(batch: readonly Datum[], logprobs: Float32Array[], entropies: Float32Array[]): LossReport {
  let loss = 0;
  let entropySum = 0;
  let weighed = 0;
  let count = 0;
  for (const [index, { tokens, coefficients, entropy }] of batch.entries()) {
    count += tokens.length;
    for (const at of tokens.keys()) {
      const weight = coefficients[at] ?? 0;
      const entropyWeight = entropy?.[at] ?? 0;
      if (weight === 0 && entropyWeight === 0) continue;
      const tokenEntropy = entropies[index]?.[at] ?? NaN;
      loss -= weight * (logprobs[index]?.[at] ?? NaN) + entropyWeight * tokenEntropy;
      entropySum += tokenEntropy;
      weighed += 1;
    }
  }
  return { loss, logprobs, entropy: weighed === 0 ? 0 : entropySum / weighed, tokens: count };
}

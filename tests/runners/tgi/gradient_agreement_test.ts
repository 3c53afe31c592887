/**
 * One model, three implementations: the embedded engine's hand-written way back in WebAssembly, PyTorch in the trainer
 * (over HTTP), and jax-js. From the same weights, the same batch gives the same log-probabilities and gradient.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Datum } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { type Tensor, tensorsOf } from "../../../runners/local/shape.ts";
import { TinkerClient } from "../../../runners/tgi/tinker/client.ts";
import { readSafetensors, writeSafetensors } from "../../support/safetensors.ts";
import { root } from "../../support/command_line.ts";
import { startTrainer, tinyLlama, trainerCommand } from "../../support/trainer.ts";
import { adam, mixedBatch, smallShape, withPolicy } from "../local/fixtures.ts";
import { type JaxReport, jaxReport } from "../local/jax_model.ts";
import type { Parameters } from "../local/reference_model.ts";

const { all } = tensorsOf(smallShape);
const temperature = 0.8;
/** A step that changes nothing, after which the first moment is the gradient. */
const still = { ...adam, learningRate: 0, beta1: 0 };

/** What each of the three says of a batch. */
interface Answer {
  readonly report: Pick<JaxReport, "loss" | "logprobs">;
  readonly gradient: Parameters;
}

Deno.test({
  name: trainerCommand === undefined
    ? "the embedded engine, the trainer and jax-js give one gradient (left out: no trainer is installed)"
    : "the embedded engine, the trainer and jax-js give one gradient",
  ignore: trainerCommand === undefined,
  fn: () =>
    withPolicy(async (policy) => {
      const weights = decodeCheckpoint(await policy.save()).trained;
      const batch = mixedBatch(new Random(7, "agreement"));
      const report = await policy.forwardBackward(batch, { temperature });
      await policy.optimStep(still);
      const own = { report, gradient: decodeCheckpoint(await policy.save()).firstMoment };
      // Side by side: the trainer takes seconds to start.
      const [trained, { gradient, ...derived }] = await Promise.all([
        askTrainer(weights, batch),
        jaxReport(weights, smallShape, batch, temperature),
      ]);
      agree(own, trained, "trainer");
      agree(own, { report: derived, gradient }, "jax-js");
    }),
});

/** Log-probabilities to 1e-4; gradients of a cosine above 0.999, as a whole and by tensor, and of one length. */
function agree(own: Answer, other: Answer, name: string): void {
  const [left, right] = [own.report, other.report];
  assert.ok(Math.abs(left.loss - right.loss) < 1e-3, `${name}: loss ${right.loss} instead of ${left.loss}`);
  assert.equal(right.logprobs.length, left.logprobs.length);
  for (const [row, logprobs] of left.logprobs.entries()) {
    assert.equal(right.logprobs[row]?.length, logprobs.length);
    for (const [at, logprob] of logprobs.entries()) {
      assert.ok(
        Math.abs(logprob - (right.logprobs[row]?.[at] ?? NaN)) < 1e-4,
        `${name}: token ${row}, ${at}`,
      );
    }
  }
  const products = all.map(({ name: tensor }) => {
    const [a, b] = [own.gradient.get(tensor), other.gradient.get(tensor)];
    if (a === undefined || b === undefined) throw new RangeError(`No gradient of ${tensor}`);
    assert.equal(b.length, a.length, `${name}: ${tensor}`);
    return { tensor, cross: dot(a, b), own: dot(a, a), other: dot(b, b) };
  });
  for (const { tensor, ...product } of products) {
    // No tensor's gradient is near 0: a cosine would then be one of rounding errors.
    assert.ok(product.own > 1e-6, `${tensor}: ${product.own}`);
    const cosine = cosineOf(product);
    assert.ok(cosine > 0.999, `${name}: ${tensor} ${cosine}`);
  }
  const sum = (of: "cross" | "own" | "other"): number =>
    products.reduce((total, product) => total + product[of], 0);
  const whole = { cross: sum("cross"), own: sum("own"), other: sum("other") };
  assert.ok(cosineOf(whole) > 0.999, `${name}: ${cosineOf(whole)}`);
  // The same length too, not the direction alone: coefficients arrive in the gradient as they are.
  assert.ok(Math.abs(Math.sqrt(whole.other / whole.own) - 1) < 1e-4, name);
}

function cosineOf({ cross, own, other }: { cross: number; own: number; other: number }): number {
  return cross / Math.sqrt(own * other);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? NaN) * (b[at] ?? NaN);
  return sum;
}

/** The trainer's answer, on a model folder made of the weights. */
async function askTrainer(weights: Parameters, batch: readonly Datum[]): Promise<Answer> {
  const folder = await Deno.makeTempDir();
  try {
    await writeModel(join(folder, "shared"), weights);
    const checkpoints = join(folder, "checkpoints");
    const trainer = await startTrainer({
      model: join(folder, "shared"),
      args: ["--trust-remote-code", "--checkpoints", checkpoints],
      // Where transformers copies a model's code to.
      env: { HF_MODULES_CACHE: join(folder, "modules") },
    });
    try {
      const client = await TinkerClient.connect({ url: trainer.url });
      try {
        const model = await client.openModel({ model: "local/shared", rank: 0, seed: 0 });
        const report = await model.forwardBackward(batch, { temperature });
        await model.optimStep(still);
        const path = await model.save("after");
        return { report, gradient: await readMoment(join(checkpoints, path.slice("tinker://".length))) };
      } finally {
        await client.close();
      }
    } finally {
      await trainer.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeModel(folder: string, weights: Parameters): Promise<void> {
  await Deno.mkdir(folder);
  const shared = join(root, "tests/runners/tgi/shared_model");
  for (const name of ["config.json", "modeling_shared.py"]) {
    await Deno.copyFile(join(shared, name), join(folder, name));
  }
  // The trainer serves no model without a tokenizer; only token ids are sent.
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await Deno.copyFile(join(tinyLlama, name), join(folder, name));
  }
  const tensors = all.map((tensor) => {
    const values = Float32Array.from(weights.get(tensor.name) ?? []);
    const { kind, rows, columns } = tensor;
    const shape = kind === "gain" ? [columns] : kind === "matrix" ? [columns, rows] : [rows, columns];
    return [nameThere(tensor), { shape, values: turned(tensor, values, "there") }] as const;
  });
  await Deno.writeFile(join(folder, "model.safetensors"), writeSafetensors(new Map(tensors)));
}

/** The first moment of the trainer's optimiser, by the embedded engine's names. */
async function readMoment(folder: string): Promise<Parameters> {
  const found = readSafetensors(await Deno.readFile(join(folder, "optimizer.safetensors")));
  return new Map(
    all.map((tensor) => {
      const moment = found.get(`first.${nameThere(tensor)}`);
      if (moment === undefined) throw new RangeError(`No moment of ${tensor.name}`);
      return [tensor.name, turned(tensor, moment.values, "back")];
    }),
  );
}

function nameThere({ name }: Tensor): string {
  return name === "head" ? "head.weight" : `model.${name}.weight`;
}

/** Matrices are [inputs, outputs] here and [outputs, inputs] in PyTorch; other tensors are alike. */
function turned(
  { kind, rows, columns }: Tensor,
  values: Float32Array<ArrayBuffer>,
  way: "there" | "back",
): Float32Array<ArrayBuffer> {
  if (kind !== "matrix") return values;
  const inner = way === "there" ? rows : columns;
  const outer = way === "there" ? columns : rows;
  return values.map((_, at) => values[(at % inner) * outer + Math.floor(at / inner)] ?? NaN);
}

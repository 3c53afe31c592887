import assert from "node:assert/strict";
import {
  compile,
  defineExperiment,
  diversityBonus,
  exit,
  grpo,
  type GrpoInput,
  improve,
  type Job,
  type OperatorPart,
  policyEmbedder,
  sudoku,
  tinyTransformer,
} from "exitlab";
import type { Capabilities } from "../../../lib/engine/engine.ts";
import { checkEngine } from "../../../lib/loop/check_engine.ts";
import { embeddedEngine } from "../../../runners/local/engine.ts";

const all: Capabilities = {
  reduction: "sum",
  entropy: true,
  topP: true,
  embeddings: true,
  reference: true,
  temperature: true,
  clipNorm: true,
  savesPublished: true,
  holdsPublished: true,
  deterministic: true,
  build: "build",
  description: "test engine",
};

/** A job that asks an engine for everything, less what is turned off. */
function jobWith(
  {
    objective = {},
    topP = 0.9,
    bonus = true,
    temperature = 0.8,
    evaluateAt = 0.7,
    publishEvery = 2,
    maxStaleness,
  }: {
    readonly objective?: GrpoInput;
    readonly topP?: number;
    readonly bonus?: boolean;
    readonly temperature?: number;
    readonly evaluateAt?: number;
    readonly publishEvery?: number;
    readonly maxStaleness?: number;
  } = {},
): Job {
  const embedding: readonly OperatorPart[] = bonus ? [diversityBonus({ embedder: policyEmbedder() })] : [];
  const [job] = compile(defineExperiment({
    name: "everything",
    domain: sudoku(),
    policy: tinyTransformer(),
    objective: grpo({ entropy: 0.02, kl: { coefficient: 0.1 }, ...objective }),
    curriculum: exit(),
    operators: [improve(), ...embedding],
    budget: { iterations: 1 },
    sampling: { temperature, publishEvery, ...maxStaleness === undefined ? {} : { maxStaleness } },
    evaluate: { topP, temperature: evaluateAt },
  })).jobs;
  if (job === undefined) throw new RangeError("There is no job");
  return job;
}

const refusals: Readonly<
  Record<string, { readonly lacks: Partial<Capabilities>; readonly message: string; readonly without: Job }>
> = {
  "an entropy term": {
    lacks: { entropy: false },
    message: 'Arm "exit" has objective.entropy 0.02 but the engine "test engine" has no entropy term',
    without: jobWith({ objective: { entropy: 0 } }),
  },
  "a cut distribution": {
    lacks: { topP: false },
    message: 'Arm "exit" has evaluate.topP 0.9 but the engine "test engine" cannot cut the distribution',
    without: jobWith({ topP: 1 }),
  },
  "a temperature": {
    lacks: { temperature: false },
    message:
      'Arm "exit" has sampling.temperature 0.8 but the engine "test engine" trains at temperature 1 alone',
    without: jobWith({ temperature: 1, evaluateAt: 1 }),
  },
  "weights that are held": {
    lacks: { holdsPublished: false },
    message:
      'Arm "exit" has sampling.publishEvery 2 but the engine "test engine" cannot sample older weights than ' +
      "those that train; set it to 1",
    without: jobWith({ publishEvery: 1 }),
  },
  "gradients that are scaled down": {
    lacks: { clipNorm: false },
    message:
      'Arm "exit" has objective.clipNorm 1 but the engine "test engine" does not scale gradients down; ' +
      "set it to 1e9, which is out of reach",
    without: jobWith({ objective: { clipNorm: 1e9 } }),
  },
  "published weights in a checkpoint": {
    lacks: { savesPublished: false },
    message:
      'Arm "exit" has checkpoint.every 25 but the engine "test engine" saves the weights of now alone; ' +
      "make it a multiple of sampling.publishEvery, 2",
    without: jobWith({ publishEvery: 5 }),
  },
  "a reference for the KL term": {
    lacks: { reference: false },
    message:
      'Arm "exit" has objective.kl.coefficient 0.1 but the engine "test engine" keeps no reference weights',
    without: jobWith({ objective: { kl: null } }),
  },
  "embeddings for the policy as embedder": {
    lacks: { embeddings: false },
    message: 'Arm "exit" has operators.diversity-bonus with the policy as embedder ' +
      'but the engine "test engine" gives no embeddings',
    without: jobWith({ bonus: false }),
  },
};

for (const [what, { lacks, message, without }] of Object.entries(refusals)) {
  Deno.test(`checkEngine() refuses a job that needs ${what}, and no job that does not`, () => {
    const capabilities = { ...all, ...lacks };
    assert.throws(() => checkEngine(jobWith(), capabilities), { name: "UserError", message });
    checkEngine(without, capabilities);
  });
}

Deno.test("checkEngine() refuses evaluation at a temperature, and samples that are older, where an engine lacks them", () => {
  assert.throws(() => checkEngine(jobWith({ temperature: 1 }), { ...all, temperature: false }), {
    name: "UserError",
    message:
      'Arm "exit" has evaluate.temperature 0.7 but the engine "test engine" samples at temperature 1 alone',
  });
  assert.throws(
    () => checkEngine(jobWith({ publishEvery: 1, maxStaleness: 1 }), { ...all, holdsPublished: false }),
    {
      name: "UserError",
      message:
        'Arm "exit" has sampling.maxStaleness 1 but the engine "test engine" cannot sample older weights ' +
        "than those that train; leave it out",
    },
  );
});

Deno.test("checkEngine() refuses any job where the engine takes means", () => {
  const job = jobWith({ objective: { entropy: 0, kl: null }, topP: 1, bonus: false });
  assert.throws(() => checkEngine(job, { ...all, reduction: "mean" }), {
    name: "UserError",
    message: 'Arm "exit" needs an engine that sums over tokens but the engine "test engine" takes the mean',
  });
});

Deno.test("checkEngine() takes a job that asks for everything of an engine that can do everything", async () => {
  checkEngine(jobWith(), all);
  checkEngine(jobWith(), await embeddedEngine({ workers: 1 }).capabilities());
});

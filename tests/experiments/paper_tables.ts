/**
 * What Tables 4 to 6 of arXiv 2509.04575 (v1) print, and how an experiment of this project says the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { compile, type Experiment } from "exitlab";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import type { Settings } from "exitlab/lib/experiment/settings.ts";

/** One column of a table: an arm. Entries that are blank there are those of GRPO. */
export interface PaperArm {
  readonly learningRate: number;
  /** Buffer N, B_min and the self-iteration probability p. */
  readonly buffer?: { readonly capacity: number; readonly minimumFill: number; readonly probability: number };
  /** The divergence probability p_div. */
  readonly divergence?: number;
  /** The operators of the arm. */
  readonly operators: readonly string[];
}

/** One table. */
export interface PaperTable {
  readonly model: string;
  /** Prompts per batch, rollouts per prompt, epochs per batch, clip ε. */
  readonly batch: {
    readonly prompts: number;
    readonly rollouts: number;
    readonly epochs: number;
    readonly clip: number;
  };
  /** Iterations that the curves show, steps K of evaluation, chains a problem. */
  readonly run: { readonly iterations: number; readonly steps: number; readonly samples: number };
  /** KL coefficient (ours where it is not listed), interval M and α. */
  readonly kl: { readonly coefficient: number; readonly refreshEvery: number; readonly mix: number };
  readonly arms: { readonly [arm: string]: PaperArm };
}

/** Checks the values of a table against what an experiment comes to. */
export function checkTable(experiment: Experiment, table: PaperTable): void {
  const { jobs } = compile(experiment, { runner: "hf" });
  const settings = new Map(jobs.map(({ arm, settings }) => [arm, settings]));
  assert.deepEqual([...settings.keys()], [...Object.keys(table.arms), "chain"]);
  assert.deepEqual([...new Set(jobs.map(({ seed }) => seed))], [1, 2, 3]);
  for (const [name, paper] of Object.entries(table.arms)) {
    const arm = settings.get(name) ?? assert.fail(name);
    checkArm(arm, paper, table);
  }
  const chain = settings.get("chain") ?? assert.fail("chain");
  assert.equal(chain.curriculum.kind, "fixed-depth");
  checkBatch(chain, table);
}

function checkArm(settings: Settings, paper: PaperArm, table: PaperTable): void {
  checkBatch(settings, table);
  const { objective, curriculum, operators } = settings;
  assert.equal(objective.options.learningRate, paper.learningRate);
  assert.deepEqual(operators.map(({ kind }) => kind), paper.operators);
  if (paper.buffer === undefined) assert.equal(curriculum.kind, "uniform");
  else {
    assert.equal(curriculum.kind, "exit");
    const { capacity, minimumFill, probability } = curriculum.options;
    assert.deepEqual({ capacity, minimumFill, probability }, paper.buffer);
  }
  const divergence = operators.find(({ kind }) => kind === diverge().kind);
  assert.equal(divergence?.options.probability, paper.divergence);
}

function checkBatch(
  { policy, objective, budget, evaluate }: Settings,
  { model, batch, run }: PaperTable,
): void {
  assert.equal(policy.options.model, model);
  // All parameters train.
  assert.equal(policy.options.adapter, null);
  assert.deepEqual(
    [objective.groups, objective.groupSize, objective.minibatches],
    [batch.prompts, batch.rollouts, batch.epochs],
  );
  assert.deepEqual(objective.options.clip, { low: batch.clip, high: batch.clip });
  assert.deepEqual(budget, { tokens: null, rollouts: null, iterations: run.iterations });
  assert.deepEqual([evaluate.steps, evaluate.samples], [run.steps, run.samples]);
}

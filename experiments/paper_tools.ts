/**
 * The paper's experiment with tools (arXiv 2509.04575, sections 5.1 and A.3, Table 5), arm by arm: conversations of the
 * Berkeley Function-Calling Leaderboard, of which training fulfils the first request. It needs GPUs:
 * `deno task plan experiments/paper_tools.ts --runner hf` says which, for how long and for how much.
 *
 * Every value of Table 5 is as printed there, but for those of the reference. What the paper leaves open is marked `ours`; options
 * that are not written here have exitlab's defaults, which are ours as well. What differs from the paper:
 *
 * - **No KL term.** The paper gives an interval (100) and a decay (1.0) of the reference but no coefficient. Here there is none,
 *   so that SkyRL, which keeps no reference, can train all parameters of 7 billion on several GPUs. Where there is one:
 *   `--set 'objective.kl={"coefficient":0.001,"refreshEvery":100,"mix":1}'`.
 * - **Two epochs a batch** are two optimiser steps, each over one half of it: a batch is not gone through twice.
 * - **The normalised objective** is all of Dr. GRPO; the paper does not say which of its parts it took.
 * - **Responses without any valid call** train like others; the paper leaves them out.
 * - **The split** of the 200 tasks into halves is spread by turns and APIs as the paper's is, and is another one. The embedder of the
 *   diversity bonus is n-grams, not CodeXEmbed.
 * - **The arm `chain`** is ours: chains of fixed depth, which the paper discusses and does not run.
 *
 * `--quick` scales all of it down, to see that it works and not to conclude from.
 */
import {
  bfcl,
  compare,
  diverge,
  diversityBonus,
  drGrpo,
  exit,
  fixedDepth,
  hub,
  improve,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

/** Table 5, in which the learning rate is an arm's own. */
const objective = (learningRate: number) =>
  drGrpo({
    groups: 16,
    groupSize: 8,
    learningRate,
    clip: 0.2,
    // Two epochs a batch, as two halves of it (see above).
    minibatches: 2,
    // Ours: no KL term, as no coefficient is given.
    kl: null,
    // Optimiser (AdamW), its betas, schedule, warm-up and weight decay are ours: the usual ones.
    schedule: "constant",
    warmup: 10,
    weightDecay: 0,
    // Ours: out of reach, so that SkyRL's own limit of 1 holds, with which it is started.
    clipNorm: 1e9,
    // Ours: the paper has no entropy term.
    entropy: 0,
  });

/** κ is ours: 3.75 of the largest score, the default of `exit()`. */
const explore = (capacity: number, probability: number) => exit({ capacity, probability, minimumFill: 320 });

const experiment: Experiment = compare({
  name: "paper-tools",
  base: {
    domain: bfcl({
      train: ["base"],
      trainOn: "first",
      test: ["base"],
      // First requests for its accuracy, whole conversations for its return.
      testOn: "both",
      grader: "bespoke",
      format: "tags",
      turns: { train: 10, test: 60 },
    }),
    // context: ours, room for the functions and 60 messages.
    policy: hub("Qwen/Qwen2.5-7B-Instruct", { context: 16_384 }),
    // As many as the paper's curves show.
    budget: { iterations: 400 },
    // Ours: neither is said.
    sampling: { temperature: 1, maxTokens: 512 },
    evaluate: {
      // Ours: before and after.
      every: 0,
      steps: 4,
      samples: 8,
      // The 100 tasks that are held out, each as a first request and as a whole.
      tasks: 200,
      // Ours: the model's default is 0.7, and SkyRL samples at 1 alone.
      temperature: 1,
      // The model's default generation settings, without their top-k and penalty on repetition.
      topP: 0.8,
    },
    // Ours.
    checkpoint: { every: 20 },
  },
  arms: {
    grpo: { curriculum: uniform(), objective: objective(1e-6) },
    curriculum: { curriculum: explore(320, 0.2), objective: objective(5e-7) },
    improve: { curriculum: explore(640, 0.5), objective: objective(5e-7), operators: [improve()] },
    diverge: {
      curriculum: explore(640, 0.5),
      objective: objective(5e-7),
      operators: [improve(), diverge({ probability: 0.2 })],
    },
    exit: {
      curriculum: explore(640, 0.5),
      objective: objective(1e-6),
      operators: [improve(), diverge({ probability: 0.5 }), diversityBonus()],
    },
    // Ours.
    chain: { curriculum: fixedDepth({ depth: 4 }), objective: objective(1e-6) },
  },
  seeds: [1, 2, 3],
  quick: {
    set: {
      "domain.turns.test": 12,
      "objective.groups": 5,
      "objective.groupSize": 4,
      "curriculum.capacity": 32,
      "curriculum.minimumFill": 8,
      "budget.iterations": 3,
      "evaluate.tasks": 4,
      "evaluate.samples": 1,
      "evaluate.steps": 1,
    },
  },
});

export default experiment;

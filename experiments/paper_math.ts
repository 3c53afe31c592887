/**
 * The paper's mathematics experiment (arXiv 2509.04575, sections 4.1, 5.1 and A.2, Table 4), arm by arm. It needs a GPU:
 * `deno task plan experiments/paper_math.ts --runner hf` says which, for how long and for how much.
 *
 * The model is gated: the account of `HF_TOKEN` has to have accepted its licence.
 *
 * Every value of Table 4 is as printed there. What the paper leaves open is marked `ours`; options that are not written here have
 * exitlab's defaults, which are ours as well. What differs from the paper:
 *
 * - **The problems.** The paper trains on 1,280 competition problems (of DeepScaleR's and NuminaMath's) and tests on MATH500, AMC12,
 *   AIME, Minerva and OlympiadBench, 1,020 in all. Their texts are not exitlab's to ship, so this trains on 1,280 of GSM8K's and
 *   tests on GSM8K and SVAMP, which come with it. With the paper's at hand, put them in the place of `domain`:
 *   `math({ source: await hubDataset(…), heldOut: [await math500({ hub: true }), …] })` (docs/math.md).
 * - **The embedder** of the diversity bonus: the paper's is a BERT that was trained on mathematics; here it is n-grams.
 * - **The arm `chain`** is ours: chains of fixed depth, which the paper discusses and does not run.
 *
 * `--quick` scales all of it down, to see that it works and not to conclude from.
 */
import {
  compare,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  gsm8k,
  hub,
  improve,
  math,
  svamp,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

/** Table 4: the same for all arms with a buffer. κ is ours: 3.75 of the largest score, the default of `exit()`. */
const explore = exit({ probability: 0.5, capacity: 512, minimumFill: 128 });

const experiment: Experiment = compare({
  name: "paper-math",
  base: {
    domain: math({ source: gsm8k(), trainingTasks: 1280, heldOut: [gsm8k(), svamp()] }),
    // context: ours, room for a problem, an earlier response and a new one. All parameters train, as in the paper.
    policy: hub("meta-llama/Llama-3.2-3B-Instruct", { context: 2048 }),
    objective: grpo({
      groups: 128,
      groupSize: 8,
      learningRate: 1e-6,
      clip: 0.2,
      // One epoch a batch.
      minibatches: 1,
      // Reference interval M = 100, α = 1.0.
      kl: { coefficient: 0.001, refreshEvery: 100, mix: 1 },
      // Optimiser (AdamW), its betas, schedule, warm-up, weight decay and the limit on the gradient are ours: the usual ones.
      schedule: "constant",
      warmup: 10,
      weightDecay: 0,
      clipNorm: 1,
      // Ours: the paper has no entropy term.
      entropy: 0,
    }),
    // As many as the paper's curves show: 10 epochs of 128 × 10 prompts.
    budget: { iterations: 100 },
    // Ours: neither is said. 800 tokens is what docs/scale_out.md reckons with.
    sampling: { temperature: 1, maxTokens: 800 },
    evaluate: {
      // Ours: before and after; one evaluation draws more than all of training.
      every: 0,
      steps: 16,
      samples: 8,
      // As many as the paper's test splits have together.
      tasks: 1020,
      // The paper samples with each model's default generation settings; these are the model's.
      temperature: 0.6,
      topP: 0.9,
    },
    // Ours.
    checkpoint: { every: 10 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    curriculum: { curriculum: explore },
    improve: { curriculum: explore, operators: [improve()] },
    diverge: { curriculum: explore, operators: [improve(), diverge({ probability: 0.2 })] },
    exit: { curriculum: explore, operators: [improve(), diverge({ probability: 0.2 }), diversityBonus()] },
    // Ours.
    chain: { curriculum: fixedDepth({ depth: 4 }) },
  },
  seeds: [1, 2, 3],
  quick: {
    set: {
      "domain.trainingTasks": 64,
      "objective.groups": 8,
      "objective.groupSize": 4,
      "curriculum.capacity": 32,
      "curriculum.minimumFill": 8,
      "budget.iterations": 4,
      "evaluate.tasks": 8,
      "evaluate.samples": 1,
      "evaluate.steps": 2,
    },
  },
});

export default experiment;

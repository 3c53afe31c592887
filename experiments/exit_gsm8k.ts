/**
 * The paper's math setting on grade-school problems: does a small instruct model learn to improve its answers? The same
 * rungs as in `ladder_math.ts`, with a model that needs a GPU: plan it with `--runner tgi` or `--runner hf`.
 *
 * From the paper (arXiv 2509.04575, Table 4 and section 5): 1,280 training problems, groups and group size, step size,
 * clipping, the KL term, the task space, both probabilities, K = 16. It says nothing of the rest, and trained a model of
 * 3 billion parameters on competition problems for about 100 iterations.
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
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

const explore = exit({ probability: 0.5, capacity: 512, minimumFill: 128 });

const experiment: Experiment = compare({
  name: "exit-gsm8k",
  base: {
    domain: math({ source: gsm8k(), trainingTasks: 1280 }),
    policy: hub("Qwen/Qwen2.5-0.5B-Instruct", { context: 2048 }),
    objective: grpo({
      groups: 128,
      groupSize: 8,
      learningRate: 1e-6,
      clip: 0.2,
      kl: { coefficient: 0.001, refreshEvery: 100, mix: 1 },
      entropy: 0,
    }),
    // Equal tokens instead of equal iterations; 100 of these if a response has 200.
    budget: { tokens: 20_000_000 },
    sampling: { maxTokens: 512 },
    // The paper draws 8 chains a problem; fewer chains of more problems tell more for the same tokens.
    evaluate: { every: 0, steps: 16, samples: 2, tasks: 512 },
    checkpoint: { every: 10 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    curriculum: { curriculum: explore },
    improve: { curriculum: explore, operators: [improve()] },
    exit: {
      curriculum: explore,
      operators: [improve(), diverge({ probability: 0.2 }), diversityBonus()],
    },
  },
  seeds: [1, 2, 3],
  // Whether all of it works, in few tokens; nothing to conclude from.
  quick: {
    set: {
      "domain.trainingTasks": 64,
      "objective.groups": 8,
      "curriculum.capacity": 64,
      "curriculum.minimumFill": 16,
      "budget.tokens": 200_000,
      "evaluate.tasks": 32,
      "evaluate.samples": 1,
      "evaluate.steps": 4,
    },
  },
});

export default experiment;

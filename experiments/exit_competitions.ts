/**
 * Machine-learning engineering with a language model: it writes whole programs, which are run in the sandbox on drawn tables in
 * training and on the built-in competitions in evaluation. It needs a GPU: plan it with `--runner tgi` or `--runner hf`, and
 * give `--run /bin/sh`, which starts the programs.
 *
 * From the paper (arXiv 2509.04575, Table 6 and section 5.1): groups and group size, step size, clipping, the reference,
 * the task space and both probabilities of its full method, K = 16 steps of greedy search. The paper trains on three
 * competitions and a model of 7 billion parameters.
 */
import {
  compare,
  competitions,
  debug,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  hub,
  improve,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

const explore = exit({ probability: 0.5, capacity: 24, minimumFill: 3 });

const experiment: Experiment = compare({
  name: "exit-competitions",
  base: {
    domain: competitions({ trainingTasks: 64, seconds: 60 }),
    policy: hub("Qwen/Qwen2.5-Coder-1.5B-Instruct", { context: 16_384 }),
    objective: grpo({
      groups: 4,
      groupSize: 8,
      learningRate: 1e-6,
      clip: 0.2,
      kl: { coefficient: 0.001, refreshEvery: 100, mix: 0.5 },
      entropy: 0,
    }),
    budget: { tokens: 10_000_000 },
    sampling: { maxTokens: 2048 },
    evaluate: { every: 0, steps: 16, samples: 4, search: {} },
    checkpoint: { every: 10 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 3 }) },
    improve: { curriculum: explore, operators: [improve(), debug()] },
    exit: {
      curriculum: explore,
      operators: [improve(), debug(), diverge({ probability: 0.5 }), diversityBonus()],
    },
  },
  seeds: [1, 2, 3],
});

export default experiment;

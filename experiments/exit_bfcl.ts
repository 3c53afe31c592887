/**
 * Exploratory Iteration in conversations with tools: BFCL's multi-turn tasks with a pretrained model. Training fulfils the first
 * request of a task, tests fulfil all. It is planned for a GPU engine; the embedded one is too small to read it.
 */
import { bfcl, compare, diverge, exit, fixedDepth, grpo, hub, improve, uniform } from "../mod.ts";
import type { Experiment } from "../mod.ts";

const experiment: Experiment = compare({
  name: "exit-bfcl",
  base: {
    domain: bfcl({ train: ["base"], test: ["base"], grader: "bespoke", format: "tags" }),
    policy: hub("Qwen/Qwen2.5-7B-Instruct", { context: 16_384 }),
    objective: grpo({ groups: 16, groupSize: 8, clip: 0.2 }),
    sampling: { maxTokens: 512 },
    budget: { iterations: 100 },
    evaluate: { every: 25, steps: 4, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    improve: { curriculum: exit(), operators: [improve()] },
    diverge: { curriculum: exit(), operators: [improve(), diverge({ probability: 0.2 })] },
  },
  seeds: [1, 2, 3],
});

export default experiment;

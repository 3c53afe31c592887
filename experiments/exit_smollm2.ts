/**
 * A pretrained language model on two CPU cores: SmolLM2-135M-Instruct (4-bit weights, converted as docs/engines.md has it)
 * trains a low-rank adapter in one arm and all its parameters in the other. A way to see the whole road in ten minutes,
 * not a result: five steps of 16 short responses teach nothing that two seeds would agree on.
 *
 * The problems are sums told as a story that says which sum it is. The model solves about one in three; where it must find
 * the sum itself it solved 1 of 24, and of GSM8K none of 16, so that a group of four would hardly ever have anything to
 * learn from.
 */
import { compare, exit, grpo, hub, improve, math, problemSource } from "../mod.ts";
import type { Experiment, Problem } from "../mod.ts";

const names = ["Ann", "Ben", "Cleo", "Dan"];
const things = ["apples", "books", "coins"];

/** All sums of two numbers from 2 to 9; every fourth is held out. */
function stories(): { train: Problem[]; test: Problem[] } {
  const train: Problem[] = [];
  const test: Problem[] = [];
  for (let index = 0; index < 64; index++) {
    const [a, b] = [2 + index % 8, 2 + Math.floor(index / 8)];
    const [name, thing] = [names[index % names.length], things[index % things.length]];
    const problem = `${name} has ${a} ${thing} and gets ${b} more. What is ${a} + ${b}?`;
    // Along diagonals, so that both sides have small and large numbers in both places.
    ((a + b) % 4 === 0 ? test : train).push({ problem, answer: String(a + b) });
  }
  return { train, test };
}

/** Groups and their size as two cores manage them in half a minute. */
const objective = (learningRate: number) =>
  grpo({ groups: 4, groupSize: 4, learningRate, warmup: 0, entropy: 0 });

const smollm2 = (adapter: { rank: number; alpha: number } | null) =>
  hub("local/smollm2", { context: 512, adapter });

const experiment: Experiment = compare({
  name: "exit-smollm2",
  base: {
    domain: math({ source: problemSource("sums", stories()) }),
    policy: smollm2(null),
    objective: objective(1e-5),
    curriculum: exit({ probability: 0.5, capacity: 32, minimumFill: 4 }),
    operators: [improve()],
    budget: { iterations: 5 },
    // Below 1, since a small model at 1 wanders off within a few words.
    sampling: { maxTokens: 40, temperature: 0.7 },
    evaluate: { every: 0, steps: 1, samples: 1, tasks: 16, temperature: 0.7, resamples: 1 },
    checkpoint: { every: 1 },
  },
  arms: {
    adapter: { policy: smollm2({ rank: 16, alpha: 32 }), objective: objective(5e-4) },
    // A checkpoint of all parameters has 2.1 GB, one of the adapter 0.1.
    full: { checkpoint: { every: 5 } },
  },
});

export default experiment;

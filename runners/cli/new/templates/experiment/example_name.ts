/**
 * Does training on its own attempts teach a policy to improve its answers? A
 * working experiment: say what you ask up here, and change the rest to fit.
 *
 * - `base` is what all arms share, `arms` is in what they differ.
 * - The budget counts every generated token, so that arms are compared fairly.
 * - `evaluate.steps` is how often an answer is improved when it is measured.
 * - Held-out tasks never train; three seeds say little, eight say more.
 *
 * ```sh
 * deno task plan experiments/example_name.ts         # what would run; --all for every option
 * deno task run experiments/example_name.ts --quick  # trains, in under half a minute
 * deno task run experiments/example_name.ts          # all arms and seeds
 * deno task compare                                  # the arms side by side
 * deno test experiments/example_name_test.ts         # what the comparison takes for granted
 * ```
 *
 * @module
 */
import { compare, exit, type Experiment, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";

const experiment: Experiment = compare({
  name: "example-name",
  base: {
    // The tasks: any domain, also one of your own or of a package.
    domain: sudoku({ size: 4, givens: [8, 10] }),
    // The model: a transformer of 0.03 M parameters, which this machine trains.
    policy: tinyTransformer({ width: 32, layers: 2, warmStart: { steps: 300 } }),
    // How it learns from the rewards of a group.
    objective: grpo({ groups: 16, groupSize: 8 }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 1 },
  },
  arms: {
    // Fresh tasks alone: what everything else is measured against.
    grpo: { curriculum: uniform() },
    // Its own attempts as new tasks.
    exit: { curriculum: exit(), operators: [improve()] },
  },
  seeds: [1, 2, 3],
  // What --quick runs: both arms, one seed; under half a minute.
  quick: { seeds: [1], set: { "budget.tokens": 150_000, "evaluate.tasks": 64 } },
});

export default experiment;

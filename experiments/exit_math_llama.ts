/**
 * `exit_math.ts` on a server: the same arms and tasks, with a small Llama whose random weights the self-hosted trainer
 * makes. Not a result, but the way from the embedded engine to a language model: the policy is all that changes. Start the
 * trainer with `--model runners/tgi/trainer/tiny_llama --random-weights --checkpoints .cache/checkpoints` and run this
 * with `--runner tgi --url …` (docs/engines.md).
 */
import { extend, hub } from "../mod.ts";
import exitMath from "./exit_math.ts";

export default extend(exitMath, {
  name: "exit-math-llama",
  base: {
    policy: hub("local/tiny_llama", { context: 128, warmStart: { steps: 400, learningRate: 5e-3 } }),
  },
});

import assert from "node:assert/strict";
import { grpo, hub } from "exitlab";
import { skyrlCommand } from "exitlab/runners/tgi/server_command.ts";

Deno.test("skyrlCommand() gives the server the betas of the loop, of which it is told nothing later", async () => {
  const loop = await Deno.readTextFile(new URL("../../../lib/loop/train.ts", import.meta.url));
  const [, beta1, beta2] = /const adam = \{ beta1: ([\d.]+), beta2: ([\d.]+)/.exec(loop) ?? [];
  const arm = { policy: hub("Qwen/Qwen2.5-7B-Instruct"), objective: grpo({ weightDecay: 0.2 }) };
  const words = skyrlCommand(arm, { gpus: 2, passTokens: 4096 }, { port: 1, checkpoints: "/kept" });
  const settings = JSON.parse(words.at(-1) ?? "");
  assert.deepEqual(settings["trainer.policy.optimizer_config.adam_betas"], [Number(beta1), Number(beta2)]);
  assert.equal(settings["trainer.policy.optimizer_config.weight_decay"], 0.2);
  assert.equal(settings["generator.inference_engine.num_engines"], 2);
});

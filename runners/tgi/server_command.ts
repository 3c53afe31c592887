/**
 * The commands that start a server for an arm: on a machine of one's own, or in a job.
 *
 * @module
 */
import { hubOptions } from "../../lib/engine/hub.ts";
import type { Settings } from "../../lib/experiment/settings.ts";

/** SkyRL's repository, and the commit that its options were read at. */
export const skyrlSource = {
  repository: "https://github.com/NovaSky-AI/SkyRL.git",
  commit: "a9564572eb8e91076be43c1bd5e4615e3de17265",
} as const;

/** The largest gradient norm that SkyRL is started with: its own default. The experiment has `clipNorm` out of reach. */
const skyrlNorm = 1;

/** Those of every step that the loop takes (`lib/loop/train.ts`). */
const adamBetas = [0.9, 0.99] as const;

/** Where a server listens, and where it keeps checkpoints. */
export type ServerPlace = {
  /** The port, on loopback. */
  readonly port: number;
  /** The folder of checkpoints. */
  readonly checkpoints: string;
};

/** What of an arm decides how its server is started. */
export type ServedArm = Pick<Settings, "policy" | "objective">;

/** What SkyRL is given to set. */
export type SkyrlSize = {
  /** GPUs of the one machine. */
  readonly gpus: number;
  /** The most tokens of a training pass. */
  readonly passTokens: number;
};

/**
 * The words that start SkyRL in a clone of its repository, after `uv sync --extra tinker --extra fsdp`: FSDP over all GPUs, and
 * a vLLM engine on each of them, which sleeps while they train. Of a step's settings it takes the learning rate alone, so
 * that betas and weight decay are given here.
 *
 * The keys are those of its `skyrl/train/config/config.py` at `skyrlSource.commit`; it was not run on GPUs.
 *
 * @param arm With `hub()` as its policy.
 *
 * @example
 * ```ts
 * import { hub } from "exitlab/lib/engine/hub.ts";
 * import { grpo } from "exitlab/lib/objective/grpo.ts";
 * import { skyrlCommand } from "exitlab/runners/tgi/server_command.ts";
 * import assert from "node:assert/strict";
 *
 * const arm = { policy: hub("Qwen/Qwen2.5-7B-Instruct"), objective: grpo({ clipNorm: 1e9 }) };
 * const words = skyrlCommand(arm, { gpus: 8, passTokens: 8192 }, { port: 8000, checkpoints: "/shared" });
 * assert.equal(JSON.parse(words.at(-1) ?? "")["trainer.placement.policy_num_gpus_per_node"], 8);
 * ```
 */
export function skyrlCommand(
  { policy, objective }: ServedArm,
  { gpus, passTokens }: SkyrlSize,
  { port, checkpoints }: ServerPlace,
): string[] {
  const settings = {
    "trainer.placement.policy_num_gpus_per_node": gpus,
    "generator.inference_engine.num_engines": gpus,
    "trainer.max_tokens_per_microbatch": passTokens,
    "trainer.policy.optimizer_config.max_grad_norm": skyrlNorm,
    "trainer.policy.optimizer_config.weight_decay": objective.weightDecay,
    "trainer.policy.optimizer_config.adam_betas": adamBetas,
  };
  return [
    ...["uv", "run", "--extra", "tinker", "--extra", "fsdp", "-m", "skyrl.tinker.api"],
    ...["--host", "127.0.0.1", "--port", String(port)],
    ...["--base-model", hubOptions(policy).model, "--backend", "fsdp", "--checkpoints-base", checkpoints],
    ...["--backend-config", JSON.stringify(settings)],
  ];
}

/** What the own trainer is given beside model and place. */
export type TrainerSize = {
  /** A folder with the model in place of the Hub, and whether weights lie in it; without, they are made at random. */
  readonly model: { readonly folder: string; readonly weights: boolean } | null;
  /** The most tokens that are drawn at a time; its own default when left out. */
  readonly drawTokens?: number;
  /** Whether it has a GPU: memory is then saved by computing activations twice. */
  readonly gpu: boolean;
};

/**
 * The words that start the project's own trainer, once it is installed.
 *
 * @param arm With `hub()` as its policy.
 *
 * @example
 * ```ts
 * import { hub } from "exitlab/lib/engine/hub.ts";
 * import { grpo } from "exitlab/lib/objective/grpo.ts";
 * import { trainerCommand } from "exitlab/runners/tgi/server_command.ts";
 * import assert from "node:assert/strict";
 *
 * const arm = { policy: hub("local/tiny_llama"), objective: grpo() };
 * const model = { folder: "models/tiny_llama", weights: false };
 * assert.deepEqual(trainerCommand(arm, { model, gpu: false }, { port: 8000, checkpoints: "kept" }).slice(0, 6), [
 *   "exitlab-trainer",
 *   "--model",
 *   "models/tiny_llama",
 *   "--name",
 *   "local/tiny_llama",
 *   "--random-weights",
 * ]);
 * ```
 */
export function trainerCommand(
  { policy }: ServedArm,
  { model, drawTokens, gpu }: TrainerSize,
  { port, checkpoints }: ServerPlace,
): string[] {
  const { model: name, revision } = hubOptions(policy);
  return [
    "exitlab-trainer",
    ...["--model", model?.folder ?? name],
    ...model === null ? [] : ["--name", name],
    ...model === null || model.weights ? [] : ["--random-weights"],
    // A folder has no revisions.
    ...model !== null || revision === "main" ? [] : ["--revision", revision],
    ...["--checkpoints", checkpoints, "--host", "127.0.0.1", "--port", String(port)],
    ...gpu ? ["--activation-checkpointing"] : [],
    ...drawTokens === undefined ? [] : ["--draw-tokens", String(drawTokens)],
  ];
}

import { UserError } from "../../../lib/errors.ts";
import { hubOptions } from "../../../lib/engine/hub.ts";
import type { ArmPlacement } from "../../../lib/experiment/plan.ts";
import { type ServedArm, skyrlCommand, skyrlSource, trainerCommand } from "../../tgi/server_command.ts";
import { drawTokens, passTokens } from "./memory.ts";

/** Where an engine runs in a container, and with which model. */
export type EnginePlace = {
  /** The port, on loopback. */
  readonly port: number;
  /** The folder of checkpoints, from the root. */
  readonly checkpoints: string;
  /** A folder with the model in place of the Hub, and whether weights lie in it; without, they are made at random. */
  readonly model: { readonly folder: string; readonly weights: boolean } | null;
  /** The folder of the trainer's Python project, from the working directory. Default `runners/tgi/trainer`. */
  readonly trainer?: string;
};

/** What is run in a container before the controller: `setup` in order, each to its end, then `start`, which stays. */
export type EngineCommands = {
  /** Commands with their words. */
  readonly setup: readonly (readonly string[])[];
  /** The command that serves. */
  readonly start: readonly string[];
  /** The address that answers 200 once it serves. */
  readonly health: string;
};

/** Where SkyRL is cloned to, below the working directory. */
const skyrlFolder = "skyrl";

/**
 * The commands that start an arm's engine in a container, whose working directory is the unpacked bundle. The model is loaded
 * when SkyRL gets its first request; the own trainer answers once it is loaded.
 *
 * @returns `null` for the embedded engine, which is part of the controller.
 * @throws {UserError} If SkyRL is to serve a folder: it takes models of the Hub.
 *
 * @example
 * ```ts
 * import { hub } from "exitlab/lib/engine/hub.ts";
 * import { grpo } from "exitlab/lib/objective/grpo.ts";
 * import { engineCommands } from "exitlab/runners/hf/plan/engine_commands.ts";
 * import assert from "node:assert/strict";
 *
 * const arm = { policy: hub("Qwen/Qwen2.5-0.5B-Instruct"), objective: grpo() };
 * const place = { port: 8000, checkpoints: "/kept", model: null };
 * const commands = engineCommands({ engine: "exitlab", gpus: 1 }, arm, place);
 * assert.deepEqual(commands?.start.slice(0, 3), ["exitlab-trainer", "--model", "Qwen/Qwen2.5-0.5B-Instruct"]);
 * assert.equal(commands?.health, "http://127.0.0.1:8000/health");
 * assert.equal(engineCommands({ engine: "embedded", gpus: 0 }, arm, place), null);
 * ```
 */
export function engineCommands(
  { engine, gpus }: Pick<ArmPlacement, "engine" | "gpus">,
  arm: ServedArm,
  { port, checkpoints, model, trainer = "runners/tgi/trainer" }: EnginePlace,
): EngineCommands | null {
  if (engine === "embedded") return null;
  const { model: name, context } = hubOptions(arm.policy);
  const address = `http://127.0.0.1:${port}`;
  if (engine === "exitlab") {
    const size = { model, gpu: gpus > 0, ...gpus > 0 ? { drawTokens: Math.max(drawTokens, context) } : {} };
    const project = `./${trainer}${gpus > 1 ? "[multi-gpu]" : ""}`;
    return {
      // An image that has it, such as one of your own, is used as it is.
      setup: [[
        "bash",
        "-c",
        `command -v exitlab-trainer > /dev/null || uv pip install --system --break-system-packages '${project}'`,
      ]],
      start: trainerCommand(arm, size, { port, checkpoints }),
      health: `${address}/health`,
    };
  }
  if (model !== null) {
    throw new UserError(
      `Cannot serve "${name}" from a folder with SkyRL, which takes models of the Hub; use --engine exitlab`,
    );
  }
  const size = { gpus, passTokens: passTokens({ context }) };
  const clone =
    `git clone ${skyrlSource.repository} ${skyrlFolder} && git -C ${skyrlFolder} checkout --detach ${skyrlSource.commit}`;
  return {
    setup: [
      ["bash", "-c", `test -d ${skyrlFolder}/.git || { ${clone}; }`],
      ["bash", "-c", `cd ${skyrlFolder} && uv sync --extra tinker --extra fsdp`],
    ],
    // It reads the words of the `uv run` that started it, so that nothing may stand between.
    start: [
      "bash",
      "-c",
      `cd ${skyrlFolder} && exec "$@"`,
      "bash",
      ...skyrlCommand(arm, size, { port, checkpoints }),
    ],
    health: `${address}/api/v1/healthz`,
  };
}

import type { Capabilities } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { Job } from "../experiment/settings.ts";

/** A norm that no gradient reaches. */
const clipsNothing = 1e9;

/**
 * Refuses a job that asks for what the engine or this runner lacks, so that no option is silently ignored.
 *
 * @throws {UserError} With one sentence that names the option.
 *
 * @example
 * ```ts
 * import { checkEngine } from "exitlab/lib/loop/check_engine.ts";
 * import { embeddedEngine } from "exitlab/runners/local/engine.ts";
 * import { compile } from "exitlab";
 * import experiment from "exitlab/experiments/exit_math.ts";
 *
 * const capabilities = await embeddedEngine({ workers: 1 }).capabilities();
 * for (const job of compile(experiment).jobs) checkEngine(job, capabilities);
 * ```
 */
export function checkEngine({ arm, settings }: Job, capabilities: Capabilities): void {
  const { objective, operators, evaluate, sampling, checkpoint } = settings;
  const engine = `the engine "${capabilities.description}"`;
  if (objective.entropy > 0 && !capabilities.entropy) {
    throw new UserError(
      `Arm "${arm}" has objective.entropy ${objective.entropy} but ${engine} has no entropy term`,
    );
  }
  if (evaluate.topP < 1 && !capabilities.topP) {
    throw new UserError(
      `Arm "${arm}" has evaluate.topP ${evaluate.topP} but ${engine} cannot cut the distribution`,
    );
  }
  if (sampling.temperature !== 1 && !capabilities.temperature) {
    throw new UserError(
      `Arm "${arm}" has sampling.temperature ${sampling.temperature} but ${engine} trains at temperature 1 alone`,
    );
  }
  if (evaluate.temperature !== 1 && !capabilities.temperature) {
    throw new UserError(
      `Arm "${arm}" has evaluate.temperature ${evaluate.temperature} but ${engine} samples at temperature 1 alone`,
    );
  }
  if (objective.clipNorm < clipsNothing && !capabilities.clipNorm) {
    throw new UserError(
      `Arm "${arm}" has objective.clipNorm ${objective.clipNorm} but ${engine} does not scale gradients down; ` +
        "set it to 1e9, which is out of reach",
    );
  }
  if (sampling.publishEvery > 1 && !capabilities.holdsPublished) {
    throw new UserError(
      `Arm "${arm}" has sampling.publishEvery ${sampling.publishEvery} but ${engine} cannot sample older weights than ` +
        "those that train; set it to 1",
    );
  }
  if (sampling.maxStaleness !== undefined && !capabilities.holdsPublished) {
    throw new UserError(
      `Arm "${arm}" has sampling.maxStaleness ${sampling.maxStaleness} but ${engine} cannot sample older weights than ` +
        "those that train; leave it out",
    );
  }
  if (checkpoint.every % sampling.publishEvery !== 0 && !capabilities.savesPublished) {
    throw new UserError(
      `Arm "${arm}" has checkpoint.every ${checkpoint.every} but ${engine} saves the weights of now alone; ` +
        `make it a multiple of sampling.publishEvery, ${sampling.publishEvery}`,
    );
  }
  if (objective.kl !== null && !capabilities.reference) {
    throw new UserError(
      `Arm "${arm}" has objective.kl.coefficient ${objective.kl.coefficient} but ${engine} keeps no reference weights`,
    );
  }
  const embedding = operators.find(({ embeds }) => embeds === true);
  if (embedding !== undefined && !capabilities.embeddings) {
    throw new UserError(
      `Arm "${arm}" has operators.${embedding.kind} with the policy as embedder but ${engine} gives no embeddings`,
    );
  }
  if (capabilities.reduction !== "sum") {
    throw new UserError(`Arm "${arm}" needs an engine that sums over tokens but ${engine} takes the mean`);
  }
}

import { hubOptions } from "../../lib/engine/hub.ts";
import type { Settings } from "../../lib/experiment/settings.ts";
import { onlyAlpha, type ServerProfile } from "./tinker/profile.ts";

/** An option of an arm that a server cannot keep to. */
export type Lack = {
  /** Its path in the experiment. */
  readonly option: string;
  /** What is asked, and what the server has instead. */
  readonly why: string;
  /** What `--set` has to say for the arm to run there; `null` where none does. */
  readonly set: string | null;
};

/** A norm that no gradient reaches. */
const clipsNothing = 1e9;

/**
 * What an arm asks for that a server of a kind lacks, known before any server is there.
 *
 * @param settings Of an arm whose policy is `hub()`.
 *
 * @example
 * ```ts
 * import { compile } from "exitlab";
 * import { serverLacks } from "exitlab/runners/tgi/server_lacks.ts";
 * import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
 * import experiment from "exitlab/experiments/exit_gsm8k.ts";
 * import assert from "node:assert/strict";
 *
 * const [job] = compile(experiment, { runner: "tgi" }).jobs;
 * assert(job !== undefined);
 * assert.deepEqual(serverLacks(job.settings, profiles.skyrl).map(({ set }) => set), [
 *   "objective.clipNorm=1e9",
 *   "objective.kl=null",
 * ]);
 * assert.deepEqual(serverLacks(job.settings, profiles.exitlab), []);
 * ```
 */
export function serverLacks(settings: Settings, profile: ServerProfile): Lack[] {
  const { objective, sampling, evaluate, checkpoint, operators, policy } = settings;
  const { adapter, revision } = hubOptions(policy);
  const alpha = adapter === null ? null : onlyAlpha(profile, adapter.rank);
  const embedding = operators.find(({ embeds }) => embeds === true);
  const lacks: (Lack | false)[] = [
    objective.entropy > 0 && !profile.entropy && {
      option: "objective.entropy",
      why: `is ${objective.entropy}, and it has no entropy term`,
      set: "objective.entropy=0",
    },
    objective.clipNorm < clipsNothing && !profile.gradClip && {
      option: "objective.clipNorm",
      why: `is ${objective.clipNorm}, and it keeps to a limit of its own, given when it is started`,
      set: "objective.clipNorm=1e9",
    },
    objective.kl !== null && !profile.reference && {
      option: "objective.kl",
      why: `has the coefficient ${objective.kl.coefficient}, and it keeps no frozen reference`,
      set: "objective.kl=null",
    },
    sampling.temperature !== 1 && !profile.temperature && {
      option: "sampling.temperature",
      why: `is ${sampling.temperature}, and it trains at temperature 1 alone`,
      set: "sampling.temperature=1",
    },
    evaluate.temperature !== 1 && !profile.temperature && {
      option: "evaluate.temperature",
      why: `is ${evaluate.temperature}, and it samples at temperature 1 alone`,
      set: "evaluate.temperature=1",
    },
    evaluate.topP < 1 && !profile.topP && {
      option: "evaluate.topP",
      why: `is ${evaluate.topP}, and it cannot cut the distribution`,
      set: "evaluate.topP=1",
    },
    sampling.publishEvery > 1 && !profile.holdsPublished && {
      option: "sampling.publishEvery",
      why: `is ${sampling.publishEvery}, and it samples the weights of now alone`,
      set: "sampling.publishEvery=1",
    },
    sampling.maxStaleness !== undefined && !profile.holdsPublished && {
      option: "sampling.maxStaleness",
      why: `is ${sampling.maxStaleness}, and it samples the weights of now alone`,
      set: null,
    },
    checkpoint.every % sampling.publishEvery !== 0 && !profile.publishedInCheckpoint && {
      option: "checkpoint.every",
      why: `is no multiple of sampling.publishEvery, and its checkpoints hold the weights of now alone`,
      set: `checkpoint.every=${sampling.publishEvery}`,
    },
    embedding !== undefined && !profile.embeddings && {
      option: `operators.${embedding.kind}.embedder`,
      why: "is the policy, and it gives no embeddings",
      set: `operators.${embedding.kind}.embedder={"kind":"ngrams"}`,
    },
    adapter === null && !profile.full && {
      option: "policy.adapter",
      why: "is none, and it trains adapters alone",
      set: 'policy.adapter={"rank":32}',
    },
    adapter !== null && !profile.lora && {
      option: "policy.adapter",
      why: "is asked for, and it trains all parameters alone",
      set: "policy.adapter=null",
    },
    adapter !== null && alpha !== null && adapter.alpha !== alpha && {
      option: "policy.adapter.alpha",
      why: `is ${adapter.alpha}, and it has ${alpha} alone`,
      set: `policy.adapter.alpha=${alpha}`,
    },
    revision !== "main" && !profile.extended && {
      option: "policy.revision",
      why: `is "${revision}", and it is started with the main branch`,
      set: "policy.revision=main",
    },
  ];
  return lacks.filter((lack) => lack !== false);
}

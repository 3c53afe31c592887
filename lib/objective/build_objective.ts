import type { JsonObject } from "../json.ts";
import { givenOptions } from "../part.ts";
import { groupAdvantages } from "./advantages.ts";
import type { Aggregate } from "./aggregate.ts";
import type { ObjectivePart } from "./objective.ts";
import type { CommonOptions } from "./objective_options.ts";
import { type OverlongOptions, overlongPenalty } from "./overlong.ts";
import type { Surrogate } from "./surrogate.ts";
import { weighBatch } from "./weigh_batch.ts";

/** An objective of a certain kind. */
export interface BuiltObjective<Kind extends string, Options extends CommonOptions> extends ObjectivePart {
  /** Its name, that of its factory in kebab-case. */
  readonly kind: Kind;
  /** Every option in force. */
  readonly options: Options;
}

/** What one objective has of its own. */
export interface Design<Kind extends string, Options extends CommonOptions> {
  /** Its name. */
  readonly kind: Kind;
  /** Every option in force. */
  readonly options: Options;
  /** The options the user wrote. */
  readonly given: object;
  /** The same objective with other options. */
  readonly rebuild: (given: JsonObject) => BuiltObjective<Kind, Options>;
  /** Whether advantages are divided by the group's standard deviation. */
  readonly normalize: "std" | "none";
  /** What rewards advantage. */
  readonly surrogate: Surrogate;
  /** How tokens are averaged. */
  readonly aggregate: Aggregate;
  /** Extra rounds of starts in place of groups that teach nothing; none when left out. */
  readonly redraws?: number;
  /** What is taken off for length; nothing when left out. */
  readonly overlong?: OverlongOptions | null;
}

/** The part that an experiment file composes, from what is its own and the options that every objective has. */
export function buildObjective<Kind extends string, Options extends CommonOptions>(
  { kind, options, given, rebuild, normalize, surrogate, aggregate, redraws = 0, overlong = null }: Design<
    Kind,
    Options
  >,
): BuiltObjective<Kind, Options> {
  const { learningRate, warmup, schedule, entropy, kl, importance } = options;
  return {
    part: "objective",
    kind,
    options,
    given: givenOptions(given),
    rebuild,
    groups: options.groups,
    groupSize: options.groupSize,
    minibatches: options.minibatches,
    entropy,
    kl,
    redraws,
    correctsSampler: importance !== null,
    weightDecay: options.weightDecay,
    clipNorm: options.clipNorm,
    learningRate: (iteration, progress) =>
      learningRate * Math.min(1, iteration / Math.max(1, warmup)) *
      (schedule === "linear" ? 1 - progress : 1),
    ...(overlong === null ? {} : {
      shape: (reward: number, length: number, maxTokens: number): number =>
        reward - overlongPenalty(length, maxTokens, overlong),
    }),
    advantages: (rewards) => groupAdvantages(rewards, normalize),
    weigh: (batch, maxTokens) =>
      weighBatch(batch, maxTokens, { surrogate, aggregate, entropy, kl, importance }),
  };
}

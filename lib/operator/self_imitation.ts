import * as v from "valibot";
import { givenOptions, notNegative, parseOptions } from "../part.ts";
import type { Random } from "../random.ts";
import type { Imitation, OperatorPart, WeighedGroup } from "./operator.ts";

/** All options of `selfImitation`. Both are in units of an advantage: a typical one is about 1. */
export type SelfImitationOptions = {
  /** The weight of mending an attempt that is not its group's best, at least 0. Default 0.3. */
  readonly mend: number;
  /** The weight of keeping a solved attempt of a group in which others are worse, at least 0. Default 1. */
  readonly keep: number;
};

/** Imitation of one's own better attempts. */
export interface SelfImitationPart extends OperatorPart {
  /** Always `"self-imitation"`. */
  readonly kind: "self-imitation";
  /** Every option in force. */
  readonly options: SelfImitationOptions;
  /** It leaves what is asked as it is. */
  readonly iterates: false;
  /** Groups of first attempts will do. */
  readonly needsAttempts: false;
  /** An answer of an episode's first turn cannot be told from its later ones by the verdict at its end. */
  readonly needs: { readonly turns: "single" };
  /** What is learned from the groups beside their advantages. */
  imitations(groups: readonly WeighedGroup[], random: Random): readonly Imitation[];
}

const schema = v.pipe(
  v.strictObject({ mend: v.optional(notNegative, 0.3), keep: v.optional(notNegative, 1) }),
  v.forward(v.check(({ mend, keep }) => mend > 0 || keep > 0, "above 0 where keep is 0"), ["mend"]),
);

/**
 * Imitation of one's own better attempts, against copy collapse. From a wrong attempt that the policy always repeats,
 * reinforcement learns nothing: all rewards of the group are 0. But a group from any start whose rewards differ holds
 * wrong attempts *and* right ones at the same task. Each attempt that is not among the group's best becomes an attempt
 * to improve, and one of the best, drawn at random, the response to learn (`mend`); each of the best that is solved
 * becomes one to keep, with itself as the response (`keep`). A response is learned as a completion whose advantage is the
 * weight and whose ratio is 1; it counts among the batch's completions, N.
 *
 * This costs no generated tokens, but more training. It is not on-policy: the response came from another prompt.
 * Related are self-imitation learning (Oh et al. 2018, arXiv 1806.05635) and RISE's relabelling with the best of N
 * (Qu et al. 2024, arXiv 2407.18219). Groups that were asked to diverge are left out: their responses have another form.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const rollout = (text: string, reward: number) => ({
 *   before: null,
 *   responses: [text],
 *   span: { tokens: [0, 1], from: 1 },
 *   verdict: { quality: reward, solved: reward === 1, reward },
 *   reward,
 * });
 * const group = { mode: "base" as const, rollouts: [rollout("wrong", 0), rollout("right", 1)] };
 * assert.deepEqual(selfImitation().imitations([group], new Random(1)), [
 *   { group: 0, attempt: 0, response: 1, weight: 0.3 },
 *   { group: 0, attempt: 1, response: 1, weight: 1 },
 * ]);
 * ```
 */
export function selfImitation(options: Partial<SelfImitationOptions> = {}): SelfImitationPart {
  const inForce: SelfImitationOptions = parseOptions(schema, options, "selfImitation()");
  return {
    part: "operator",
    kind: "self-imitation",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => selfImitation(given),
    iterates: false,
    needsAttempts: false,
    needs: { turns: "single" },
    transform: (start) => start,
    word: () => undefined,
    imitations: (groups, random) =>
      groups.flatMap((group, at) => group.mode === "diverge" ? [] : imitated(group, at, inForce, random)),
  };
}

function imitated(
  { rollouts }: WeighedGroup,
  group: number,
  { mend, keep }: SelfImitationOptions,
  random: Random,
): Imitation[] {
  // By the verdict: bonuses and penalties of other operators do not make an answer right.
  const rewards = rollouts.map(({ verdict }) => verdict.reward);
  const most = Math.max(...rewards);
  const best = [...rewards.keys()].filter((at) => rewards[at] === most);
  if (best.length === rewards.length) return [];
  return rollouts
    .map(({ verdict }, attempt) => {
      if (verdict.reward < most) return { group, attempt, response: random.pick(best), weight: mend };
      // The best of a group may be wrong: then it is something to reach, and nothing to keep.
      return { group, attempt, response: attempt, weight: verdict.solved ? keep : 0 };
    })
    .filter(({ weight }) => weight > 0);
}

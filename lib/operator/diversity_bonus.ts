import * as v from "valibot";
import { givenOptions, notNegative, parseOptions, positive } from "../part.ts";
import { diversityFactors, type DiversityForm } from "./diversity_factors.ts";
import { type EmbedderDescription, openEmbedder, parseEmbedder } from "./embedders.ts";
import type { EmbedSpans, OperatorPart, WeighedGroup } from "./operator.ts";

/** All options of `diversityBonus`. */
export type DiversityBonusOptions = {
  /** How distances become factors; see `diversityFactors`. Default `"paper"`. */
  readonly mode: "paper" | "minmax" | "mean";
  /** Gives responses their places. Default `ngrams()`. */
  readonly embedder: EmbedderDescription;
  /** Whether only groups of self-iteration steps are weighed, or those of first attempts too. Default `"iterations"`. */
  readonly applies: "iterations" | "all";
  /** Mode `"paper"` only: the least denominator, as a multiple of the mean distance. At least 0. Default 1. */
  readonly floor?: number;
  /** Mode `"paper"` only: the largest factor. Above 0. Default 4; it acts where `floor` is below 1/3. */
  readonly cap?: number;
};

/** Options with all of them optional. */
export type DiversityBonusInput = Partial<DiversityBonusOptions>;

/** The diversity bonus. */
export interface DiversityBonusPart extends OperatorPart {
  /** Always `"diversity-bonus"`. */
  readonly kind: "diversity-bonus";
  /** Every option in force. */
  readonly options: DiversityBonusOptions;
  /** It leaves what is asked as it is. */
  readonly iterates: false;
  /** The factors of groups. */
  factors(groups: readonly WeighedGroup[], embed: EmbedSpans): Promise<readonly (readonly number[])[]>;
}

const where = "diversityBonus()";

const schema = v.pipe(
  v.strictObject({
    mode: v.optional(v.picklist(["paper", "minmax", "mean"]), "paper"),
    embedder: v.optional(v.unknown(), {}),
    applies: v.optional(v.picklist(["iterations", "all"]), "iterations"),
    floor: v.exactOptional(notNegative),
    cap: v.exactOptional(positive),
  }),
  v.forward(
    v.check(({ mode, floor }) => mode === "paper" || floor === undefined, 'left out unless mode is "paper"'),
    ["floor"],
  ),
  v.forward(
    v.check(({ mode, cap }) => mode === "paper" || cap === undefined, 'left out unless mode is "paper"'),
    ["cap"],
  ),
);

/**
 * The diversity bonus (section 4.2 of arXiv 2509.04575): a rollout's advantage, good or bad, is multiplied by how far
 * its response is from the others of its group, A_i ← d_i A_i. It weighs: it changes neither what is asked nor any
 * reward.
 *
 * The default is the paper's form (Eq. 6) with a guard of our own. The bare form divides by the range of the distances
 * without subtracting the least, so that all factors grow without bound as the distances become equal, although it
 * says nothing of that limit; that is the usual case in spaces of many dimensions. A denominator of at least
 * the mean distance (`floor: 1`) makes the factors run smoothly to 1 there: they are then never above 2, with a mean of
 * at most 1, and the bare form where that is already so. `{ floor: 0, cap: 1e9 }` is the bare form.
 *
 * The paper does not say whether groups of first attempts are weighed; here they are with `applies: "all"` alone.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
 * import { ngrams } from "exitlab/lib/operator/ngrams.ts";
 * import assert from "node:assert/strict";
 *
 * const bonus = diversityBonus({ mode: "mean", embedder: ngrams({ positions: 2 }) });
 * const verdict = { quality: 0, solved: false, reward: 0 };
 * const rollouts = ["1234", "1234", "1234", "4321"].map((text) => (
 *   { before: null, responses: [text], span: { tokens: [0, 1], from: 1 }, verdict, reward: 0 }
 * ));
 * const [factors = []] = await bonus.factors([{ mode: "improve", rollouts }], () => Promise.resolve([]));
 * assert.deepEqual(factors.map((factor) => factor.toFixed(2)), ["0.67", "0.67", "0.67", "2.00"]);
 * ```
 */
export function diversityBonus(options: DiversityBonusInput = {}): DiversityBonusPart {
  const { embedder: described, floor = 1, cap = 4, ...parsed } = parseOptions(schema, options, where);
  const description = parseEmbedder(described, `the embedder of ${where}`);
  const { mode, applies } = parsed;
  const form: DiversityForm = mode === "paper" ? { mode, floor, cap } : { mode };
  const embedder = openEmbedder(description);
  const isWeighed = ({ mode }: WeighedGroup): boolean => applies === "all" || mode !== "base";
  return {
    part: "operator",
    kind: "diversity-bonus",
    options: { ...form, embedder: description, applies },
    given: givenOptions(options),
    rebuild: (given) => diversityBonus(given),
    iterates: false,
    needsAttempts: applies === "iterations",
    ...embedder.host === undefined ? {} : { hosts: [embedder.host] },
    ...embedder.embeds === undefined ? {} : { embeds: embedder.embeds },
    transform: (start) => start,
    word: () => undefined,
    factors: async (groups, embed) => {
      const rollouts = groups.filter(isWeighed).flatMap((group) => group.rollouts);
      const embeddings = rollouts.length === 0 ? [] : await embedder.embed(rollouts, embed);
      if (embeddings.length !== rollouts.length) {
        throw new Error(`Expected ${rollouts.length} embeddings but found ${embeddings.length}`);
      }
      let taken = 0;
      return groups.map((group) => {
        if (!isWeighed(group)) return group.rollouts.map(() => 1);
        const own = embeddings.slice(taken, taken += group.rollouts.length);
        return diversityFactors(own, form);
      });
    },
  };
}

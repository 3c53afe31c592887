import * as v from "valibot";
import { parseOptions } from "../part.ts";
import type { Embedder } from "./embedder.ts";

/** The policy itself as an embedder: plain JSON, for the options of a part. */
export type PolicyEmbedder = {
  /** Always `"policy"`. */
  readonly kind: "policy";
};

const schema = v.strictObject({ kind: v.literal("policy") });

/**
 * Embeds a response by the policy in training: the mean over its tokens of the last layer's hidden state. Of several
 * turns it is the last response. Nothing is downloaded, but the space moves as the policy learns, and a plan is refused
 * for an engine that gives no embeddings.
 *
 * @example
 * ```ts
 * import { policyEmbedder } from "exitlab/lib/operator/policy_embedder.ts";
 * import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(diversityBonus({ embedder: policyEmbedder() }).embeds, true);
 * ```
 */
export function policyEmbedder(): PolicyEmbedder {
  return { kind: "policy" };
}

/**
 * The description of the policy as an embedder.
 *
 * @throws {UserError} If it has an option: there is none.
 */
export function parsePolicyEmbedder(given: unknown, where: string): PolicyEmbedder {
  return parseOptions(schema, given, where);
}

/** The embedder that asks the policy. */
export const embedderOfPolicy: Embedder = {
  embeds: true,
  embed: (rollouts, ofPolicy) => ofPolicy(rollouts.map(({ span }) => span)),
};

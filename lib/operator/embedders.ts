import * as v from "valibot";
import { parseOptions } from "../part.ts";
import type { Embedder } from "./embedder.ts";
import { featureEmbedder, type FeatureExtraction, parseFeatureExtraction } from "./feature_extraction.ts";
import { type Ngrams, ngramsEmbedder, parseNgrams } from "./ngrams.ts";
import { embedderOfPolicy, parsePolicyEmbedder, type PolicyEmbedder } from "./policy_embedder.ts";

/**
 * An embedder as an option of a part: plain JSON, so that a plan can print it, hash it and change it. Made by `ngrams`,
 * `policyEmbedder` or `featureExtraction`.
 */
export type EmbedderDescription = Ngrams | PolicyEmbedder | FeatureExtraction;

const kinds = v.object({
  kind: v.optional(v.picklist(["ngrams", "policy", "feature-extraction"]), "ngrams"),
});

/**
 * The description of an embedder with every option in force; without a kind it is `ngrams`.
 *
 * @param where What messages call it, such as `"the embedder of diversityBonus()"`.
 * @throws {UserError} If the kind or an option is unknown or out of range.
 */
export function parseEmbedder(given: unknown, where: string): EmbedderDescription {
  const { kind } = parseOptions(kinds, given, where);
  switch (kind) {
    case "ngrams":
      return parseNgrams(given, where);
    case "policy":
      return parsePolicyEmbedder(given, where);
    case "feature-extraction":
      return parseFeatureExtraction(given, where);
  }
}

/** The embedder that a description is of. */
export function openEmbedder(description: EmbedderDescription): Embedder {
  switch (description.kind) {
    case "ngrams":
      return ngramsEmbedder(description);
    case "policy":
      return embedderOfPolicy;
    case "feature-extraction":
      return featureEmbedder(description);
  }
}

import * as v from "valibot";
import { parseOptions, positive, whole } from "../part.ts";
import { embeddedText, type Embedder } from "./embedder.ts";
import { FeatureClient } from "./feature_client.ts";

/** A feature-extraction endpoint as an embedder: plain JSON, for the options of a part. */
export type FeatureExtraction = {
  /** Always `"feature-extraction"`. */
  readonly kind: "feature-extraction";
  /** A model of the Hugging Face hub, `owner/name`, at the serverless endpoint; this or `url`. */
  readonly model?: string;
  /** The address of an endpoint; this or `model`. */
  readonly url?: string;
  /** The most texts of one request. Default 32. */
  readonly batch: number;
  /** Seconds until a request is given up. Default 60. */
  readonly timeout: number;
  /** How often a request is sent again after a time-out, a cut connection, a 429 or a 5xx. Default 5. */
  readonly retries: number;
};

/** What `featureExtraction` is given: a model or an address, and how to ask. */
export type FeatureExtractionInput =
  & Partial<Pick<FeatureExtraction, "batch" | "timeout" | "retries">>
  & ({ readonly model: string } | { readonly url: string });

const modelName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]+\/[\w.-]+$/, 'a model of the hub such as "BAAI/bge-small-en-v1.5"'),
);

const address = v.pipe(
  v.string(),
  v.check(isPlainAddress, "an http(s) address without a user, a query or a fragment"),
);

const schema = v.pipe(
  v.strictObject({
    kind: v.literal("feature-extraction"),
    model: v.exactOptional(modelName),
    url: v.exactOptional(address),
    batch: v.optional(whole(1, 1024), 32),
    timeout: v.optional(positive, 60),
    retries: v.optional(whole(0, 20), 5),
  }),
  v.check(
    ({ model, url }) => (model === undefined) !== (url === undefined),
    "options with a model or a url, one of them",
  ),
);

/**
 * Embeds a response by an endpoint that turns texts into vectors: a model of the Hugging Face hub at its serverless
 * endpoint, or any server of that interface (`POST {"inputs": [text, …]}`, answered by a vector a text, or a vector a
 * token, of which the mean is taken), such as text-embeddings-inference.
 *
 * If the environment has `HF_TOKEN`, it is sent to hosts of Hugging Face, over https, and to no other. Vectors of texts
 * that were asked before are kept in memory. A run is as reproducible as the server's vectors are.
 *
 * @throws {UserError} If an option is missing, unknown or out of range.
 *
 * @example
 * ```ts
 * import { featureExtraction } from "exitlab/lib/operator/feature_extraction.ts";
 * import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
 * import assert from "node:assert/strict";
 *
 * const hosted = diversityBonus({ embedder: featureExtraction({ model: "BAAI/bge-small-en-v1.5" }) });
 * assert.deepEqual(hosted.hosts, ["router.huggingface.co"]);
 * const own = diversityBonus({ embedder: featureExtraction({ url: "http://127.0.0.1:8080/embed" }) });
 * assert.deepEqual(own.hosts, ["127.0.0.1:8080"]);
 * ```
 */
export function featureExtraction(options: FeatureExtractionInput): FeatureExtraction {
  return parseFeatureExtraction({ kind: "feature-extraction", ...options }, "featureExtraction()");
}

/**
 * The description of an endpoint as an embedder, with every option in force.
 *
 * @throws {UserError} If an option is missing, unknown or out of range.
 */
export function parseFeatureExtraction(given: unknown, where: string): FeatureExtraction {
  return parseOptions(schema, given, where);
}

/** The embedder that the options describe. */
export function featureEmbedder({ model, url, batch, timeout, retries }: FeatureExtraction): Embedder {
  const endpoint = new URL(
    url ?? `https://router.huggingface.co/hf-inference/models/${model}/pipeline/feature-extraction`,
  );
  const client = new FeatureClient({ url: endpoint, batch, timeout, retries });
  return {
    host: endpoint.host,
    embed: (rollouts) => client.embed(rollouts.map(embeddedText)),
  };
}

/** Whether a text is an address that can stand in a plan: what may hold a secret is refused. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === "");
}

import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, isJsonObject, type JsonObject } from "../../../lib/json.ts";
import { SamplerLine } from "./line.ts";
import type { Sampler, SamplerOptions } from "./sampler.ts";
import { SglangSampler } from "./sglang.ts";
import { TgiSampler } from "./tgi.ts";
import { VllmSampler } from "./vllm.ts";

/** Milliseconds until a server that does not answer is given up. */
const patience = 10_000;

/**
 * Finds out what sampler is at an address: SGLang answers `/get_model_info`, vLLM `/version` and `/v1/models`, and Text
 * Generation Inference `/info`.
 *
 * @param url Such as `"http://127.0.0.1:30000"`.
 * @throws {UserError} If there is none, or it refuses the key.
 *
 * @example
 * ```ts
 * import { connectSampler } from "exitlab/runners/tgi/samplers/connect.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   connectSampler("http://127.0.0.1:9", { retry: { patience: 100 } }),
 *   /Cannot reach a sampler at http:\/\/127\.0\.0\.1:9/,
 * );
 * ```
 */
export async function connectSampler(url: string, options: SamplerOptions = {}): Promise<Sampler> {
  const line = new SamplerLine(url, options);
  try {
    const sampler = await find(line, options);
    if (sampler !== undefined) return sampler;
  } catch (error) {
    line.end();
    if (!(error instanceof Error) || error instanceof UserError) throw error;
    throw new UserError(`Cannot reach a sampler at ${line.base}: ${error.message}`);
  }
  line.end();
  throw new UserError(
    `Expected vLLM, SGLang or Text Generation Inference at ${line.base} but found another server`,
  );
}

async function find(
  line: SamplerLine,
  { text, retry, stop = [] }: SamplerOptions,
): Promise<Sampler | undefined> {
  const most = Math.min(patience, retry?.patience ?? patience);
  const probe = (route: string) => line.probe(route, most);
  const sglang = await probe("/get_model_info") ?? await probe("/model_info");
  if (sglang !== undefined && "model_path" in sglang) {
    return new SglangSampler(line, { ...sglang, ...await sglangContext(probe) }, stop);
  }
  const vllm = await probe("/version");
  if (typeof vllm?.version === "string") {
    const models = await probe("/v1/models");
    if (models?.data !== undefined && isJsonArray(models.data)) {
      return new VllmSampler(line, vllm.version, models, stop);
    }
  }
  const tgi = await probe("/info");
  return tgi !== undefined && "model_id" in tgi ? new TgiSampler(line, tgi, text, stop) : undefined;
}

/** The most tokens that SGLang allows, from whichever of its routes tells: `{ context }`, or nothing. */
async function sglangContext(probe: (route: string) => Promise<JsonObject | undefined>): Promise<JsonObject> {
  const models = await probe("/v1/models");
  const [card] = models?.data !== undefined && isJsonArray(models.data) ? models.data : [];
  if (isJsonObject(card) && typeof card.max_model_len === "number") return { context: card.max_model_len };
  const about = await probe("/get_server_info");
  return typeof about?.context_length === "number" ? { context: about.context_length } : {};
}

import type { Completion, SampleRequest } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { ServerLostError, UnreadableError } from "../tinker/failure.ts";
import { AdapterNames } from "./adapter_names.ts";
import { endAtStop, readCompletion, refusal } from "./completion.ts";
import type { SamplerLine } from "./line.ts";
import type { Sampler, SamplerInfo, SamplerWeights } from "./sampler.ts";
import { Tempered, trialPrompt } from "./tempered.ts";

/**
 * SGLang, by `/generate` with token ids. Its log-probabilities are of the tempered distribution before any cut, unless it
 * was told to return the original ones, which is checked before the first draw at a temperature other than 1.
 *
 * It takes whole models from a folder (`/update_weights_from_disk`) and adapters under names of their own
 * (`/load_lora_adapter`, with `--enable-lora`); it must see the trainer's disk. With whole models it has to tell the
 * version of its weights, so that one that was started anew is noticed.
 */
export class SglangSampler implements Sampler {
  /** Always `"sglang"`. */
  readonly kind = "sglang";
  readonly #line: SamplerLine;
  readonly #info: SamplerInfo;
  readonly #adapters = new AdapterNames();
  readonly #stop: readonly number[];
  readonly #tempered: Tempered;
  /** The mark of the whole model taken last. */
  #weights: string | undefined;
  #taken = 0;

  /**
   * Over a line to a server that was found to be one.
   *
   * @param about What `/get_model_info` said, and the `context` if it is known.
   * @param stop The ids that end a completion.
   * @throws {UserError} If it does not generate.
   */
  constructor(line: SamplerLine, about: JsonObject, stop: readonly number[]) {
    const { model_path: model, tokenizer_path: root, is_generation: generates, context } = about;
    if (typeof model !== "string" || generates === false) {
      throw refusal(`SGLang at ${line.base}`, "a model that generates", JSON.stringify(model ?? null));
    }
    this.#line = line;
    this.#stop = stop;
    this.#tempered = new Tempered(
      (temperature) => this.#largest(temperature),
      this.#where,
      "without SGLANG_RETURN_ORIGINAL_LOGPROB",
    );
    this.#info = {
      model,
      // After an update, its model is the folder that it was given; its tokenizer stays.
      root: typeof root === "string" ? root : null,
      context: typeof context === "number" ? context : null,
      topP: true,
      takes: ["adapter", "model"],
      description: "SGLang",
    };
  }

  /** What it is. */
  describe(): Promise<SamplerInfo> {
    return Promise.resolve(this.#info);
  }

  /** Draws completions. */
  async sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    await this.#tempered.check(requests);
    const adapter = this.#adapters.newest;
    const weights = this.#weights;
    return await this.#line.each(requests, async (request) => {
      try {
        return await this.#line.post(
          "/generate",
          generateBody(request, this.#stop, adapter),
          (answer) => this.#read(answer, request, weights),
        );
      } catch (error) {
        if (adapter !== undefined && error instanceof Error && error.message.includes(adapter)) {
          throw new ServerLostError(`${this.#where} no longer has the adapter: ${error.message}`);
        }
        throw error;
      }
    });
  }

  /** Takes an adapter or a whole model. */
  async takeWeights({ folder, adapter, version }: SamplerWeights): Promise<void> {
    if (adapter) {
      const name = this.#adapters.next();
      await this.#load("/load_lora_adapter", { "lora_name": name, "lora_path": folder }, folder);
      for (const old of this.#adapters.add(name)) await this.#unload(old);
      return;
    }
    const mark = `${version}.${++this.#taken}`;
    const body = { "model_path": folder, "abort_all_requests": false, "weight_version": mark };
    await this.#load("/update_weights_from_disk", body, folder);
    this.#weights = mark;
  }

  /** Unloads the adapters. */
  async close(): Promise<void> {
    for (const name of this.#adapters.all) await this.#unload(name);
    this.#line.end();
  }

  get #where(): string {
    return `SGLang at ${this.#line.base}`;
  }

  #read(answer: JsonObject, request: SampleRequest, weights: string | undefined): Completion {
    const about = isJsonObject(answer.meta_info) ? answer.meta_info : {};
    const { finish_reason: finish, output_token_logprobs: pairs, weight_version: mark } = about;
    const ending = isJsonObject(finish) ? finish.type : finish;
    if (ending === "abort") throw new UnreadableError("It gave up a completion");
    if (weights !== undefined && typeof mark !== "string") {
      throw new UserError(
        `Expected ${this.#where} to tell the version of its weights (weight_version) with a completion but found none, so ` +
          "that a restart would go unnoticed; take a later SGLang, or train an adapter",
      );
    }
    if (weights !== undefined && mark !== weights) {
      throw new ServerLostError(
        `${this.#where} draws under other weights ("${mark}") than those it was given ("${weights}")`,
      );
    }
    const drawn = pairs !== undefined && isJsonArray(pairs) ? pairs : undefined;
    const at = (place: number) => drawn?.map((pair) => isJsonArray(pair) ? pair[place] ?? null : null);
    const logprobs = at(0);
    const tokens = at(1);
    if (tokens !== undefined && !areTheIds(answer.output_ids, tokens, finish)) {
      throw refusal(this.#where, "log-probabilities of the ids drawn", "those of others");
    }
    const completion = readCompletion({ tokens, logprobs, finish: ending }, request, this.#where);
    return endAtStop(completion, this.#stop, this.#where);
  }

  /** The largest log-probability after a prompt, at a temperature. */
  async #largest(temperature: number): Promise<number> {
    const request = { prompt: trialPrompt, maxTokens: 1, temperature, topP: 1, seed: 0 };
    const body = { ...generateBody(request, [], undefined), "top_logprobs_num": 1 };
    return await this.#line.post("/generate", body, ({ meta_info: about }) => {
      const tops = isJsonObject(about) ? about.output_top_logprobs : undefined;
      const [first] = tops !== undefined && isJsonArray(tops) ? tops : [];
      const [best] = first !== undefined && isJsonArray(first) ? first : [];
      const [logprob] = best !== undefined && isJsonArray(best) ? best : [];
      if (typeof logprob === "number") return logprob;
      throw refusal(this.#where, "the largest log-probability", "none");
    });
  }

  async #load(route: string, body: Json, folder: string): Promise<void> {
    let said: string;
    try {
      const answer = await this.#line.post(route, body, (found) => found);
      if (answer.success === true) return;
      said = typeof answer.message === "string" ? answer.message : JSON.stringify(answer);
      if (typeof answer.error_message === "string") said = answer.error_message;
    } catch (error) {
      if (!(error instanceof Error) || !/refused|does not have this route|has lost/.test(error.message)) {
        throw error;
      }
      said = error.message;
    }
    // The answer to the first of two requests was lost on the way.
    if (route === "/load_lora_adapter" && /already (been )?(loaded|exists)/.test(said)) return;
    throw new UserError(
      `Expected ${this.#where} to load the weights in ${folder} but: ${said}; does it see this folder` +
        `${route === "/load_lora_adapter" ? ", and was it started with --enable-lora?" : "?"}`,
    );
  }

  async #unload(name: string): Promise<void> {
    await this.#line.courtesy("/unload_lora_adapter", { "lora_name": name });
  }
}

/** Whether the ids of an answer are those that log-probabilities came for; some versions cut off the stop id of the first. */
function areTheIds(ids: Json | undefined, tokens: readonly Json[], finish: Json | undefined): boolean {
  if (ids === undefined) return true;
  const matched = isJsonObject(finish) ? finish.matched : undefined;
  const isCut = typeof matched === "number" && matched === tokens.at(-1);
  const text = JSON.stringify(ids);
  return text === JSON.stringify(tokens) || (isCut && text === JSON.stringify(tokens.slice(0, -1)));
}

/** What a model's own `generation_config.json` may set is set here: it would bend the distribution unseen. */
function generateBody(
  { prompt, maxTokens, temperature, topP, seed }: SampleRequest,
  stop: readonly number[],
  adapter: string | undefined,
): { readonly [key: string]: Json } {
  return {
    "input_ids": prompt,
    "sampling_params": {
      "max_new_tokens": maxTokens,
      temperature,
      "top_p": topP,
      "top_k": -1,
      "min_p": 0,
      "repetition_penalty": 1,
      "presence_penalty": 0,
      "frequency_penalty": 0,
      "sampling_seed": seed,
      "skip_special_tokens": false,
      "no_stop_trim": true,
      ...stop.length === 0 ? {} : { "stop_token_ids": stop },
    },
    "return_logprob": true,
    ...adapter === undefined ? {} : { "lora_path": adapter },
  };
}

import type { Completion, SampleRequest, TokenSequence } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { ServerLostError } from "../tinker/failure.ts";
import { AdapterNames } from "./adapter_names.ts";
import { checkPrompt, endAtStop, readCompletion, refusal } from "./completion.ts";
import type { SamplerLine } from "./line.ts";
import type { Sampler, SamplerInfo, SamplerWeights } from "./sampler.ts";
import { Tempered, trialPrompt } from "./tempered.ts";

/**
 * vLLM, by `/v1/completions` with token ids. It tells log-probabilities under the distribution drawn from only where it was
 * started with `--logprobs-mode processed_logprobs`, which is checked before the first draw at a temperature other than 1;
 * those are from after the cut, so that topP must be 1.
 *
 * It takes new weights as adapters, each under a name of its own: it keeps what it computed of prompts by adapter, so
 * that one that was replaced in place would meet leftovers of the last. It must be started with `--enable-lora` and
 * `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True`, and see the trainer's disk.
 */
export class VllmSampler implements Sampler {
  /** Always `"vllm"`. */
  readonly kind = "vllm";
  readonly #line: SamplerLine;
  readonly #info: SamplerInfo;
  readonly #adapters = new AdapterNames();
  readonly #stop: readonly number[];
  readonly #tempered: Tempered;

  /**
   * Over a line to a server that was found to be one.
   *
   * @param version What `/version` said.
   * @param models What `/v1/models` said.
   * @param stop The ids that end a completion.
   * @throws {UserError} If it serves no model.
   */
  constructor(line: SamplerLine, version: string, models: JsonObject, stop: readonly number[]) {
    const cards = models.data !== undefined && isJsonArray(models.data)
      ? models.data.filter(isJsonObject)
      : [];
    const base = cards.find(({ parent }) => parent === undefined || parent === null) ?? {};
    if (typeof base.id !== "string") throw refusal(`vLLM at ${line.base}`, "a model in /v1/models", "none");
    this.#line = line;
    this.#stop = stop;
    this.#tempered = new Tempered(
      (temperature) => this.#largest(temperature),
      this.#where,
      "with --logprobs-mode processed_logprobs",
    );
    this.#info = {
      model: base.id,
      root: typeof base.root === "string" ? base.root : null,
      context: typeof base.max_model_len === "number" ? base.max_model_len : null,
      topP: false,
      takes: ["adapter"],
      description: `vLLM ${version}`,
    };
  }

  /** What it is. */
  describe(): Promise<SamplerInfo> {
    return Promise.resolve(this.#info);
  }

  /** Draws completions. */
  async sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    if (requests.some(({ topP }) => topP !== 1)) {
      throw new UserError(
        `Expected topP to be 1 for ${this.#where}, which tells log-probabilities from after the cut, but found ` +
          requests.map(({ topP }) => topP).find((topP) => topP !== 1),
      );
    }
    await this.#tempered.check(requests);
    const model = this.#adapters.newest ?? this.#info.model;
    return await this.#line.each(requests, (request) => this.#draw(request, model));
  }

  /** Takes an adapter. */
  async takeWeights({ folder, adapter }: SamplerWeights): Promise<void> {
    if (!adapter) {
      throw new UserError(
        `Expected an adapter for ${this.#where}, which takes no whole models over HTTP; train one with ` +
          `hub(…, { adapter: { rank: 32 } }), or take SGLang or the trainer itself as the sampler`,
      );
    }
    const name = this.#adapters.next();
    try {
      await this.#line.command("/v1/load_lora_adapter", { "lora_name": name, "lora_path": folder });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The answer to the first of two requests was lost on the way.
      if (!/already been loaded/.test(error.message)) throw this.#notLoaded(folder, error);
    }
    for (const old of this.#adapters.add(name)) await this.#unload(old);
  }

  /** Unloads the adapters. */
  async close(): Promise<void> {
    for (const name of this.#adapters.all) await this.#unload(name);
    this.#line.end();
  }

  get #where(): string {
    return `vLLM at ${this.#line.base}`;
  }

  async #draw(request: SampleRequest, model: string): Promise<Completion> {
    const { prompt, maxTokens, temperature, seed } = request;
    const body = completionBody(model, prompt, maxTokens, temperature, 0);
    return await this.#line.post("/v1/completions", { ...body, seed, ...stopIds(this.#stop) }, (answer) => {
      const choice = onlyChoice(answer, this.#where);
      checkPrompt(choice.prompt_token_ids ?? answer.prompt_token_ids, request, this.#where);
      const raw = {
        tokens: choice.token_ids,
        logprobs: isJsonObject(choice.logprobs) ? choice.logprobs.token_logprobs : undefined,
        finish: choice.finish_reason,
      };
      // Its ids include the stop id that it ended with, though its text does not.
      return endAtStop(readCompletion(raw, request, this.#where), this.#stop, this.#where);
    });
  }

  /** The largest log-probability after a prompt, at a temperature. */
  async #largest(temperature: number): Promise<number> {
    const body = completionBody(this.#info.model, trialPrompt, 1, temperature, 1);
    return await this.#line.post(
      "/v1/completions",
      { ...body, seed: 0 },
      (answer) => largestLogprob(onlyChoice(answer, this.#where), this.#where),
    );
  }

  async #unload(name: string): Promise<void> {
    await this.#line.courtesy("/v1/unload_lora_adapter", { "lora_name": name });
  }

  #notLoaded(folder: string, error: Error): Error {
    const refused = error instanceof ServerLostError ||
      /refused|does not have this route/.test(error.message);
    if (!refused) return error;
    return new UserError(
      `Expected ${this.#where} to load the adapter in ${folder} but: ${error.message}; start it with --enable-lora and ` +
        `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, on a machine that sees this folder`,
    );
  }
}

/** What a model's own `generation_config.json` may set is set here: it would bend the distribution unseen. */
function completionBody(
  model: string,
  prompt: TokenSequence,
  maxTokens: number,
  temperature: number,
  logprobs: number,
): { readonly [key: string]: Json } {
  return {
    model,
    prompt,
    "max_tokens": maxTokens,
    temperature,
    "top_p": 1,
    "top_k": -1,
    "min_p": 0,
    "repetition_penalty": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    n: 1,
    logprobs,
    "return_token_ids": true,
    "skip_special_tokens": false,
  };
}

/** The ids that end a completion and no others; the server's own where none are known. */
function stopIds(stop: readonly number[]): { readonly [key: string]: Json } {
  return stop.length === 0 ? {} : { "stop_token_ids": stop, "ignore_eos": true };
}

function onlyChoice({ choices }: JsonObject, where: string): JsonObject {
  const all = choices !== undefined && isJsonArray(choices) ? choices : [];
  const [choice] = all;
  if (all.length !== 1 || !isJsonObject(choice)) {
    throw refusal(where, "one completion", `${all.length} in "choices"`);
  }
  return choice;
}

function largestLogprob({ logprobs }: JsonObject, where: string): number {
  const top = isJsonObject(logprobs) ? logprobs.top_logprobs : undefined;
  const [first] = top !== undefined && isJsonArray(top) ? top : [];
  const values = isJsonObject(first) ? Object.values(first) : [];
  const found = values.filter((value): value is number => typeof value === "number");
  if (found.length === 0) throw refusal(where, "the largest log-probabilities", "none");
  return Math.max(...found);
}

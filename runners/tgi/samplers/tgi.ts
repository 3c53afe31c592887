import type { Completion, SampleRequest, TokenSequence } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { checkPrompt, endAtStop, readCompletion, refusal } from "./completion.ts";
import type { SamplerLine } from "./line.ts";
import type { Sampler, SamplerInfo } from "./sampler.ts";

/** Why a completion ended, in its words and ours. */
const endings: ReadonlyMap<Json | undefined, "stop" | "length"> = new Map([
  ["length", "length"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
]);

/**
 * Text Generation Inference, by `/generate`. It takes no new weights, so that it can draw for evaluations alone, and takes
 * prompts as text alone: the ids that it makes of each are compared with the prompt's own.
 *
 * Its log-probabilities are from after the cut, so that topP must be 1. It takes no stop ids but ends with those of the
 * model's own configuration; what it draws after another stop id is cut off.
 */
export class TgiSampler implements Sampler {
  /** Always `"tgi"`. */
  readonly kind = "tgi";
  readonly #line: SamplerLine;
  readonly #info: SamplerInfo;
  readonly #text: ((tokens: TokenSequence) => string) | undefined;
  readonly #stop: readonly number[];
  /** Whether it puts the beginning of a text in front of every prompt, so that the prompt's own must be left out. */
  #begins: boolean | undefined;

  /**
   * Over a line to a server that was found to be one.
   *
   * @param about What `/info` said.
   * @param text The text of ids, special ones written out.
   * @param stop The ids that end a completion.
   */
  constructor(
    line: SamplerLine,
    about: JsonObject,
    text: ((tokens: TokenSequence) => string) | undefined,
    stop: readonly number[],
  ) {
    const { model_id: model, max_total_tokens: context, version } = about;
    this.#line = line;
    this.#text = text;
    this.#stop = stop;
    this.#info = {
      model: typeof model === "string" ? model : "",
      root: null,
      context: typeof context === "number" ? context : null,
      topP: false,
      takes: [],
      description: `TGI ${typeof version === "string" ? version : "of unknown version"}`,
    };
  }

  /** What it is. */
  describe(): Promise<SamplerInfo> {
    return Promise.resolve(this.#info);
  }

  /** Draws completions. */
  async sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    const cut = requests.find(({ topP }) => topP !== 1);
    if (cut !== undefined) {
      throw new UserError(
        `Expected topP to be 1 for ${this.#where}, which tells log-probabilities from after the cut, but found ${cut.topP}`,
      );
    }
    const [first] = requests;
    if (first === undefined) return [];
    // What it does to a prompt is found out with the first of them.
    this.#begins ??= await this.#findBeginning(first);
    return await this.#line.each(requests, (request) => this.#draw(request, this.#begins === true));
  }

  /** Ends all waiting. */
  close(): Promise<void> {
    this.#line.end();
    return Promise.resolve();
  }

  get #where(): string {
    return `TGI at ${this.#line.base}`;
  }

  async #draw(request: SampleRequest, begins: boolean): Promise<Completion> {
    const details = await this.#generate(request, begins ? request.prompt.slice(1) : request.prompt);
    checkPrompt(promptIds(details), request, this.#where);
    const tokens = details.tokens !== undefined && isJsonArray(details.tokens) ? details.tokens : undefined;
    const of = (field: string) => tokens?.map((token) => isJsonObject(token) ? token[field] ?? null : null);
    const { finish_reason: finish } = details;
    const raw = { tokens: of("id"), logprobs: of("logprob"), finish: endings.get(finish) ?? finish };
    return endAtStop(readCompletion(raw, request, this.#where), this.#stop, this.#where);
  }

  async #findBeginning(request: SampleRequest): Promise<boolean> {
    const { prompt } = request;
    const details = await this.#generate({ ...request, maxTokens: 1 }, prompt);
    const found = promptIds(details);
    if (found.length !== prompt.length + 1) return false;
    return found[0] === prompt[0] && found.slice(1).every((id, at) => id === prompt[at]);
  }

  async #generate(
    { maxTokens, temperature, seed }: SampleRequest,
    prompt: TokenSequence,
  ): Promise<JsonObject> {
    if (this.#text === undefined) {
      throw new UserError(
        `Cannot give a prompt to ${this.#where} without the model's tokenizer, since it takes text alone; take vLLM or SGLang`,
      );
    }
    const body: Json = {
      inputs: this.#text(prompt),
      parameters: {
        "do_sample": true,
        temperature,
        "max_new_tokens": maxTokens,
        seed,
        details: true,
        "decoder_input_details": true,
        "return_full_text": false,
      },
    };
    return await this.#line.post("/generate", body, ({ details }) => {
      if (isJsonObject(details)) return details;
      throw refusal(this.#where, "details of a completion", "none");
    });
  }
}

/** The ids that it made of a prompt: none where it does not tell, which is no prompt's. */
function promptIds({ prefill }: JsonObject): Json[] {
  const tokens = prefill !== undefined && isJsonArray(prefill) ? prefill : [];
  return tokens.map((token) => isJsonObject(token) ? token.id ?? null : null);
}

/**
 * One chat completion at a time from a hosted model, through `@huggingface/inference`, with a back-off of our own: the
 * library asks again at once and without end on 503, and never in another case.
 *
 * @module
 */
import {
  InferenceClient,
  InferenceClientHubApiError,
  InferenceClientInputError,
  PROVIDERS_OR_POLICIES,
} from "@huggingface/inference";
import { errorMessage, UserError } from "../../../lib/errors.ts";
import { Random } from "../../../lib/random.ts";
import { pause } from "../hub/hub_client.ts";
import { isTransient } from "../hub/hub_error.ts";
import { retryAfter } from "../hub/hub_headers.ts";
import { readLimited } from "../hub/read_limited.ts";
import { type ChatAnswer, type ChatRequest, readChatAnswer } from "./chat_answer.ts";
import { type HostedAccess, hostedPlace, routeTo } from "./hosted_model.ts";
import { refusal, serverWords } from "./refusal.ts";

/** How a client asks. */
export interface ChatClientOptions {
  /** Milliseconds for one request, answer included. */
  readonly timeout: number;
  /** Told why a request is made again. */
  readonly onRetry?: (why: string) => void;
}

/** How often a request is made before it is given up. */
const mostTries = 8;

/** Milliseconds before the second try; doubled for each further one. */
const firstWait = 1_000;

/** The most milliseconds between tries, unless the server asks for more. */
const longestWait = 60_000;

/** The most milliseconds that a server may ask to wait. */
const mostPatience = 600_000;

/** The most bytes of an answer; nothing that a model writes in a few thousand tokens comes near. */
const mostBytes = 32 * 1024 ** 2;

/** What the last call of the library came to, which its errors tell only in part. */
interface Exchange {
  method: string;
  status: number;
  body: string;
  provider: string | null;
  after: number | null;
}

/** A failure that asking again may mend. */
class PassingFailure extends Error {
  readonly after: number | null;

  constructor(message: string, after: number | null = null) {
    super(message);
    this.after = after;
  }
}

/** Asks a hosted model. */
export class ChatClient {
  readonly #access: HostedAccess;
  readonly #options: ChatClientOptions;
  readonly #library: InferenceClient;
  readonly #random = new Random(Deno.pid, "chat back-off");
  /** Nobody asks before this moment: too many requests are too many for all. */
  #pausedUntil = 0;

  /**
   * A client for a model.
   *
   * @throws {UserError} If the provider is not one that the library knows.
   */
  constructor(access: HostedAccess, options: ChatClientOptions) {
    this.#access = access;
    this.#options = options;
    this.#library = new InferenceClient(access.key);
    this.#provider();
  }

  /**
   * The model's answer to a conversation. An empty one, one that was cut and one that a filter stopped are answers.
   *
   * @param signal Ends the request, and the wait for another try.
   * @throws {UserError} If the server refuses, or gives no answer however often it is asked.
   */
  async ask(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer> {
    for (let tries = 1;; tries++) {
      await this.#pause(signal);
      try {
        return await this.#once(request, signal);
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        const wait = Math.max(error.after ?? 0, this.#waitAfter(tries));
        if (tries >= mostTries || wait > mostPatience) throw this.#givenUp(error.message, tries, wait);
        this.#options.onRetry?.(error.message);
        if (error.after !== null) this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + wait);
        await this.#wait(wait, signal);
      }
    }
  }

  async #once(request: ChatRequest, signal: AbortSignal | undefined): Promise<ChatAnswer> {
    const { endpoint, model } = this.#access;
    const exchange: Exchange = { method: "", status: 0, body: "", provider: null, after: null };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#options.timeout);
    const signals = AbortSignal.any([late.signal, ...signal === undefined ? [] : [signal]]);
    try {
      const { messages, maxTokens, temperature, topP, seed } = request;
      await this.#library.chatCompletion({
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        "max_tokens": maxTokens,
        temperature,
        ...topP < 1 ? { "top_p": topP } : {},
        seed,
        ...endpoint === null ? { provider: this.#provider() } : { endpointUrl: endpoint },
      }, {
        "retry_on_error": false,
        signal: signals,
        fetch: (input, init) => this.#fetch(exchange, signals, input, init),
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (late.signal.aborted) {
        throw new PassingFailure(`no answer within ${Math.round(this.#options.timeout / 1000)} s`);
      }
      if (error instanceof UserError || error instanceof PassingFailure) throw error;
      // Nothing was called: what the Hub says of the model was known.
      if (exchange.status === 0) {
        throw error instanceof InferenceClientInputError ? this.#noProvider(error) : error;
      }
      this.#expectAnswered(exchange);
      // The library wants more of a completion than we do: whether there is an answer in it is seen below.
      if (exchange.method !== "POST") throw this.#noProvider(error);
    } finally {
      clearTimeout(timer);
    }
    this.#expectAnswered(exchange);
    const answer = readChatAnswer(exchange.body, exchange.provider);
    if (typeof answer === "string") throw new PassingFailure(answer);
    return answer;
  }

  /** Refuses every status but success. */
  #expectAnswered({ status, body, after }: Exchange): void {
    if (status >= 200 && status < 300) return;
    if (!isTransient(status)) throw refusal(status, body, this.#access);
    const words = serverWords(body, this.#access.key);
    throw new PassingFailure(`status ${status}${words === "" ? "" : `: ${words}`}`, after);
  }

  /** What the library calls: sends to the hosts that may be called alone, and keeps what it is answered. */
  async #fetch(
    exchange: Exchange,
    signal: AbortSignal,
    input: RequestInfo | URL,
    init: RequestInit = {},
  ): Promise<Response> {
    const url = routeTo(new URL(input instanceof Request ? input.url : input), this.#access);
    const { method = "GET" } = init;
    let response: Response;
    let body: string | undefined;
    try {
      // Whether a request is made twice or a key goes elsewhere is not for a server to say.
      const redirect = method === "GET" ? "follow" : "manual";
      response = await (this.#access.fetch ?? fetch)(url, { ...init, signal, redirect });
      body = await readLimited(response, mostBytes);
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Deno.errors.NotCapable) {
        throw new UserError(`No permission to call ${url.host}; add --net ${url.host}`);
      }
      // What `fetch` throws when there is no connection, or it breaks; the address is known, and may be long.
      const reason = errorMessage(error instanceof Error ? error.cause ?? error : error)
        .replace(/^error sending request for url \(.*?\): /, "");
      throw new PassingFailure(`no connection (${serverWords(reason, this.#access.key)})`);
    }
    if (body === undefined) {
      throw new UserError(
        `Expected ${hostedPlace(this.#access)} to answer with at most ${
          mostBytes / 1024 ** 2
        } MiB but found more`,
      );
    }
    const { status, headers } = response;
    const after = retryAfter(headers);
    Object.assign(exchange, { method, status, body, after, provider: headers.get("x-inference-provider") });
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  }

  /** Why the library went no further than to what the Hub says of the model's providers. */
  #noProvider(error: unknown): Error {
    if (!(error instanceof InferenceClientInputError) && !(error instanceof InferenceClientHubApiError)) {
      return new PassingFailure("what the Hub says of the model's providers cannot be read");
    }
    const { model, provider } = this.#access;
    return new UserError(
      `Expected --provider to be one that has ${model} to chat with but found "${provider}" (${
        serverWords(error.message, this.#access.key).replace(/\.$/, "")
      }); https://huggingface.co/${model} lists those that have it`,
    );
  }

  #provider(): (typeof PROVIDERS_OR_POLICIES)[number] {
    const { provider } = this.#access;
    const known = PROVIDERS_OR_POLICIES.find((name) => name === (provider ?? "auto"));
    if (known !== undefined) return known;
    throw new UserError(
      `Expected --provider to be one of ${PROVIDERS_OR_POLICIES.join(", ")} but found "${provider}"`,
    );
  }

  /** Between half of and the whole of a time that doubles, so that many clients do not come back at once. */
  #waitAfter(tries: number): number {
    return Math.min(longestWait, firstWait * 2 ** (tries - 1)) * (1 + this.#random.next()) / 2;
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    const left = this.#pausedUntil - Date.now();
    if (left > 0) await this.#wait(left, signal);
    signal?.throwIfAborted();
  }

  async #wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    await (this.#access.wait ?? pause)(milliseconds, signal);
    signal?.throwIfAborted();
  }

  #givenUp(why: string, tries: number, wait: number): UserError {
    const place = hostedPlace(this.#access);
    const how = tries >= mostTries
      ? `in ${tries} tries in a row`
      : `and asks to wait ${Math.round(wait / 1000)} s`;
    return new UserError(
      `${place} gave no answer ${how} (${why}); all answers so far are kept: give the same command again later`,
    );
  }
}

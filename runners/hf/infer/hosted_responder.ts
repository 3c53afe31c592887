import type { Message } from "../../../lib/domain/domain.ts";
import type { Answer, Responder, ResponseRequest } from "../../../lib/loop/responder.ts";
import type { ChatAnswer, ChatRequest } from "./chat_answer.ts";
import type { ChatClient } from "./chat_client.ts";
import { chatMessages } from "./chat_messages.ts";
import type { HostedModel } from "./hosted_model.ts";
import { answerKey, type ResponseCache } from "./response_cache.ts";
import type { Spending } from "./spending.ts";

/** What a responder asks with. */
export interface HostedResponderOptions {
  /** The model. */
  readonly model: HostedModel;
  /** Asks it. */
  readonly client: Pick<ChatClient, "ask">;
  /** Keeps its answers. */
  readonly cache: ResponseCache;
  /** Adds up what they cost. */
  readonly spending: Spending;
  /** The most tokens of a conversation and its response, by estimate; `Infinity` for no limit. */
  readonly context: number;
  /** The most requests under way at once. */
  readonly concurrency: number;
  /** Ends what is under way and asks no more. */
  readonly signal: AbortSignal;
  /** Whether to ask no more, though what is under way may end. */
  readonly stopping?: () => boolean;
  /** Told after each answer. */
  readonly onAnswer?: () => void;
}

/** What has been answered so far. */
export interface HostedUsage {
  /** Answers, those of earlier runs included. */
  answers: number;
  /** Of these, answers that an earlier run had asked for. */
  cached: number;
  /** Tokens of the conversations, where they were counted. */
  inputTokens: number;
  /** Tokens of the answers; where the provider did not count, an estimate. */
  outputTokens: number;
  /** Tokens that were generated in this run. */
  newTokens: number;
  /** Answers without a count of their tokens. */
  uncounted: number;
  /** Answers without a word. */
  empty: number;
  /** Answers that were cut at the most tokens. */
  cut: number;
  /** Answers that a filter stopped. */
  filtered: number;
}

/** The user asked to stop. */
export class Stopped extends Error {}

/** Characters of a token where nobody has counted: a low estimate for English, so that contexts are rather kept than not. */
const charactersPerToken = 3;

/** Tokens of a message beside its text. */
const messageTokens = 8;

/**
 * A hosted model as a responder. Requests that were answered before are not made again; the others are made side by side.
 * When one fails for good, those under way are waited for and kept, and the failure is thrown.
 */
export class HostedResponder implements Responder {
  readonly #options: HostedResponderOptions;
  readonly context: number;
  readonly contextOption = "--context";
  /** What has been answered so far. */
  readonly usage: HostedUsage = {
    answers: 0,
    cached: 0,
    inputTokens: 0,
    outputTokens: 0,
    newTokens: 0,
    uncounted: 0,
    empty: 0,
    cut: 0,
    filtered: 0,
  };

  /** A responder; nothing is asked yet. */
  constructor(options: HostedResponderOptions) {
    this.#options = options;
    this.context = options.context;
  }

  /** An estimate from the characters: which tokenizer a hosted model has is not known. */
  count(messages: readonly Message[]): number {
    return messages.reduce((sum, { content }) => sum + estimateTokens(content) + messageTokens, 0);
  }

  /**
   * Draws responses, in the order asked.
   *
   * @throws {UserError} If one cannot be had.
   * @throws {Stopped} If the user asked to stop.
   */
  async respond(asked: readonly ResponseRequest[]): Promise<Answer[]> {
    const { model, cache } = this.#options;
    const requests = asked.map((request) => ({ ...request, messages: chatMessages(request.messages) }));
    const answers = new Map<number, ChatAnswer>();
    const keys = requests.map((request) => answerKey(model, request));
    for (const [at, key] of keys.entries()) {
      const known = cache.get(key);
      if (known === undefined) continue;
      answers.set(at, known);
      this.usage.cached++;
      this.#note(known, requests[at]);
    }
    await this.#askRest(requests, keys, answers);
    return requests.map((_, at) => {
      const answer = answers.get(at);
      if (answer === undefined) throw new Error("An answer was lost");
      return { text: answer.content, tokens: tokensOf(answer) };
    });
  }

  /** Asks for what is missing, some at a time. */
  async #askRest(
    requests: readonly ChatRequest[],
    keys: readonly string[],
    answers: Map<number, ChatAnswer>,
  ): Promise<void> {
    const missing = [...requests.entries()].filter(([at]) => !answers.has(at));
    const failures: unknown[] = [];
    const isOver = (): boolean => failures.length > 0;
    const worker = async (): Promise<void> => {
      while (!isOver()) {
        const [at, request] = missing.shift() ?? [];
        if (at === undefined || request === undefined) return;
        try {
          const answer = await this.#ask(request, keys[at] ?? "", isOver);
          if (answer !== undefined) answers.set(at, answer);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(
      Array.from({ length: Math.min(this.#options.concurrency, missing.length) }, worker),
    );
    if (failures.length > 0) throw failures[0];
  }

  /** Asks for an answer and keeps it; `undefined` if all was over by the time that there was money for it. */
  async #ask(request: ChatRequest, key: string, isOver: () => boolean): Promise<ChatAnswer | undefined> {
    const { client, cache, spending, signal, stopping } = this.#options;
    const release = await spending.reserve(request);
    try {
      if (signal.aborted || stopping?.() === true) throw new Stopped();
      if (isOver()) return undefined;
      const answer = await client.ask(request, signal);
      await cache.put(key, answer);
      this.usage.newTokens += tokensOf(answer);
      this.#note(answer, request);
      return answer;
    } finally {
      release();
    }
  }

  #note(answer: ChatAnswer, request: ChatRequest | undefined): void {
    const { usage } = this;
    usage.answers++;
    usage.inputTokens += answer.inputTokens ?? 0;
    usage.outputTokens += tokensOf(answer);
    if (answer.outputTokens === null) usage.uncounted++;
    if (answer.content === "") usage.empty++;
    if (answer.finish === "length") usage.cut++;
    if (answer.finish === "content_filter") usage.filtered++;
    this.#options.spending.add(answer, request);
    this.#options.onAnswer?.();
  }
}

function tokensOf({ outputTokens, content }: ChatAnswer): number {
  return outputTokens ?? estimateTokens(content);
}

function estimateTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

import { UserError } from "../../../lib/errors.ts";
import type { ChatAnswer, ChatRequest } from "./chat_answer.ts";
import { costOf, type Prices } from "./prices.ts";

/** The next request could exceed what may be spent. */
export class SpendingStop extends UserError {}

/** Tokens that a chat template may put around a conversation, and around each of its messages. */
const [templateTokens, messageTokens] = [64, 16];

/** Keeps what an evaluation costs, answers of earlier runs included, below a limit. */
export class Spending {
  readonly #prices: Prices;
  readonly #most: number | null;
  #reserved = 0;
  /** The most that answers of unknown cost can have cost, so that they count against the limit. */
  #held = 0;
  #open = 0;
  #waiting: (() => void)[] = [];
  /** USD for all answers whose price is known. */
  cost = 0;
  /** Answers whose price is not known, or whose tokens were not counted. */
  unpriced = 0;

  /**
   * Spending up to a limit.
   *
   * @param most USD; `null` for no limit.
   * @throws {UserError} If there is a limit and no price to hold to it.
   */
  constructor(prices: Prices, most: number | null) {
    if (most !== null && prices.most() === null) {
      throw new UserError(
        "Cannot keep to --max-cost without a price: the provider's is not known; give --price IN,OUT in USD per million tokens",
      );
    }
    this.#prices = prices;
    this.#most = most;
  }

  /**
   * Adds an answer's cost.
   *
   * @param request What was asked: it says what an answer can have cost whose tokens were not counted.
   */
  add({ provider, inputTokens, outputTokens }: ChatAnswer, request?: ChatRequest): void {
    const price = this.#prices.at(provider);
    if (price !== null && inputTokens !== null && outputTokens !== null) {
      this.cost += costOf(price, inputTokens, outputTokens);
      return;
    }
    this.unpriced++;
    const most = price ?? this.#prices.most();
    if (most === null || request === undefined) return;
    this.#held += costOf(
      most,
      inputTokens ?? mostInputTokens(request),
      outputTokens ?? request.maxTokens,
    );
  }

  /**
   * Sets aside the most that a request can cost. While others are under way, which may come to less than was set aside for
   * them, a request that does not fit waits for them.
   *
   * @returns To be called once the request is over.
   * @throws {SpendingStop} If it could exceed the limit.
   */
  async reserve(request: ChatRequest): Promise<() => void> {
    const price = this.#prices.most();
    const most = this.#most;
    if (most === null || price === null) return () => {};
    const amount = costOf(price, mostInputTokens(request), request.maxTokens);
    while (this.cost + this.#held + this.#reserved + amount > most) {
      if (this.#open === 0) {
        throw new SpendingStop(
          `Stopped before --max-cost $${most} could be exceeded: the answers so far came to ${
            this.#held === 0
              ? usd(this.cost)
              : `at most ${usd(this.cost + this.#held)} (not all tokens were counted)`
          } and the ` +
            `next could cost ${usd(amount)}; they are kept: give the same command with a higher --max-cost`,
        );
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#reserved += amount;
    this.#open++;
    return () => {
      this.#reserved = --this.#open === 0 ? 0 : this.#reserved - amount;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resume of waiting) resume();
    };
  }
}

/** No tokenizer gives a text more tokens than it has bytes. */
function mostInputTokens({ messages }: ChatRequest): number {
  const bytes = messages.reduce((sum, { content }) => sum + new TextEncoder().encode(content).length, 0);
  return bytes + templateTokens + messageTokens * messages.length;
}

/** An amount for people, such as `$0.0123`. */
export function usd(amount: number): string {
  if (amount > 0 && amount < 1e-6) return "less than $0.000001";
  return `$${amount >= 1 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(3)}`;
}

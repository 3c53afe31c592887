import { UserError } from "../../../lib/errors.ts";
import type { TokenSequence } from "../../../lib/engine/engine.ts";

/** A prompt that any vocabulary has. */
export const trialPrompt: TokenSequence = [1, 2, 3, 4];

/** Temperatures at which log-probabilities differ if they are of the distribution drawn from. */
const [oneTemperature, otherTemperature] = [1, 4];

/** The largest log-probabilities (nats) of a prompt count as the same within so much: kernels are not exact. */
const sameWithin = 0.01;

/** Whether a sampler tells log-probabilities under the distribution that it draws from, also at temperatures other than 1. */
export class Tempered {
  readonly #largest: (temperature: number) => Promise<number>;
  readonly #where: string;
  readonly #advice: string;
  #checked = false;

  /**
   * Of one server.
   *
   * @param largest The largest log-probability (nats) after `trialPrompt` at a temperature.
   * @param where The server, for messages.
   * @param advice How to start it, such as `"with --logprobs-mode processed_logprobs"`.
   */
  constructor(largest: (temperature: number) => Promise<number>, where: string, advice: string) {
    this.#largest = largest;
    this.#where = where;
    this.#advice = advice;
  }

  /**
   * Compares the largest log-probability of the same place at two temperatures, unless all are 1 or it was done before.
   *
   * @throws {UserError} If it is the same at both.
   */
  async check(requests: readonly { readonly temperature: number }[]): Promise<void> {
    if (this.#checked || requests.every(({ temperature }) => temperature === 1)) return;
    const [one, other] = [await this.#largest(oneTemperature), await this.#largest(otherTemperature)];
    if (Math.abs(one - other) <= sameWithin) {
      throw new UserError(
        `Expected ${this.#where} to tell log-probabilities under the distribution that it draws from but found those at ` +
          `temperature 1 (${one} at temperature ${oneTemperature}, ${other} at ${otherTemperature}); start it ` +
          this.#advice,
      );
    }
    this.#checked = true;
  }
}

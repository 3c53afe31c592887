import { type Aggregate, divisors } from "./aggregate.ts";
import { type ImportanceOptions, importanceWeight } from "./importance.ts";
import { k3, k3Slope } from "./kl_term.ts";
import { logRatio } from "./log_ratio.ts";
import type { KlOptions, WeighedCompletion, Weights } from "./objective.ts";
import type { Surrogate } from "./surrogate.ts";

/** A loss: less the surrogate, plus the KL term, less the entropy, all averaged in one way. */
export interface Loss {
  /** What rewards advantage. */
  readonly surrogate: Surrogate;
  /** How tokens are averaged. */
  readonly aggregate: Aggregate;
  /** Weight of the entropy of a token of a completion whose advantage is not 0. */
  readonly entropy: number;
  /** The KL term, over every token of the batch; `null` for none. */
  readonly kl: KlOptions | null;
  /** What weighs each token's surrogate; `null` for nothing. The KL term and the entropy are not weighed by it. */
  readonly importance: ImportanceOptions | null;
}

/**
 * The gradient of a loss, as one coefficient of −log π a token.
 *
 * With slopes a_t of the surrogate, importance weights w_t and `d = log π_ref − log π`, a token's coefficient is
 * `(w_t a_t + β (exp(d_t) − 1)) / D`, where D comes from the average. An importance weight is a constant of its own
 * token, also where the surrogate has one ratio a completion: that is GSPO-token (arXiv 2507.18071, §4.3) with an
 * advantage of `w_t A`.
 *
 * @param batch N completions; all belong to the average, those with advantage 0 too.
 * @param maxTokens The most tokens of a completion.
 * @throws {RangeError} If log-probabilities that the loss needs are absent, or not one a token.
 */
export function weighBatch(
  batch: readonly WeighedCompletion[],
  maxTokens: number,
  { surrogate, aggregate, entropy, kl, importance }: Loss,
): Weights {
  const tokens = batch.reduce((sum, { now }) => sum + now.length, 0);
  const by = divisors(batch.map(({ now }) => now.length), aggregate, maxTokens);
  let clipped = 0;
  let divergence = 0;
  const coefficients = batch.map((completion, at) => {
    const { now, then } = completion;
    expectOneEach("then", then, now);
    const { slopes, clipped: outside } = surrogate(completion);
    clipped += outside;
    if (importance !== null) {
      const sampled = expectOneEach("sampled", completion.sampled, now);
      for (const [t, logprob] of then.entries()) {
        slopes[t] = (slopes[t] ?? NaN) * importanceWeight(logprob, sampled[t] ?? NaN, importance);
      }
    }
    if (kl !== null) {
      const reference = expectOneEach("reference", completion.reference, now);
      for (const [t, logprob] of now.entries()) {
        const d = logRatio(reference[t] ?? NaN, logprob);
        slopes[t] = (slopes[t] ?? NaN) - kl.coefficient * k3Slope(d);
        divergence += k3(d);
      }
    }
    return Float32Array.from(slopes, (slope) => slope / (by[at] ?? NaN));
  });
  return {
    coefficients,
    entropy: batch.map(({ advantage, now }, at) =>
      advantage === 0 || now.length === 0 ? 0 : entropy / (by[at] ?? NaN)
    ),
    clipped: tokens === 0 ? 0 : clipped / tokens,
    kl: tokens === 0 ? 0 : divergence / tokens,
  };
}

function expectOneEach(
  name: "then" | "sampled" | "reference",
  logprobs: Float32Array | undefined,
  now: Float32Array,
): Float32Array {
  if (logprobs?.length === now.length) return logprobs;
  throw new RangeError(
    `Expected "${name}" to hold as many log-probabilities as "now" (${now.length}) but found ` +
      `${logprobs?.length ?? "none"}`,
  );
}

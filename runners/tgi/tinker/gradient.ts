/**
 * How a batch of coefficients becomes a gradient. A server that sums and takes weights of either sign gets them as
 * `cross_entropy` weights. Any other gets `importance_sampling` at a ratio of 1, whose derivative is that of
 * −coefficient · log π: the log-probabilities of a forward pass go back as those sampled under.
 *
 * @module
 */
import type { Datum, LossReport, LossSpec } from "../../../lib/engine/engine.ts";
import type { PassRecord, WireDatum } from "./messages.ts";
import { cutPass, type ModelLink, type PassPart, runPass } from "./passes.ts";
import type { ServerProfile } from "./profile.ts";
import { shift, unshift } from "./shift.ts";

/** Accumulates a model's gradient. */
export interface Gradient {
  /** Adds a batch. */
  add(batch: readonly Datum[], loss: LossSpec): Promise<LossReport>;
  /** What must still be sent before a step, once all that was added before has been scored. */
  take(): Promise<PassPart[]>;
}

/** The way to accumulate a gradient on a server. */
export function openGradient(link: ModelLink): Gradient {
  const { reduction, signedWeights } = link.profile;
  return reduction === "sum" && signedWeights ? new DirectGradient(link) : new DeferredGradient(link);
}

/** The numbers of a loss that a server is told. */
export function lossConfig(
  { temperature }: LossSpec,
  profile: ServerProfile,
): { readonly [name: string]: number } {
  if (temperature === 1) return {};
  if (profile.temperature) return { temperature };
  throw new Error(
    `Expected a temperature of 1, all that a ${profile.name} server can score under, but found ${temperature}`,
  );
}

/** Coefficients as signed weights, at once. */
class DirectGradient implements Gradient {
  readonly #link: ModelLink;

  constructor(link: ModelLink) {
    this.#link = link;
  }

  async add(batch: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    const config = lossConfig(loss, this.#link.profile);
    checkEntropy(batch, this.#link.profile);
    const data = batch.map(({ tokens, coefficients, entropy }) => {
      const inputs = { weights: Float32Array.from(coefficients) };
      const isBlank = entropy === undefined || entropy.every((weight) => weight === 0);
      return shift(tokens, isBlank ? inputs : { ...inputs, entropy_weights: Float32Array.from(entropy) });
    });
    const records = await runScored(this.#link, { loss: "cross_entropy", config, backward: true, data });
    return report(batch, records);
  }

  take(): Promise<PassPart[]> {
    return Promise.resolve([]);
  }
}

/** A sequence that has been scored, its gradient not yet asked for. */
interface Waiting {
  readonly datum: WireDatum;
  readonly weighed: number;
}

/**
 * Coefficients as advantages, when the step comes: a server that takes means over all sequences since the last step must be
 * told how many there will be.
 */
class DeferredGradient implements Gradient {
  readonly #link: ModelLink;
  #waiting: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: ModelLink) {
    this.#link = link;
  }

  async add(batch: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    lossConfig(loss, this.#link.profile);
    checkEntropy(batch, this.#link.profile);
    const scored = this.#score(batch);
    this.#last = scored.catch(() => undefined);
    return await scored;
  }

  async take(): Promise<PassPart[]> {
    await this.#last;
    const waiting = this.#waiting;
    this.#waiting = [];
    const isMean = this.#link.profile.reduction === "sequence-mean";
    const data = waiting.map(({ datum, weighed }) => {
      const factor = isMean ? weighed * waiting.length : 1;
      const { advantages, ...inputs } = datum.inputs;
      return {
        ...datum,
        inputs: { ...inputs, advantages: (advantages ?? new Float32Array()).map((a) => factor * a) },
      };
    });
    return cutPass(this.#link, { loss: "importance_sampling", config: {}, backward: true, data });
  }

  async #score(batch: readonly Datum[]): Promise<LossReport> {
    const data = batch.map(({ tokens }) =>
      shift(tokens, { weights: new Float32Array(tokens.length).fill(1) })
    );
    const records = await runScored(this.#link, { loss: "cross_entropy", config: {}, backward: false, data });
    for (const [index, { tokens, coefficients }] of batch.entries()) {
      const weights = coefficients.map((coefficient) => coefficient === 0 ? 0 : 1);
      const weighed = weights.reduce((sum, weight) => sum + weight, 0);
      const logprobs = records[index]?.logprobs;
      if (weighed === 0 || logprobs === undefined) continue;
      const inputs = {
        weights: Float32Array.from(weights),
        logprobs: Float32Array.from(unshift(logprobs)),
        advantages: Float32Array.from(coefficients),
      };
      this.#waiting.push({ datum: shift(tokens, inputs), weighed });
    }
    return report(batch, records);
  }
}

/** Runs a pass; a sequence of one token has no target, and is not sent. */
export async function runScored(
  link: ModelLink,
  spec: Parameters<typeof runPass>[1],
): Promise<PassRecord[]> {
  const sent = spec.data.filter(({ tokens }) => tokens.length > 0);
  const records = (await runPass(link, { ...spec, data: sent })).values();
  return spec.data.map(({ tokens }) => {
    const next = tokens.length > 0 ? records.next().value : undefined;
    return next ?? { logprobs: new Float32Array() };
  });
}

function checkEntropy(batch: readonly Datum[], profile: ServerProfile): void {
  if (profile.entropy) return;
  if (batch.some(({ entropy }) => entropy?.some((weight) => weight !== 0))) {
    throw new Error(
      `Expected no entropy weights, which a ${profile.name} server does not have in its losses`,
    );
  }
}

/**
 * The loss and the mean entropy over weighed tokens, from what the server told of each token. Where it tells no
 * entropies, the mean of −log π stands for theirs, which has the same mean under the policy itself.
 */
function report(batch: readonly Datum[], records: readonly PassRecord[]): LossReport {
  let [loss, entropySum, weighed, tokenCount] = [0, 0, 0, 0];
  for (const [index, { tokens, coefficients, entropy }] of batch.entries()) {
    tokenCount += tokens.length;
    const record = records[index];
    for (const [at, logprob] of record?.logprobs.entries() ?? []) {
      const coefficient = coefficients[at + 1] ?? 0;
      const weight = entropy?.[at + 1] ?? 0;
      if (coefficient === 0 && weight === 0) continue;
      const uncertainty = record?.entropy?.[at] ?? -logprob;
      loss -= coefficient * logprob + weight * uncertainty;
      entropySum += uncertainty;
      weighed++;
    }
  }
  return {
    loss,
    logprobs: records.map(({ logprobs }) => unshift(logprobs)),
    entropy: weighed === 0 ? 0 : entropySum / weighed,
    tokens: tokenCount,
  };
}

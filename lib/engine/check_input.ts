import type { AdamOptions, Datum, LossSpec, SampleRequest, Span, TokenSequence } from "./engine.ts";
import { UserError } from "../errors.ts";

/** What token ids and lengths are checked against. */
interface Bounds {
  readonly vocabulary: number;
  readonly context: number;
}

/**
 * Refuses requests that cannot be drawn.
 *
 * @throws {UserError} If a prompt leaves no room in the context.
 * @throws {RangeError} If a number is outside its range.
 */
export function checkRequests(requests: readonly SampleRequest[], bounds: Bounds): void {
  for (const [index, { prompt, maxTokens, temperature, topP, seed }] of requests.entries()) {
    const where = `request ${index}`;
    if (prompt.length === 0 || prompt.length >= bounds.context) {
      throw new UserError(
        `Expected a prompt of 1 to ${bounds.context - 1} tokens but found ${prompt.length} in ${where}`,
      );
    }
    checkTokens(prompt, bounds, where);
    expect(Number.isInteger(maxTokens) && maxTokens >= 1, "maxTokens of at least 1", maxTokens, where);
    checkTemperature(temperature, where);
    expect(topP > 0 && topP <= 1, "topP in (0, 1]", topP, where);
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, "a whole seed in [0, 2³²)", seed, where);
  }
}

/**
 * Refuses sequences that the model cannot score.
 *
 * @throws {UserError} If one is longer than the context.
 * @throws {RangeError} If one is empty or has an id outside the vocabulary.
 */
export function checkSequences(sequences: readonly TokenSequence[], bounds: Bounds): void {
  for (const [index, tokens] of sequences.entries()) checkSequence(tokens, bounds, `sequence ${index}`);
}

/**
 * Refuses spans that the model cannot embed.
 *
 * @throws {UserError} If one is longer than the context.
 * @throws {RangeError} If one is empty, has an id outside the vocabulary, or counts from no token of its own on.
 */
export function checkSpans(spans: readonly Span[], bounds: Bounds): void {
  for (const [index, { tokens, from }] of spans.entries()) {
    const where = `span ${index}`;
    checkSequence(tokens, bounds, where);
    const isInside = Number.isInteger(from) && from >= 0 && from < tokens.length;
    expect(isInside, `a whole from in [0, ${tokens.length})`, from, where);
  }
}

/**
 * Refuses a share of the weights of now that a reference cannot take on.
 *
 * @throws {RangeError} If it is outside (0, 1].
 */
export function checkMix(mix: number): void {
  expect(mix > 0 && mix <= 1, "a mix in (0, 1]", mix, "reference.refresh()");
}

/**
 * Refuses weights that do not fit their tokens.
 *
 * @throws {RangeError} If there are too few or too many, one is not finite, or the first is not 0.
 */
export function checkWeights(batch: readonly Datum[], { temperature }: LossSpec): void {
  checkTemperature(temperature, "loss");
  for (const [index, { tokens, coefficients, entropy }] of batch.entries()) {
    for (const [name, weights] of [["coefficient", coefficients], ["entropy weight", entropy]] as const) {
      if (weights === undefined) continue;
      const where = `sequence ${index}`;
      expect(
        weights.length === tokens.length,
        `one ${name} a token (${tokens.length})`,
        weights.length,
        where,
      );
      expect(weights[0] === 0, `a first ${name} of 0`, weights[0], where);
      const broken = weights.find((weight) => !Number.isFinite(weight));
      expect(broken === undefined, `finite ${name}s`, broken, where);
    }
  }
}

/**
 * Refuses options that no step can be taken with.
 *
 * @throws {RangeError} If a number is outside its range.
 */
export function checkAdam(options: AdamOptions): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  const where = "optimiser options";
  expect(
    Number.isFinite(learningRate) && learningRate >= 0,
    "a learningRate of at least 0",
    learningRate,
    where,
  );
  expect(beta1 >= 0 && beta1 < 1, "beta1 in [0, 1)", beta1, where);
  expect(beta2 >= 0 && beta2 < 1, "beta2 in [0, 1)", beta2, where);
  expect(Number.isFinite(epsilon) && epsilon > 0, "an epsilon above 0", epsilon, where);
  expect(Number.isFinite(weightDecay) && weightDecay >= 0, "a weightDecay of at least 0", weightDecay, where);
  expect(clipNorm > 0, "a clipNorm above 0", clipNorm, where);
}

function checkSequence(tokens: TokenSequence, bounds: Bounds, where: string): void {
  if (tokens.length > bounds.context) {
    throw new UserError(
      `Expected at most ${bounds.context} tokens, the context, but found ${tokens.length} in ${where}`,
    );
  }
  expect(tokens.length > 0, "at least 1 token", 0, where);
  checkTokens(tokens, bounds, where);
}

function checkTemperature(temperature: number, where: string): void {
  expect(Number.isFinite(temperature) && temperature > 0, "a temperature above 0", temperature, where);
}

function checkTokens(tokens: TokenSequence, { vocabulary }: Bounds, where: string): void {
  const broken = tokens.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
  expect(broken === undefined, `token ids from 0 to ${vocabulary - 1}`, broken, where);
}

function expect(holds: boolean, wanted: string, found: number | undefined, where: string): void {
  if (!holds) throw new RangeError(`Expected ${wanted} but found ${found} in ${where}`);
}

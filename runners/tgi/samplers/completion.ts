import type { Completion, SampleRequest } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, type Json } from "../../../lib/json.ts";

/** What a sampler returned for one request, as it came. */
export interface RawCompletion {
  /** The ids drawn. */
  readonly tokens: Json | undefined;
  /** The log-probability of each. */
  readonly logprobs: Json | undefined;
  /** Why it ended. */
  readonly finish: Json | undefined;
}

/** Rounding may take a log-probability above 0 by so much. */
const rounding = 1e-3;

/**
 * The completion that a sampler returned, if it is one: ids and log-probabilities, one each.
 *
 * @param where The server, for messages, such as `"vLLM at http://127.0.0.1:8000"`.
 * @throws {UserError} If anything is missing, of another length or not a number, or more was drawn than was asked for.
 */
export function readCompletion(raw: RawCompletion, request: SampleRequest, where: string): Completion {
  const tokens = numbers(raw.tokens, "the ids of the tokens drawn", where);
  const logprobs = numbers(raw.logprobs, "the log-probabilities of the tokens drawn", where);
  const wrongId = tokens.find((id) => !Number.isInteger(id) || id < 0);
  if (wrongId !== undefined) throw refusal(where, "token ids", `the id ${wrongId}`);
  const wrong = logprobs.find((logprob) => logprob > rounding);
  if (wrong !== undefined) throw refusal(where, "log-probabilities of at most 0", `${wrong}`);
  if (tokens.length !== logprobs.length) {
    throw refusal(
      where,
      "one log-probability a token",
      `${logprobs.length} for ${tokens.length} tokens`,
    );
  }
  if (tokens.length === 0 || tokens.length > request.maxTokens) {
    throw refusal(where, `1 to ${request.maxTokens} tokens`, `${tokens.length}`);
  }
  const { finish } = raw;
  if (finish !== "stop" && finish !== "length") {
    throw refusal(where, 'a completion that ended by "stop" or "length"', JSON.stringify(finish ?? null));
  }
  return { tokens, logprobs: Float32Array.from(logprobs, (logprob) => Math.min(0, logprob)), finish };
}

/**
 * The completion up to its first stop id, if it has one: what was drawn until then is a draw of its own. Servers that have
 * drawn all tokens that were asked for may call it `"length"` even if the last is a stop id.
 *
 * @param stop The ids that end a completion; none where they are the server's own business.
 * @throws {UserError} If it ended by itself without a stop id, as one does whose stop id was cut off.
 */
export function endAtStop(completion: Completion, stop: readonly number[], where: string): Completion {
  if (stop.length === 0) return completion;
  const { tokens, logprobs, finish } = completion;
  const end = tokens.findIndex((id) => stop.includes(id)) + 1;
  if (end > 0) return { tokens: tokens.slice(0, end), logprobs: logprobs.slice(0, end), finish: "stop" };
  if (finish === "length") return completion;
  throw refusal(
    where,
    `a completion that ends with a stop id (${stop.join(", ")})`,
    `one that ends with ${tokens.at(-1)}`,
  );
}

/**
 * Refuses a prompt that the server understood in another way.
 *
 * @param found The ids that it says it was given; nothing is checked where it does not say.
 * @throws {UserError} If they are others.
 */
export function checkPrompt(found: Json | undefined, request: SampleRequest, where: string): void {
  if (found === undefined || found === null) return;
  const same = isJsonArray(found) && found.length === request.prompt.length &&
    found.every((id, at) => id === request.prompt[at]);
  if (!same) throw refusal(where, "the prompt's own ids back", "others");
}

/** A refusal of what a sampler returned. */
export function refusal(where: string, wanted: string, found: string): UserError {
  return new UserError(`Expected ${where} to return ${wanted} but found ${found}`);
}

function numbers(value: Json | undefined, what: string, where: string): number[] {
  if (value === undefined || value === null) throw refusal(where, what, "none");
  if (!isJsonArray(value)) throw refusal(where, what, JSON.stringify(value).slice(0, 60));
  return value.map((each) => {
    // What is beyond 32 bits would be infinite once it is kept.
    if (typeof each === "number" && Number.isFinite(Math.fround(each))) return each;
    throw refusal(where, what, `${JSON.stringify(each).slice(0, 60)} among them`);
  });
}

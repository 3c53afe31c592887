/**
 * Drawing completions under published weights: our server draws a whole batch in one call, each request with its own
 * seed; others draw so many from one prompt.
 *
 * @module
 */
import type { Completion, SampleRequest, TokenSequence } from "../../../lib/engine/engine.ts";
import { chunk } from "./chunk.ts";
import { awaitFuture, type Pending } from "./future.ts";
import { sideBySide } from "./limit.ts";
import type { RequestLine } from "./line.ts";
import type { Codec } from "./messages.ts";
import type { ServerProfile } from "./profile.ts";
import type { Caller } from "./retry.ts";

/** Published weights that can be sampled. */
export interface SamplingLink {
  /** Sends. */
  readonly caller: Caller;
  /** The numbered requests of this sampling session. */
  readonly line: RequestLine;
  /** The wire. */
  readonly codec: Codec;
  /** What the server can do. */
  readonly profile: ServerProfile;
  /** The name of the sampling session on the server. */
  readonly sessionId: string;
  /** The most tokens of prompt and completion, if known. */
  readonly context: number | null;
  /** The ids that end a completion. */
  readonly stop: readonly number[];
}

/** How many prompts are drawn from side by side. */
const mostPrompts = 16;
/** Bytes of a request beside its prompt, and of an id. */
const [requestBytes, idBytes] = [96, 8];

/** Draws completions, in the order asked. */
export async function drawCompletions(
  link: SamplingLink,
  requests: readonly SampleRequest[],
): Promise<Completion[]> {
  const { profile } = link;
  for (const { temperature, topP } of requests) {
    if (temperature !== 1 && !profile.temperature) {
      throw new Error(
        `Expected a temperature of 1, all that a ${profile.name} server tells log-probabilities under, but found ${temperature}`,
      );
    }
    if (topP !== 1 && !profile.topP) {
      throw new Error(`Expected topP 1, all that a ${profile.name} server can draw with, but found ${topP}`);
    }
  }
  if (requests.length === 0) return [];
  return profile.extended ? await drawTogether(link, requests) : await drawByPrompt(link, requests);
}

async function drawTogether(
  link: SamplingLink,
  requests: readonly SampleRequest[],
): Promise<Completion[]> {
  const { line, profile } = link;
  const route = "/api/v1/exitlab/sample";
  const limits = { mostDatums: Infinity, mostBytes: profile.mostBytes };
  const chunks = chunk(requests, ({ prompt }) => requestBytes + idBytes * prompt.length, limits);
  const pending = await line.post(
    chunks.map((part) => (seqId) => ({
      method: "POST",
      route,
      body: encodeDraws(link, seqId, part),
    })),
  );
  const drawn = await sideBySide(
    chunks,
    Infinity,
    (part, index) => result(link, pending[index], part.length),
  );
  return drawn.flat();
}

/** A call for all requests: each prompt once, which requests of one group share. */
function encodeDraws(
  { sessionId, stop }: SamplingLink,
  seqId: number,
  requests: readonly SampleRequest[],
): string {
  const ending = stop.length === 0 ? {} : { stop };
  const places = new Map<string, number>();
  const draws = requests.map(({ prompt, maxTokens, temperature, topP, seed }) => {
    const text = prompt.join(",");
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return { prompt: place, max_tokens: maxTokens, temperature, top_p: topP, seed, ...ending };
  });
  const prompts = [...places.keys()].map((text) => `[${text}]`);
  return `{"sampling_session_id":${JSON.stringify(sessionId)},"seq_id":${seqId},"prompts":[${
    prompts.join(",")
  }],` +
    `"requests":${JSON.stringify(draws)}}`;
}

async function drawByPrompt(link: SamplingLink, requests: readonly SampleRequest[]): Promise<Completion[]> {
  const { line, sessionId, context, stop } = link;
  const groups = groupRequests(requests);
  const drawn = await sideBySide(groups, mostPrompts, async ({ first, count }) => {
    const { prompt, maxTokens, temperature, topP, seed } = first;
    const most = context === null ? maxTokens : Math.min(maxTokens, context - prompt.length);
    const [pending] = await line.post([(seqId) => ({
      method: "POST",
      route: "/api/v1/asample",
      body: JSON.stringify({
        num_samples: count,
        prompt: { chunks: [{ type: "encoded_text", tokens: prompt }] },
        sampling_params: {
          max_tokens: most,
          temperature,
          top_p: topP,
          top_k: -1,
          seed: groupSeed(seed),
          ...(stop.length === 0 ? {} : { stop }),
        },
        sampling_session_id: sessionId,
        seq_id: seqId,
        prompt_logprobs: false,
        topk_prompt_logprobs: 0,
        type: "sample",
      }),
    })]);
    return await result(link, pending, count);
  });
  return drawn.flat();
}

/**
 * The seed of a call for several completions: such servers draw the i-th under seed + i, and some hold seeds in 32 bits
 * with a sign. In [0, 2³⁰), and far apart for seeds that are near: the constant is 2³² divided by the golden ratio.
 */
export function groupSeed(seed: number): number {
  return Math.imul(seed, 0x9e3779b1) >>> 2;
}

/** Requests that one call can serve. */
interface Group {
  readonly first: SampleRequest;
  count: number;
}

/** Runs of requests that differ in nothing but their seed. */
function groupRequests(requests: readonly SampleRequest[]): Group[] {
  const groups: Group[] = [];
  for (const request of requests) {
    const last = groups.at(-1);
    if (last !== undefined && isAlike(last.first, request)) last.count++;
    else groups.push({ first: request, count: 1 });
  }
  return groups;
}

function isAlike(a: SampleRequest, b: SampleRequest): boolean {
  return a.maxTokens === b.maxTokens && a.temperature === b.temperature && a.topP === b.topP &&
    isSame(a.prompt, b.prompt);
}

function isSame(a: TokenSequence, b: TokenSequence): boolean {
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]));
}

async function result(
  link: SamplingLink,
  pending: Pending | undefined,
  count: number,
): Promise<Completion[]> {
  if (pending === undefined) throw new RangeError("Expected a request for each part");
  const { caller, codec } = link;
  return await awaitFuture(caller, pending, codec.accept, (reply) => codec.decodeSamples(reply, count));
}

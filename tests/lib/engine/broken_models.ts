import type { Span } from "../../../lib/engine/engine.ts";
import {
  answered,
  broken,
  count,
  embedding,
  type Fault,
  heat,
  reading,
  scored,
  sound,
} from "./broken_engine.ts";

/** Engines with a fault in what they are and in how they score. */
export const brokenModels: Readonly<Record<string, Fault>> = {
  "says nothing about its build": [
    broken(() => ({}), { build: " " }),
    "capabilities",
    /"build" says nothing/,
  ],
  "cannot tell what it can do": [
    { ...sound, capabilities: () => Promise.reject(new Error("No connection")) },
    "capabilities",
    /threw "No connection"/,
  ],
  "says another thing each time": [
    {
      ...sound,
      capabilities: async () => ({ ...await sound.capabilities(), description: `call ${count()}` }),
    },
    "capabilities",
    /different answers/,
  ],
  "denies that it embeds": [
    broken(() => ({}), { embeddings: false }),
    "capabilities",
    /"embeddings" is false but a policy has embed/,
  ],
  "promises embeddings that it does not give": [
    broken(() => ({}), {}, ["embed"]),
    "capabilities",
    /"embeddings" is true but a policy has no embed/,
  ],
  "promises a reference that it does not keep": [
    broken(() => ({}), {}, ["reference"]),
    "capabilities",
    /"reference" is true but a policy has no reference/,
  ],
  "cannot open a policy": [
    { ...sound, open: () => Promise.reject(new Error("Out of memory")) },
    "open",
    /threw "Out of memory"/,
  ],
  "rolls initial weights by chance": [
    { ...sound, open: (part) => sound.open(part, count()) },
    "open",
    /one seed have different initial weights/,
  ],
  "has no room": [broken(() => ({ context: 0 })), "open", /context of 0 tokens/],
  "does not know its size": [broken(() => ({ parameters: NaN })), "open", /NaN parameters/],
  "has other weights at first": [
    answered(({ logprobs }) => ({ logprobs: logprobs.map((logprob) => logprob - 0.1) })),
    "open",
    /not drawn under the initial weights/,
  ],
  "does not know its vocabulary": [
    reading(() => ({ vocabulary: 20 })),
    "tokenizer",
    /not of the vocabulary/,
  ],
  "has no stop tokens": [reading(() => ({ stop: [] })), "tokenizer", /no stop tokens/],
  "does not end responses": [
    reading((inner) => ({ encodeResponse: (text) => inner.encodeResponse(text).slice(0, -1) })),
    "tokenizer",
    /only stop token at the end/,
  ],
  "reads a stop token as text": [
    reading((inner) => ({ decode: (tokens) => `${inner.decode(tokens)}</s>` })),
    "tokenizer",
    /"4" is decoded as "4<\/s>"/,
  ],
  "encodes by mood": [
    reading((inner) => ({ encodeChat: (messages) => [count() % 90, ...inner.encodeChat(messages)] })),
    "tokenizer",
    /now these ids, now others/,
  ],
  "does not know a character": [
    reading(() => ({
      encodeResponse: (text) => {
        throw new Error(`No token for ${text}`);
      },
    })),
    "tokenizer",
    /threw "No token for 4"/,
  ],
  "leaves out the first token": [
    broken((inner) => ({
      logprobs: async (sequences, loss) =>
        (await inner.logprobs(sequences, loss)).map((logprobs) => logprobs.slice(1)),
    })),
    "logprobs",
    /a number for each token/,
  ],
  "scores a first token": [
    broken((inner) => ({
      logprobs: async (sequences, loss) =>
        (await inner.logprobs(sequences, loss)).map((logprobs) => logprobs.map((logprob) => logprob || -4)),
    })),
    "logprobs",
    /first log-probability of a sequence is not 0/,
  ],
  "gives the negative": [scored((logprob) => -logprob), "logprobs", /not finite, or above 0/],
  "scores a token by no number": [scored(() => NaN), "logprobs", /not finite, or above 0/],
  "scores with noise": [scored((logprob) => logprob - Math.random()), "logprobs", /the second time/],
  "scores by place in the batch": [
    scored((logprob, { row }) => logprob - 0.1 * row),
    "logprobs",
    /in another batch/,
  ],
  "looks ahead": [
    scored((logprob, { tokens }) => logprob - 0.01 * (tokens.at(-1) ?? 0)),
    "logprobs",
    /depends on tokens after it/,
  ],
  "does not normalise": [scored((logprob) => logprob - 0.1), "logprobs", /do not sum to 1/],
  "cannot fill its context": [
    broken((inner) => ({ context: inner.context + 1 })),
    "logprobs",
    /threw "Expected at most 64 tokens/,
  ],
  "overwrites its results": [
    broken((inner) => {
      const room = new Float32Array(1e5);
      return {
        logprobs: async (sequences, loss) => {
          let end = 0;
          return (await inner.logprobs(sequences, loss)).map((logprobs) => {
            room.set(logprobs, end);
            end += logprobs.length;
            return room.subarray(end - logprobs.length, end);
          });
        },
      };
    }),
    "logprobs",
    /changes while the policy is used/,
  ],
  "sorts the sequences it was given": [
    broken((inner) => ({
      logprobs: (sequences, loss) => {
        for (const tokens of sequences) Object.assign(tokens, { 0: 1 });
        return inner.logprobs(sequences, loss);
      },
    })),
    "logprobs",
    /threw "Cannot assign to read only property/,
  ],
  "ignores the temperature": [
    broken((inner) => ({ logprobs: (sequences) => inner.logprobs(sequences, heat) })),
    "temperature",
    /do not depend on the temperature/,
  ],
  "multiplies by the temperature": [
    broken((inner) => ({
      logprobs: (sequences, { temperature }) => inner.logprobs(sequences, { temperature: 1 / temperature }),
    })),
    "temperature",
    /not those of logits divided by it/,
  ],
  "embeds a span by no numbers": [
    embedding((embed) => async (spans) => (await embed(spans)).map((vector) => vector.fill(NaN))),
    "embed",
    /vector of finite numbers/,
  ],
  "embeds spans as they are long": [
    embedding((embed) => async (spans) =>
      (await embed(spans)).map((vector, at) => vector.subarray(0, (spans[at]?.tokens.length ?? 0) % 32))
    ),
    "embed",
    /all as long/,
  ],
  "embeds with noise": [
    embedding((embed) => async (spans) =>
      (await embed(spans)).map((vector) => vector.map((value) => value + Math.random()))
    ),
    "embed",
    /the second time/,
  ],
  "embeds by place in the batch": [
    embedding((embed) => async (spans) =>
      (await embed(spans)).map((vector, at) => vector.map((value) => value + at))
    ),
    "embed",
    /in another batch/,
  ],
  "embeds all alike": [
    embedding((embed) => async (spans) => (await embed(spans)).map((vector) => vector.fill(1))),
    "embed",
    /Different spans have the same/,
  ],
  "embeds the last token": [
    embedding((embed) => (spans) =>
      embed(spans.map(({ tokens }): Span => ({ tokens, from: tokens.length - 1 })))
    ),
    "embed",
    /not the mean over its tokens/,
  ],
  "embeds under the weights of the beginning": [
    embedding((embed) => {
      const known = new Map<string, Promise<Float32Array[]>>();
      return async (spans) => {
        const vectors: Float32Array[] = [];
        for (const span of spans) {
          const key = JSON.stringify(span);
          const found = known.get(key) ?? embed([span]);
          known.set(key, found);
          vectors.push(...await found);
        }
        return vectors;
      };
    }),
    "embed",
    /do not follow the weights of now/,
  ],
};

import type { Completion, Engine, Policy, SampleRequest, TokenSequence } from "exitlab/lib/engine/engine.ts";
import { deriveSeed } from "exitlab/lib/random.ts";

/**
 * An engine without a model: it answers at once with random grids, and its one weight counts optimiser steps and
 * decides what is drawn, so that a run's rows depend on all that came before.
 */
export function stubEngine(alphabet: string = "1234"): Engine {
  return {
    capabilities: () =>
      Promise.resolve({
        reduction: "sum",
        entropy: true,
        topP: true,
        embeddings: false,
        reference: false,
        temperature: true,
        clipNorm: true,
        savesPublished: true,
        holdsPublished: true,
        deterministic: true,
        build: "stub",
        description: "stub",
      }),
    open: (_, seed) => Promise.resolve(stubPolicy(seed, alphabet)),
  };
}

const end = 0;

/** A policy without a model. */
export function stubPolicy(seed: number, alphabet: string = "1234"): Policy {
  let weight = deriveSeed(seed, "stub");
  let published = weight;
  let version = 0;
  const tokens = [...alphabet].map((letter) => letter.codePointAt(0) ?? 0);
  const draw = ({ maxTokens, seed }: SampleRequest): Completion => {
    const bits = Math.imul(published ^ seed, 0x9e3779b1) >>> 0;
    const drawn = Array.from(
      { length: maxTokens - 1 },
      (_, at) => tokens[(Math.imul(bits, at + 1) >>> 7) % tokens.length] ?? end,
    );
    return {
      tokens: [...drawn, end],
      logprobs: new Float32Array(maxTokens).fill(-Math.log(tokens.length)),
      finish: "stop",
    };
  };
  return {
    tokenizer: {
      vocabulary: 128,
      stop: [end],
      encodeChat: (messages) =>
        [...messages.map(({ content }) => content).join("\n")].map((c) => c.codePointAt(0) ?? 0),
      encodeResponse: (text) => [...[...text].map((c) => c.codePointAt(0) ?? 0), end],
      decode: (ids: TokenSequence) => String.fromCodePoint(...ids.filter((id) => id !== end)),
    },
    context: 1024,
    parameters: 1,
    sample: (requests) => Promise.resolve(requests.map(draw)),
    logprobs: (sequences) => Promise.resolve(sequences.map(({ length }) => new Float32Array(length))),
    forwardBackward: (batch) => {
      const sum = batch.flatMap(({ coefficients }) => [...coefficients]).reduce((a, b) => a + Math.abs(b), 0);
      weight = (weight + Math.round(sum * 1e6)) | 0;
      const logprobs = batch.map(({ tokens }) => new Float32Array(tokens.length).fill(-Math.log(4)));
      return Promise.resolve({ loss: sum, logprobs, entropy: 1, tokens: batch.length });
    },
    optimStep: () => {
      weight = Math.imul(weight, 1_664_525) + 1_013_904_223 | 0;
      return Promise.resolve({ gradientNorm: 1 });
    },
    publish: () => {
      published = weight;
      return Promise.resolve(++version);
    },
    save: () =>
      Promise.resolve({
        meta: { kind: "stub" },
        data: new Uint8Array(new Int32Array([weight, published]).buffer),
      }),
    load: ({ data }, what = "all") => {
      const [trained = 0, sampled = trained] = new Int32Array(data.slice().buffer);
      weight = trained;
      published = what === "all" ? sampled : trained;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

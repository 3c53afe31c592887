import type {
  Completion,
  Engine,
  Policy,
  PolicyPart,
  SampleRequest,
  TokenSequence,
} from "exitlab/lib/engine/engine.ts";
import { UserError } from "exitlab/lib/errors.ts";
import { Random } from "exitlab/lib/random.ts";
import { pieceTokenizer } from "./piece_tokenizer.ts";
import { drawMeaning, type KnownProblem, type Meaning, readRequest, writeResponse } from "./script.ts";

/** An engine that plays a script, and remembers what it meant. */
export interface ScriptedEngine extends Engine {
  /** What the policy meant by each response, by problem and text; kept over all policies of the engine. */
  readonly meant: ReadonlyMap<string, ReadonlyMap<string, Meaning>>;
  /** Every prompt that it was given, without problem and earlier response. */
  readonly frames: ReadonlySet<string>;
  /** What stood for an earlier response in a prompt, and is none of its own. */
  readonly strange: ReadonlySet<string>;
}

/** What a scripted policy trains. */
interface Weights {
  /** Optimiser steps taken; they make it better. */
  readonly steps: number;
  /** Follows from all gradients so far; decides the log-probabilities. */
  readonly mixed: number;
}

/**
 * An engine without a model, for `hub()`: it finds the problem in the prompt and writes a response that is meant to be
 * right, wrong, without an answer or hostile; asked about an earlier response of its own, it mends or spoils that. The
 * more steps it takes, the oftener it is right. Its log-probabilities follow from token, place and weights, the same in
 * the sampler and in the trainer.
 *
 * @param problems Those that prompts may be about.
 */
export function scriptedEngine(problems: readonly KnownProblem[]): ScriptedEngine {
  const meant = new Map<string, Map<string, Meaning>>();
  const frames = new Set<string>();
  const strange = new Set<string>();
  const respond = (prompt: string, skill: number, random: Random): string => {
    const asked = problems.find(({ problem }) => prompt.includes(problem));
    if (asked === undefined) throw new Error(`The script knows no problem in the prompt "${prompt}"`);
    const { current, frame } = readRequest(prompt, asked.problem);
    frames.add(frame);
    const own = meant.get(asked.problem) ?? new Map<string, Meaning>();
    if (current !== undefined && !own.has(current)) strange.add(current);
    const meaning = drawMeaning(asked.answer, current, skill, random);
    const text = writeResponse(asked.answer, meaning, random);
    meant.set(asked.problem, own.set(text, meaning));
    return text;
  };
  return { meant, frames, strange, ...respondingEngine(respond) };
}

/**
 * An engine without a model, for `hub()`, that answers a prompt as a function says.
 *
 * @param respond Gets the prompt, a skill that grows from 0 to 1 with training, and a stream of its own.
 */
export function respondingEngine(
  respond: (prompt: string, skill: number, random: Random) => string,
): Engine {
  return {
    capabilities: () =>
      Promise.resolve({
        reduction: "sum",
        entropy: true,
        topP: true,
        embeddings: false,
        reference: true,
        temperature: true,
        clipNorm: true,
        savesPublished: true,
        holdsPublished: true,
        deterministic: true,
        build: "script",
        description: "script",
      }),
    open: (policy, seed) => Promise.resolve(scriptedPolicy(policy, seed, respond)),
  };
}

function scriptedPolicy(
  part: PolicyPart,
  seed: number,
  respond: (prompt: string, skill: number, random: Random) => string,
): Policy {
  const { context } = part.options;
  if (part.kind !== "hub" || typeof context !== "number") {
    throw new UserError(`Expected policy "hub" but found "${part.kind}": the script knows no other`);
  }
  const tokenizer = pieceTokenizer();
  let trained: Weights = { steps: 0, mixed: seed };
  let published = trained;
  let frozen = trained;
  let gradient = 0;
  let version = 0;

  const complete = ({ prompt, maxTokens, seed }: SampleRequest): Completion => {
    const skill = 1 - 1 / (1 + published.steps / 10);
    const text = respond(tokenizer.decode(prompt), skill, new Random(seed, "script"));
    const tokens = tokenizer.encodeResponse(text);
    if (tokens.length > maxTokens || prompt.length + tokens.length > context) {
      throw new Error(`The script has no room for its response of ${tokens.length} tokens`);
    }
    const logprobs = scores([...prompt, ...tokens], published).slice(prompt.length);
    return { tokens, logprobs, finish: "stop" };
  };
  return {
    tokenizer,
    context,
    parameters: 2,
    sample: (requests) => Promise.resolve(requests.map(complete)),
    logprobs: (sequences) => Promise.resolve(sequences.map((sequence) => scores(sequence, trained))),
    reference: {
      refresh: () => {
        frozen = trained;
        return Promise.resolve();
      },
      logprobs: (sequences) => Promise.resolve(sequences.map((sequence) => scores(sequence, frozen))),
    },
    forwardBackward: (batch) => {
      const logprobs = batch.map(({ tokens }) => scores(tokens, trained));
      let [loss, tokens] = [0, 0];
      for (const [at, { coefficients, tokens: sequence }] of batch.entries()) {
        if (coefficients.length !== sequence.length) throw new Error("A coefficient is missing");
        for (const [index, coefficient] of coefficients.entries()) {
          loss -= coefficient * (logprobs[at]?.[index] ?? 0);
        }
        tokens += sequence.length;
      }
      gradient += loss;
      return Promise.resolve({ loss, logprobs, entropy: 1, tokens });
    },
    optimStep: () => {
      const gradientNorm = Math.abs(gradient);
      const change = Math.round(gradient * 1e6) | 0;
      trained = { steps: trained.steps + 1, mixed: Math.imul(trained.mixed ^ change, 0x9e3779b1) | 0 };
      gradient = 0;
      return Promise.resolve({ gradientNorm });
    },
    publish: () => {
      published = trained;
      return Promise.resolve(++version);
    },
    save: () => {
      const numbers = [trained, published, frozen].flatMap(({ steps, mixed }) => [steps, mixed]);
      return Promise.resolve({
        meta: { kind: "script", version },
        data: new Uint8Array(new Int32Array(numbers).buffer),
      });
    },
    load: ({ meta, data }) => {
      const numbers = new Int32Array(data.slice().buffer);
      const weights = (at: number): Weights => ({ steps: numbers[at] ?? 0, mixed: numbers[at + 1] ?? 0 });
      [trained, published, frozen] = [weights(0), weights(2), weights(4)];
      version = Number(meta["version"]);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** The log-probability (nats) of each token, from -1.5 to -0.5; the first is 0. */
function scores(tokens: TokenSequence, { mixed }: Weights): Float32Array {
  return Float32Array.from(tokens, (token, at) => {
    if (at === 0) return 0;
    const bits = Math.imul(Math.imul(token + 1, 0x85ebca6b) ^ (at + mixed), 0xc2b2ae35) >>> 0;
    return -0.5 - bits / 2 ** 32;
  });
}

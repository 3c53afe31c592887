/**
 * What an engine is checked with.
 *
 * @module
 */
import type { Demonstration } from "../domain/domain.ts";
import { deepFreeze } from "../domain/finding.ts";
import type {
  Capabilities,
  Engine,
  LossSpec,
  Policy,
  PolicyPart,
  SampleRequest,
  TokenSequence,
} from "./engine.ts";

/** What a check is told. */
export interface Trial {
  /** The engine in question. */
  readonly engine: Engine;
  /** The policy to open. */
  readonly part: PolicyPart;
  /** What the engine says that it can do. */
  readonly capabilities: Capabilities;
  /** What is scored and learned. */
  readonly examples: readonly Demonstration[];
  /** Decides initial weights and draws. */
  readonly seed: number;
  /** How far log-probabilities that should agree may be apart (nats). */
  readonly tolerance: number;
  /** The step size of AdamW. */
  readonly learningRate: number;
  /** The loss of most checks. */
  readonly warm: LossSpec;
  /** Notes a finding of this check unless a condition holds. */
  expect(condition: boolean, message: string): void;
}

/** A demonstration as token ids. */
export interface Example {
  /** The prompt. */
  readonly prompt: TokenSequence;
  /** The response, the stop token included. */
  readonly response: TokenSequence;
  /** Both. */
  readonly tokens: TokenSequence;
}

/** The loss of most checks: at temperature 1, an engine that forgets to divide by it would not be seen. */
export function usualLoss({ temperature }: Capabilities): LossSpec {
  return temperature ? { temperature: 0.7 } : plain;
}

/** Temperature 1. */
export const plain: LossSpec = { temperature: 1 };

/** The largest vocabulary whose every token is scored. */
const mostEnumerated = 1024;

/** The longest context that is filled to its end. */
const longestFilled = 4096;

/** Opens a policy for as long as it is used. */
export async function withPolicy(
  { engine, part, examples, seed }: Trial,
  use: (policy: Policy, examples: readonly Example[]) => Promise<void>,
  offset: number = 0,
): Promise<void> {
  const policy = await engine.open(part, seed + offset);
  try {
    await use(policy, encode(policy, examples));
  } finally {
    await policy.close();
  }
}

/** Frozen, so that an engine that changes its input throws; copied, as the tokenizer may keep its own lists. */
function encode({ tokenizer }: Policy, examples: readonly Demonstration[]): readonly Example[] {
  return deepFreeze(examples.map(({ messages, response: text }) => {
    const prompt = [...tokenizer.encodeChat(messages)];
    const response = [...tokenizer.encodeResponse(text)];
    return { prompt, response, tokens: [...prompt, ...response] };
  }));
}

/** All tokens of examples. */
export function sequencesOf(examples: readonly Example[]): TokenSequence[] {
  return examples.map(({ tokens }) => tokens);
}

/** What is asked for; where left out, 4 completions of at most 6 tokens a prompt, from the whole distribution. */
interface Asked extends Partial<Omit<SampleRequest, "prompt" | "seed">> {
  /** Completions of a prompt. */
  readonly count?: number;
  /** The seed of the first; the others' follow. */
  readonly firstSeed?: number;
}

/** Requests for some completions of each example's prompt. */
export function requestsFor(
  examples: readonly Example[],
  { count = 4, maxTokens = 6, temperature = 1, topP = 1, firstSeed = 1 }: Asked = {},
): SampleRequest[] {
  return examples.flatMap(({ prompt }) =>
    Array.from({ length: count }, (_, index) => ({
      prompt,
      maxTokens,
      temperature,
      topP,
      seed: firstSeed + index,
    }))
  );
}

/** The log-probability of every token after a prompt; `undefined` for a large vocabulary. */
export async function nextLogprobs(
  policy: Policy,
  prompt: TokenSequence,
  loss: LossSpec,
): Promise<number[] | undefined> {
  const { vocabulary } = policy.tokenizer;
  if (vocabulary > mostEnumerated) return undefined;
  const scored = await policy.logprobs(Array.from({ length: vocabulary }, (_, id) => [...prompt, id]), loss);
  return scored.map((logprobs) => logprobs[prompt.length] ?? NaN);
}

/** A prompt that leaves some tokens of the context; `undefined` for a long context. */
export function fillContext(
  { context }: Policy,
  [example]: readonly Example[],
  left: number,
): TokenSequence | undefined {
  if (context > longestFilled || example === undefined) return undefined;
  return Array.from({ length: context - left }, (_, at) => example.prompt[at % example.prompt.length] ?? 0);
}

/**
 * How much memory a model takes in training: the sums of docs/scale_out.md. All of it is reckoned, none was measured on a
 * GPU.
 *
 * @module
 */
import { adapterParameters, keyValueBytes, type ModelFacts } from "./model_facts.ts";
import { bytesText, gigabytes, power } from "./write_figures.ts";

/** The least tokens of one training pass; a longer sequence is a pass of its own. */
const leastPassTokens = 4096;

/** The most tokens, prompts and completions together, that the own trainer is told to draw at a time on a GPU. */
export const drawTokens: number = 131_072;

/** The share of a GPU's memory that may be planned for; the rest is for the libraries and for gaps. */
export const usableShare = 0.95;

/** The share of a GPU that vLLM takes beside SkyRL: its `gpu_memory_utilization`, at its default. */
export const samplerShare = 0.8;

/** What is to be trained. */
export type Trained = {
  /** The model. */
  readonly facts: ModelFacts;
  /** The rank of the adapter; `null` where all parameters train. */
  readonly rank: number | null;
  /** The most tokens of a prompt and its response. */
  readonly context: number;
};

/** Memory of one GPU, and the sentences that say what it is made of. */
export type Memory = {
  /** Bytes on each GPU. */
  readonly bytes: number;
  /** What they are made of. */
  readonly sentences: readonly string[];
};

/** The tokens of the longest training pass. */
export function passTokens({ context }: Pick<Trained, "context">): number {
  return Math.max(leastPassTokens, context);
}

/**
 * Memory of the project's own trainer, on one GPU or with its layers over several.
 *
 * @param gpus How many.
 */
export function ownTrainerMemory(trained: Trained, gpus: number): Memory {
  const { facts: { shape }, rank } = trained;
  const weights = rank === null ? ownFull(trained) : ownAdapter(trained, rank);
  const pass = passMemory(trained);
  const keys = drawTokens * keyValueBytes(shape);
  const bytes = (weights.bytes + keys) / gpus + pass.bytes;
  return {
    bytes,
    sentences: [
      weights.sentence,
      ...pass.sentences,
      `Keys and values of ${
        drawTokens.toLocaleString("en-US")
      } tokens that are drawn at a time (--draw-tokens): ` +
      `${bytesText(keyValueBytes(shape))} a token, ${gigabytes(keys)}`,
      gpus === 1
        ? `Together ${gigabytes(bytes)} on one GPU`
        : `Layers, keys and values over ${gpus} GPUs, a pass on one: ${
          gigabytes(bytes)
        } a GPU; that makes room, no speed`,
    ],
  };
}

type Term = { readonly bytes: number; readonly sentence: string };

function ownFull({ facts: { parameters } }: Trained): Term {
  const bytes = 22 * parameters;
  return {
    bytes,
    sentence:
      "Own trainer, all parameters: 2 B to compute with, 4 float32 weights, 4 gradient, 8 Adam's moments, 2 published and " +
      `2 reference = 22 B a parameter, ${gigabytes(bytes)}`,
  };
}

function ownAdapter({ facts: { parameters, shape } }: Trained, rank: number): Term {
  const trained = adapterParameters(shape, rank);
  const bytes = 2 * parameters + 24 * trained;
  return {
    bytes,
    sentence:
      `Own trainer, an adapter of rank ${rank}: 2 B a parameter of the model and 24 B for each of the ` +
      `${power(trained)} of the adapter, ${gigabytes(bytes)}`,
  };
}

/** What one training pass holds. */
function passMemory(trained: Trained): Memory {
  const { layers, width, vocabulary } = trained.facts.shape;
  const tokens = passTokens(trained);
  const [activations, logits] = [layers * width * 2 * tokens, 12 * vocabulary * tokens];
  const many = tokens.toLocaleString("en-US");
  return {
    bytes: activations + logits,
    sentences: [
      `Activations of a pass of ${many} tokens, checkpointed: ${layers} × ${width} × 2 B a token, ${
        gigabytes(activations)
      }`,
      `Logits and their gradient: 3 × 4 B × ${vocabulary.toLocaleString("en-US")} a token, ${
        gigabytes(logits)
      }`,
    ],
  };
}

/**
 * Memory of SkyRL with FSDP on each of so many GPUs, with vLLM asleep while it trains.
 *
 * @param gpus How many, all of one machine.
 */
export function skyrlMemory(trained: Trained, gpus: number): Memory {
  const { facts: { parameters, shape }, rank, context } = trained;
  const sharded = rank === null ? 16 * parameters : 4 * parameters + 16 * adapterParameters(shape, rank);
  const pass = passMemory(trained);
  const training = sharded / gpus + gathered + pass.bytes;
  // vLLM has to hold the weights and one sequence of full length in its share.
  const sampling = (2 * parameters + context * keyValueBytes(shape)) / samplerShare;
  const bytes = Math.max(training, sampling);
  return {
    bytes,
    sentences: [
      rank === null
        ? "SkyRL with FSDP, all parameters: 4 B float32 weights, 4 gradient and 8 Adam's moments = 16 B a parameter, " +
          `${gigabytes(sharded)} over ${gpus} GPUs = ${gigabytes(sharded / gpus)} a GPU`
        : `SkyRL with FSDP, an adapter of rank ${rank}: 4 B a parameter of the model and 16 B for each of the adapter, ` +
          `${gigabytes(sharded)} over ${gpus} GPUs = ${gigabytes(sharded / gpus)} a GPU`,
      `A layer at a time is gathered in bfloat16: less than ${gigabytes(gathered)} a GPU`,
      ...pass.sentences,
      `Together ${gigabytes(training)} a GPU to train; vLLM sleeps meanwhile, and awake needs ` +
      `${gigabytes(2 * parameters)} for weights and ${
        gigabytes(context * keyValueBytes(shape))
      } for a sequence of ` +
      `${context.toLocaleString("en-US")} tokens in ${100 * samplerShare} % of a GPU`,
    ],
  };
}

const gathered = 1e9;

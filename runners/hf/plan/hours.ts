/**
 * How long a job takes: the sums of docs/scale_out.md on what is assumed of an accelerator. Nothing of it was measured.
 *
 * @module
 */
import type { TinyTransformerOptions } from "../../../lib/engine/tiny_transformer.ts";
import { type Accelerator, bandwidthShare } from "./accelerators.ts";
import { drawTokens, samplerShare } from "./memory.ts";
import { keyValueBytes, type ModelFacts } from "./model_facts.ts";
import type { Work } from "./work.ts";
import { hoursText, power, short } from "./write_figures.ts";

/** The sequences that a vLLM engine draws at once, where there are as many and their keys and values find room. */
const samplerSequences = 256;

/** How much more a batch takes than its mean, as its longest responses are waited for. */
const stragglers = 4 / 3;

/** What is left of n times the speed of one GPU. */
const severalShare = 0.75;

/** What the own trainer draws of what a sampler made for it draws. */
const ownSamplerShare = 1 / 4;

/** Bytes a second at which a model is downloaded. */
const downloadRate = 100e6;

/** Minutes until an engine is there: image, packages, start. */
const setUpMinutes = { embedded: 3, exitlab: 8, skyrl: 20 } as const;

/** Hours of one job, and what they are made of. */
export type Hours = { readonly hours: number; readonly sentences: readonly string[] };

/** What decides how long a job on GPUs takes. */
export type GpuJob = {
  /** The model. */
  readonly facts: ModelFacts;
  /** Whether an adapter is trained. */
  readonly adapter: boolean;
  /** What is to be done. */
  readonly work: Work;
  /** On what. */
  readonly accelerator: Accelerator;
  /** How many of them. */
  readonly gpus: number;
  /** With what. */
  readonly engine: "exitlab" | "skyrl";
  /** Whether the model is downloaded. */
  readonly downloads: boolean;
  /** Tokens drawn a second, all GPUs together, where the user measured it. */
  readonly tokensPerSecond?: number;
};

/** Hours of one job on GPUs. */
export function gpuHours(job: GpuJob): Hours {
  const { facts: { parameters }, adapter, work, accelerator, gpus, engine, downloads } = job;
  const spread = gpus === 1 ? 1 : engine === "skyrl" ? gpus * severalShare : 1;
  const speed = accelerator.peak * accelerator.peakShare * spread;
  // An adapter saves the gradients of the frozen weights, a third.
  const passes = adapter ? 20 / 3 : 10;
  const training = passes * parameters * work.trained / speed;
  const read = engine === "skyrl" ? work.read.episodes : work.read.turns;
  const reading = 2 * parameters * read / speed;
  const rates = { train: drawingRate(job, work.atOnce.train), test: drawingRate(job, work.atOnce.test) };
  const wait = job.tokensPerSecond === undefined ? stragglers : 1;
  const drawing = work.drawn / rates.train * wait;
  const evaluating = work.evaluated / rates.test * wait;
  const setUp = setUpMinutes[engine] * 60;
  const download = downloads ? 2 * parameters / downloadRate : 0;
  const hours = (training + reading + drawing + evaluating + setUp + download) / 3600;
  return {
    hours,
    sentences: [
      `Training: ${short(passes)} P operations a token (forward, backward, forward again, scoring), ` +
      `${power(passes * parameters * work.trained)} at ${power(speed)} a second ` +
      `(${gpusText(job)}: ${power(accelerator.peak)} peak × ${percent(accelerator.peakShare)}` +
      `${spread === 1 ? "" : ` × ${gpus} × ${percent(severalShare)}`}), ${hoursText(training / 3600)}`,
      ...drawingSentences(job, rates, drawing, evaluating),
      `Reading ${power(read)} tokens of prompts, 2 P operations each${
        read < work.read.turns ? " (vLLM keeps what it has read of an episode)" : ""
      }: ${hoursText(reading / 3600)}`,
      `Setting up: ${setUpMinutes[engine]} min (assumed)${
        downloads
          ? `, and ${hoursText(download / 3600)} to download ${power(2 * parameters)} B at ${
            power(downloadRate)
          } B a second`
          : ""
      }`,
      `Together ${hoursText(hours)} a job`,
    ],
  };
}

/** Tokens a second of all GPUs, when so many sequences are wanted at once. */
function drawingRate(
  { facts, work, accelerator, gpus, engine, tokensPerSecond }: GpuJob,
  atOnce: number,
): number {
  if (tokensPerSecond !== undefined) return tokensPerSecond;
  const samplers = engine === "skyrl" ? gpus : 1;
  const length = work.prompt + work.response / 2;
  const [weights, tokenBytes] = [2 * facts.parameters, keyValueBytes(facts.shape)];
  const tokens = engine === "skyrl"
    ? (accelerator.memory * 1e9 * samplerShare - weights) / tokenBytes
    : drawTokens;
  const room = tokens / (work.prompt + work.response);
  const sequences = Math.max(1, Math.min(samplerSequences, room, atOnce / samplers));
  const bytes = weights + sequences * length * tokenBytes;
  const rate = sequences * accelerator.bandwidth * bandwidthShare / bytes;
  const several = samplers === 1 ? 1 : samplers * severalShare;
  return rate * several * (engine === "skyrl" ? 1 : ownSamplerShare);
}

function drawingSentences(
  { accelerator, engine, tokensPerSecond, gpus }: GpuJob,
  rates: { readonly train: number; readonly test: number },
  drawing: number,
  evaluating: number,
): string[] {
  if (tokensPerSecond !== undefined) {
    return [
      `Drawing: ${short(tokensPerSecond)} tokens a second, as --tokens-per-second says: ${
        hoursText(drawing / 3600)
      } in ` +
      `training, ${hoursText(evaluating / 3600)} in evaluations`,
    ];
  }
  return [
    `Drawing: each token of a batch reads all weights and all keys and values at ${
      power(accelerator.bandwidth)
    } B a second × ` +
    `${percent(bandwidthShare)}${
      engine === "skyrl" && gpus > 1 ? ` × ${gpus} × ${percent(severalShare)}` : ""
    }${engine === "exitlab" ? ", and the own trainer draws a quarter of what that allows (assumed)" : ""}: ${
      short(rates.train)
    } tokens a second in training, ${short(rates.test)} in evaluations`,
    `That is ${hoursText(drawing / 3600)} in training and ${
      hoursText(evaluating / 3600)
    } in evaluations, a third more for ` +
    "the longest responses included",
  ];
}

function gpusText({ accelerator, gpus }: GpuJob): string {
  return gpus === 1 ? `one ${accelerator.name}` : `${gpus} × ${accelerator.name}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/**
 * What experiments/exit_math.ts took on two cores (README.md): 12 jobs in 14 min 53 s, each of 1.00e6 tokens to train and
 * 0.67e6 to evaluate, with 3 layers of width 64.
 */
const measured = { seconds: (14 * 60 + 53) / 12, tokens: 1.67e6, cores: 2, size: 3 * 64 ** 2 } as const;

/** Hours of one job of the embedded engine on a CPU. */
export function cpuHours(
  { layers, width }: Pick<TinyTransformerOptions, "layers" | "width">,
  tokens: number,
  cores: number,
  tokensPerSecond?: number,
): Hours {
  const size = layers * width ** 2 / measured.size;
  // More cores than two give less each: they wait for one another.
  const speed = Math.min(1, cores / measured.cores) + Math.max(0, cores / measured.cores - 1) * severalShare;
  const rate = tokensPerSecond ?? measured.tokens / measured.seconds / size * speed;
  const setUp = setUpMinutes.embedded * 60;
  const hours = (tokens / rate + setUp) / 3600;
  return {
    hours,
    sentences: [
      tokensPerSecond === undefined
        ? `Two cores took ${short(measured.seconds)} s for a job of experiments/exit_math.ts, ${
          power(measured.tokens)
        } ` +
          `tokens with 3 layers of width 64 (README); taken to grow with layers × width², and ${cores} cores to be ` +
          `${short(speed)} times as fast: ${short(rate)} tokens a second (assumed of this machine)`
        : `${short(rate)} tokens a second, training included, as --tokens-per-second says`,
      `A job draws ${power(tokens)} tokens, evaluations included: ${hoursText(tokens / rate / 3600)}, and ` +
      `${setUpMinutes.embedded} min to set up (assumed)`,
    ],
  };
}

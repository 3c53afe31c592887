/**
 * What is known of a model before it is loaded: its size, and the widths that memory and time follow from.
 *
 * @module
 */
import { power } from "./write_figures.ts";

/** The widths of a decoder-only transformer with grouped key-value heads and a gated feed-forward part. */
export type ModelShape = {
  /** Blocks. */
  readonly layers: number;
  /** The residual stream. */
  readonly width: number;
  /** Heads of keys and values. */
  readonly keyValueHeads: number;
  /** Numbers of a head. */
  readonly headSize: number;
  /** The feed-forward part. */
  readonly feed: number;
  /** Token ids. */
  readonly vocabulary: number;
};

/** What is known of a model. */
export type ModelFacts = {
  /** P. */
  readonly parameters: number;
  /** Its widths, or those of the model nearest in size. */
  readonly shape: ModelShape;
  /** A sentence: where the size comes from. */
  readonly source: string;
  /** A sentence: what of it is not known; `null` if all is. */
  readonly guessed: string | null;
};

type Known = { readonly name: RegExp; readonly label: string; readonly parameters: number } & ModelShape;

/** From each model's `config.json` on the Hub; the counts are of its weight files, tied embeddings once. */
const known: readonly Known[] = [
  // https://huggingface.co/meta-llama/Llama-3.2-3B-Instruct
  row("Llama-3.2-3B", /^llama-3\.2-3b\b/i, 3_212_749_824, [28, 3072, 8, 128, 8192, 128_256]),
  // https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct
  row("Qwen2.5-0.5B", /^qwen2\.5-0\.5b\b/i, 494_032_768, [24, 896, 2, 64, 4864, 151_936]),
  // https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct
  row("Qwen2.5-Coder-1.5B", /^qwen2\.5-coder-1\.5b\b/i, 1_543_714_304, [28, 1536, 2, 128, 8960, 151_936]),
  // https://huggingface.co/Qwen/Qwen2.5-7B-Instruct
  row("Qwen2.5-7B", /^qwen2\.5-7b\b/i, 7_615_616_512, [28, 3584, 4, 128, 18_944, 152_064]),
  // https://huggingface.co/deepseek-ai/DeepSeek-R1-Distill-Qwen-7B
  row(
    "DeepSeek-R1-Distill-Qwen-7B",
    /^deepseek-r1-distill-qwen-7b\b/i,
    7_615_616_512,
    [28, 3584, 4, 128, 18_944, 152_064],
  ),
  // https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct
  row("SmolLM2-135M", /^smollm2-135m\b/i, 134_515_008, [30, 576, 3, 64, 1536, 49_152]),
];

function row(
  label: string,
  name: RegExp,
  parameters: number,
  [layers, width, keyValueHeads, headSize, feed, vocabulary]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
): Known {
  return { label, name, parameters, layers, width, keyValueHeads, headSize, feed, vocabulary };
}

/**
 * What is known of a model: from what the user says, else from a table of well-known ones, else from its name, as in `-3B-`
 * or `135M`.
 *
 * @param model As `org/name`.
 * @param given The number of parameters that the user says it has.
 * @returns `undefined` if nothing tells how large it is.
 *
 * @example
 * ```ts
 * import { modelFacts } from "exitlab/runners/hf/plan/model_facts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(modelFacts("meta-llama/Llama-3.2-3B-Instruct")?.shape.layers, 28);
 * assert.equal(modelFacts("someone/tiny-70B-chat")?.parameters, 70e9);
 * assert.equal(modelFacts("someone/mystery"), undefined);
 * assert.equal(modelFacts("someone/mystery", 2e9)?.parameters, 2e9);
 * ```
 */
export function modelFacts(model: string, given?: number): ModelFacts | undefined {
  const name = model.split("/").at(-1) ?? model;
  const found = known.find((each) => each.name.test(name));
  if (found !== undefined && given === undefined) {
    return {
      parameters: found.parameters,
      shape: shapeOf(found),
      source: `${model} has P = ${power(found.parameters)} parameters (${shapeText(found)})`,
      guessed: null,
    };
  }
  const read = sizeInName(name);
  const parameters = given ?? read?.parameters;
  if (parameters === undefined) return undefined;
  const source = given === undefined
    ? `${model} has P = ${power(parameters)} parameters, read off "${read?.text}" in its name`
    : `${model} has P = ${power(parameters)} parameters, as --parameters says`;
  if (found !== undefined) {
    return { parameters, shape: shapeOf(found), source: `${source} (${shapeText(found)})`, guessed: null };
  }
  const near = nearest(parameters);
  return {
    parameters,
    shape: shapeOf(near),
    source,
    guessed: `The widths of ${model} are not known: those of ${near.label} stand in for them ` +
      `(${shapeText(near)}), the nearest in size that is known`,
  };
}

/** Bytes of keys and values of one token in bfloat16. */
export function keyValueBytes({ layers, keyValueHeads, headSize }: ModelShape): number {
  return 2 * layers * keyValueHeads * headSize * 2;
}

/** Parameters of an adapter of a rank, of all linear layers. */
export function adapterParameters(
  { layers, width, keyValueHeads, headSize, feed }: ModelShape,
  rank: number,
): number {
  const keys = keyValueHeads * headSize;
  // In and out of queries and output, of keys and values, and of the three matrices of the feed-forward part.
  return layers * rank * (2 * (width + width) + 2 * (width + keys) + 3 * (width + feed));
}

/** `70B` as 70e9; `135M`; not `v2b` or `4bit`. */
function sizeInName(name: string): { readonly parameters: number; readonly text: string } | undefined {
  const match = /(?:^|[-_.])(\d+(?:\.\d+)?)([bm])(?=$|[-_.])/i.exec(name);
  if (match === null) return undefined;
  const [, digits = "", unit = ""] = match;
  const parameters = Number(digits) * (unit.toLowerCase() === "b" ? 1e9 : 1e6);
  return parameters > 0 ? { parameters, text: `${digits}${unit}` } : undefined;
}

function nearest(parameters: number): Known {
  const away = (each: Known): number => Math.abs(Math.log(each.parameters / parameters));
  return known.reduce((best, each) => away(each) < away(best) ? each : best);
}

function shapeOf({ layers, width, keyValueHeads, headSize, feed, vocabulary }: Known): ModelShape {
  return { layers, width, keyValueHeads, headSize, feed, vocabulary };
}

function shapeText({ layers, width, keyValueHeads, headSize, vocabulary }: ModelShape): string {
  return `${layers} layers, width ${width}, ${keyValueHeads} key-value heads of ${headSize}, ` +
    `${vocabulary.toLocaleString("en-US")} token ids`;
}

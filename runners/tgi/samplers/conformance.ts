/**
 * What is expected of a sampler, checked on one that runs. Nothing is known of its model but what it tells, so that its
 * log-probabilities are held to what it draws.
 *
 * @module
 */
import type { Completion, SampleRequest, Tokenizer } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { checkSampler } from "./check_sampler.ts";
import type { Sampler } from "./sampler.ts";

/** What a sampler is checked with. */
export interface SamplerTrial {
  /** The sampler, connected with the tokenizer's stop ids and text. */
  readonly sampler: Sampler;
  /** Its address, for messages. */
  readonly url: string;
  /** The model's tokenizer. */
  readonly tokenizer: Tokenizer;
  /** The model that it should serve, as `org/name`; any if left out. */
  readonly model?: string;
  /** How far log-probabilities of the same place may be apart, in nats. */
  readonly tolerance: number;
}

/** What a check found. */
export interface SamplerFinding {
  /** What is wrong; none if it passed. */
  readonly problems: readonly string[];
  /** What it saw, one line; `""` for nothing. */
  readonly note: string;
}

type Check = (trial: SamplerTrial) => Promise<SamplerFinding>;

/** The checks, in their order. */
export const samplerChecks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["model", checkModel],
  ["completions", checkCompletions],
  ["seed", checkSeed],
  ["repeat", checkRepeat],
  ["draws", checkDraws],
  ["temperature", checkTemperature],
  ["weights", checkWeights],
]);

/** Draws whose frequencies are compared; half of them name the tokens, half are counted. */
const drawCount = 256;

/** It tells what it is. */
async function checkModel({ sampler, url, model }: SamplerTrial): Promise<SamplerFinding> {
  const info = await sampler.describe();
  const note = `${info.description} serves "${info.model}", ${info.context ?? "an unknown number of"} tokens`;
  if (info.model === "") return { problems: ["It does not tell its model"], note };
  try {
    if (model !== undefined) {
      checkSampler(info, { model, context: 1, adapter: info.takes.includes("adapter") }, url);
    }
  } catch (error) {
    return { problems: [sentence(error)], note };
  }
  return { problems: [], note };
}

/** Ids and log-probabilities come, and completions end as they should; the rest of it is checked as they are read. */
async function checkCompletions(trial: SamplerTrial): Promise<SamplerFinding> {
  const { vocabulary, stop } = trial.tokenizer;
  const maxTokens = 16;
  const drawn = await trial.sampler.sample(requests(trial, 8, { maxTokens }));
  const problems = new Set<string>();
  for (const { tokens, logprobs, finish } of drawn) {
    if (logprobs.length !== tokens.length) problems.add("Log-probabilities are not one a token");
    if (!logprobs.every((logprob) => Number.isFinite(logprob) && logprob <= 0)) {
      problems.add("Log-probabilities are not finite and at most 0");
    }
    const strange = tokens.find((id) => id >= vocabulary);
    if (strange !== undefined) {
      problems.add(`The id ${strange} is not among the ${vocabulary} of the tokenizer`);
    }
    const ends = stop.includes(tokens.at(-1) ?? -1);
    if (finish === "stop" && !ends) {
      problems.add('A completion that ended by "stop" has no stop id at its end');
    }
    if (finish === "length" && (ends || tokens.length !== maxTokens)) {
      problems.add(`A completion that ended by "length" has ${tokens.length} of ${maxTokens} tokens`);
    }
  }
  const stopped = drawn.filter(({ finish }) => finish === "stop").length;
  return { problems: [...problems], note: `${stopped} of ${drawn.length} ended with a stop id` };
}

/** Another seed gives another completion. */
async function checkSeed(trial: SamplerTrial): Promise<SamplerFinding> {
  const drawn = await trial.sampler.sample(requests(trial, 8, { maxTokens: 16 }));
  const different = new Set(drawn.map(({ tokens }) => tokens.join(" "))).size;
  const problems = different > 1 ? [] : ["Eight seeds gave the same completion"];
  return { problems, note: `${different} of ${drawn.length} completions are different` };
}

/** The same request has the same log-probabilities for as long as the tokens are the same. */
async function checkRepeat(trial: SamplerTrial): Promise<SamplerFinding> {
  const [request] = requests(trial, 1, { maxTokens: 16 });
  if (request === undefined) return { problems: [], note: "" };
  const [one, two] = [await trial.sampler.sample([request]), await trial.sampler.sample([request])];
  const [first, second] = [one[0], two[0]];
  if (first === undefined || second === undefined) return { problems: ["No completion came"], note: "" };
  const parted = first.tokens.findIndex((id, at) => id !== second.tokens[at]);
  const same = parted < 0 ? first.tokens.length : parted;
  const gaps = [...first.logprobs.slice(0, same)].map((logprob, at) =>
    Math.abs(logprob - (second.logprobs[at] ?? NaN))
  );
  const gap = Math.max(0, ...gaps);
  const note = `${same} of ${first.tokens.length} tokens are the same, up to ${
    gap.toPrecision(2)
  } nats apart`;
  return { problems: gap <= trial.tolerance ? [] : [`The same tokens are ${gap} nats apart`], note };
}

/** Tokens are drawn as often as their log-probabilities say. */
async function checkDraws(trial: SamplerTrial): Promise<SamplerFinding> {
  const drawn = await trial.sampler.sample(requests(trial, drawCount, { maxTokens: 1 }));
  const half = drawCount / 2;
  const problems = [
    ...frequencyProblems(drawn.slice(0, half), drawn.slice(half)),
    ...frequencyProblems(drawn.slice(half), drawn.slice(0, half)),
  ];
  const mean = drawn.reduce((sum, { logprobs }) => sum + (logprobs[0] ?? 0), 0) / drawCount;
  const kinds = told(drawn).size;
  const note = `${drawCount} draws of ${kinds} tokens, mean log-probability ${mean.toFixed(3)}`;
  return { problems: [...new Set(problems)], note };
}

/**
 * Half of the draws name tokens and what was told of them, the other half are counted: were the same draws used for both,
 * the tokens would be chosen for having been drawn. Compares how many are among them, and the mean of their
 * log-probability (0 for others).
 */
function frequencyProblems(named: readonly Completion[], counted: readonly Completion[]): string[] {
  const known = told(named);
  const count = counted.length;
  const problems: string[] = [];
  const mass = [...known.values()].reduce((sum, logprob) => sum + Math.exp(logprob), 0);
  if (mass > 1.01) problems.push(`The probabilities of the tokens drawn add up to ${mass.toFixed(3)}`);
  const statistics: [string, (logprob: number) => number][] = [
    ["share of draws among known tokens", () => 1],
    ["mean log-probability of known tokens", (logprob) => logprob],
  ];
  for (const [name, of] of statistics) {
    const moment = (power: number): number =>
      [...known.values()].reduce((sum, logprob) => sum + Math.exp(logprob) * of(logprob) ** power, 0);
    const expected = moment(1);
    const error = Math.sqrt(Math.max(0, moment(2) - expected ** 2) / count);
    const found = counted.reduce((sum, { tokens: [id = -1] }) => {
      const logprob = known.get(id);
      return sum + (logprob === undefined ? 0 : of(logprob));
    }, 0) / count;
    // One draw more or less is no evidence where hardly any are expected.
    const largest = Math.max(...[...known.values()].map((logprob) => Math.abs(of(logprob))));
    if (Math.abs(found - expected) <= 5 * error + largest / count) continue;
    problems.push(
      `The ${name} is ${found.toFixed(3)} but ${expected.toFixed(3)} by what is told (standard error ${
        error.toFixed(3)
      })`,
    );
  }
  return problems;
}

/** Log-probabilities are of the tempered distribution: differences between tokens grow by 1 / temperature. */
async function checkTemperature(trial: SamplerTrial): Promise<SamplerFinding> {
  const temperature = 0.7;
  const plain = told(await trial.sampler.sample(requests(trial, 64, { maxTokens: 1 })));
  let tempered: Map<number, number>;
  try {
    tempered = told(await trial.sampler.sample(requests(trial, 64, { maxTokens: 1, temperature })));
  } catch (error) {
    return { problems: [], note: `refused: ${sentence(error)}` };
  }
  const common = [...plain.keys()].filter((id) => tempered.has(id));
  const [reference = -1] = common.toSorted((one, other) => (plain.get(other) ?? 0) - (plain.get(one) ?? 0));
  const above = (of: Map<number, number>, id: number): number => (of.get(id) ?? 0) - (of.get(reference) ?? 0);
  const gap = Math.max(
    0,
    ...common.map((id) => Math.abs(above(tempered, id) - above(plain, id) / temperature)),
  );
  const note = common.length < 2
    ? "fewer than two tokens were drawn at both temperatures, so that nothing can be compared"
    : `${common.length} tokens at temperatures 1 and ${temperature}, up to ${gap.toPrecision(2)} nats off`;
  const problems = gap <= 4 * trial.tolerance
    ? []
    : [`Log-probabilities at temperature ${temperature} are not those of the tempered distribution`];
  return { problems, note };
}

/** Whether it can be trained with; told, not judged. */
async function checkWeights({ sampler }: SamplerTrial): Promise<SamplerFinding> {
  const { takes } = await sampler.describe();
  const words = { adapter: "adapters", model: "whole models" };
  const note = takes.length === 0
    ? "it takes no new weights: no --sampler for training"
    : `it takes ${takes.map((kind) => words[kind]).join(" and ")}`;
  return { problems: [], note };
}

/** The first token of each completion, and the log-probability told of it. */
function told(drawn: readonly Completion[]): Map<number, number> {
  return new Map(drawn.map(({ tokens, logprobs }) => [tokens[0] ?? -1, logprobs[0] ?? NaN]));
}

function requests(
  { tokenizer }: SamplerTrial,
  count: number,
  { maxTokens, temperature = 1 }: { readonly maxTokens: number; readonly temperature?: number },
): SampleRequest[] {
  const prompt = tokenizer.encodeChat([{ role: "user", content: "2+2=" }]);
  return Array.from({ length: count }, (_, seed) => ({ prompt, maxTokens, temperature, topP: 1, seed }));
}

function sentence(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}

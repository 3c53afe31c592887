import { UserError } from "../../lib/errors.ts";
import type { Command, CommandLine, CommandOption } from "./command.ts";
import { serverOptions } from "./server_options.ts";
import { conformanceBfcl } from "./conformance_bfcl.ts";
import { conformanceEngine } from "./conformance_engine.ts";
import { conformanceMath } from "./conformance_math.ts";
import { conformanceSampler } from "./conformance_sampler.ts";

/** What can be measured, by the first word of the command line. */
const subjects: ReadonlyMap<string, (line: CommandLine, files: readonly string[]) => Promise<number>> =
  new Map([
    ["math", conformanceMath],
    ["bfcl", conformanceBfcl],
    ["engine", conformanceEngine],
    ["sampler", conformanceSampler],
  ]);

/** What is for servers alone. */
const engineOptions: Readonly<Record<string, CommandOption>> = {
  ...serverOptions,
  model: {
    type: "string",
    value: "ORG/NAME",
    help: "engine, sampler: the model; by default the first that is served",
  },
  rank: { type: "string", value: "N", help: "engine: the rank of an adapter; default 0, all parameters" },
  context: { type: "string", value: "N", help: "engine: the most tokens of a sequence; default 128" },
  rate: {
    type: "string",
    value: "X",
    help: "engine: a step size that can be seen and does no harm; default 0.01",
  },
  only: { type: "string", multiple: true, value: "CHECK", help: "engine: only this check" },
};

/** What of it is for samplers too. */
const samplerOptions: readonly string[] = ["url", "tokenizer", "model"];

/** `deno task conformance`: how well a part of a domain agrees with records of what is right, or an engine with its contract. */
export const conformanceCommand: Command = {
  name: "conformance",
  summary: "Measure how well a domain agrees with records, or a server with what an engine must do.",
  usage: "math FILE.jsonl | bfcl TRACES.jsonl… | engine --url URL [options] | sampler --url URL [options]",
  options: {
    json: { type: "boolean", help: "Print the figures alone, as JSON" },
    tolerance: {
      type: "string",
      value: "X",
      help:
        "math: how far numbers may be off, absolutely, in rows that do not say; default 0. engine: how far log-probabilities " +
        "may be apart, in nats; default 0.001. sampler: the same; default 0.05",
    },
    ...engineOptions,
  },
  examples: [
    "deno task conformance math tests/domains/math/answer/cases/equivalence-cases.jsonl",
    'deno task conformance math my_cases.jsonl --json   # each line {"gold": "1/2", "pred": "0.5", "expected": true}',
    "deno task conformance bfcl tests/domains/tool_use/bfcl/traces/probes.jsonl   # exit code 1 below 98 %",
    "deno task conformance engine --url http://127.0.0.1:8000 --rank 8   # exit code 1 if a check fails",
    "deno task conformance sampler --url http://127.0.0.1:8001 --tokenizer DIR   # vLLM, SGLang or TGI",
  ],
  run: async (line) => {
    const [subject, ...files] = line.words;
    const measure = subject === undefined ? undefined : subjects.get(subject);
    if (measure === undefined) {
      throw new UserError(
        `Expected math, bfcl, engine or sampler but found ${subject === undefined ? "none" : `"${subject}"`}`,
      );
    }
    const used = subject === "engine"
      ? Object.keys(engineOptions)
      : subject === "sampler"
      ? samplerOptions
      : [];
    const idle = Object.keys(engineOptions).find((name) => isGiven(line, name) && !used.includes(name));
    if (idle !== undefined) {
      throw new UserError(`Expected no --${idle} with ${subject}: it is for deno task conformance engine`);
    }
    return await measure(line, files);
  },
};

function isGiven(line: CommandLine, name: string): boolean {
  return line.value(name) !== undefined || line.values(name).length > 0;
}

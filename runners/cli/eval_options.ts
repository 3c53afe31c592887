/**
 * The options of `deno task eval`: how to measure, and where the model is.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { Evaluation } from "../../lib/experiment/settings.ts";
import { hubToken, isHubHost } from "../../lib/hub_token.ts";
import { HubClient } from "../hf/hub/hub_client.ts";
import type { HostedAccess } from "../hf/infer/hosted_model.ts";
import type { CommandLine, CommandOption } from "./command.ts";
import { answerFolder } from "./eval_grants.ts";
import type { EvalSubject } from "./eval_subject.ts";
import { experimentOptions } from "./experiment_options.ts";
import { hubOption, readHubAccess, readSecret } from "./hub_access.ts";
import { defaultHub } from "./hub_hosts.ts";
import { readDollars } from "./read_dollars.ts";
import { keyNames } from "./server_names.ts";

/** The options of `deno task eval`. */
export const evalOptions: Readonly<Record<string, CommandOption>> = {
  model: { type: "string", value: "ORG/NAME", help: "The hosted model" },
  provider: {
    type: "string",
    value: "NAME",
    help: "The inference provider, such as together; when left out the router takes one",
  },
  url: {
    type: "string",
    value: "ENDPOINT",
    help:
      `An OpenAI-shaped server in the provider's place; its key is read from ${keyNames.sampler}, HF_TOKEN goes to Hugging Face alone`,
  },
  arm: { type: "string", value: "NAME", help: "The experiment's arm; default the one with most operators" },
  seed: { type: "string", value: "N", help: "Feeds every draw; default the experiment's first, or 1" },
  set: experimentOptions.set,
  quick: experimentOptions.quick,
  steps: {
    type: "string",
    value: "K",
    help: "Self-improvement steps; default the experiment's, or 16",
  },
  samples: { type: "string", value: "N", help: "Chains a task; default the experiment's, or 1" },
  tasks: { type: "string", value: "N", help: "Held-out tasks; default the experiment's, or at most 64" },
  resamples: { type: "string", value: "N", help: "First attempts drawn anew a task; default 0" },
  "max-tokens": {
    type: "string",
    value: "N",
    help: "The longest answer; default the experiment's where its tokens are pieces of words, or 1024",
  },
  temperature: { type: "string", value: "X", help: "Default the experiment's, or 1; 0 for the likeliest" },
  "top-p": { type: "string", value: "X", help: "Probability mass to keep; default the experiment's, or 1" },
  context: {
    type: "string",
    value: "N",
    help: "The model's context in tokens: longer requests show less of the current response (by estimate)",
  },
  concurrency: { type: "string", value: "N", help: "The most requests at once; default 8" },
  timeout: { type: "string", value: "SECONDS", help: "For one request; default 300" },
  "max-cost": { type: "string", value: "USD", help: "Stops before the evaluation as a whole costs more" },
  price: {
    type: "string",
    value: "IN,OUT",
    help: "USD per million tokens; from the router's list when left out",
  },
  runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
  cache: { type: "string", value: "DIR", help: `Where answers are kept; default ${answerFolder}` },
  hub: {
    ...hubOption,
    help: `The Hub's address; default ${defaultHub}; another one stands in for the router as well`,
  },
  net: experimentOptions.net,
  read: experimentOptions.read,
  run: experimentOptions.run,
};

/** More answers than anyone waits for, and no more than fit in memory. */
const mostAnswers = 10_000_000;

/** How requests are made. */
export interface EvalRequests {
  /** The most requests at once. */
  readonly concurrency: number;
  /** Milliseconds for one request. */
  readonly timeout: number;
  /** The most that all answers may cost, in USD; `null` for no limit. */
  readonly maxCost: number | null;
  /** The most tokens of a conversation and its response; `null` for no limit. */
  readonly context: number | null;
}

/** Reads how requests are made. */
export function readRequests(line: CommandLine): EvalRequests {
  const context = line.value("context");
  return {
    concurrency: readWhole(line, "concurrency", 1) ?? 8,
    timeout: 1000 * (readNumber(line, "timeout", (x) => x > 0 && x <= 86_400, "above 0") ?? 300),
    maxCost: readDollars(line, "max-cost"),
    context: context === undefined ? null : readWhole(line, "context", 1) ?? null,
  };
}

/**
 * The subject with what the command line changes of it.
 *
 * @throws {UserError} If an option is out of range.
 */
export function readMeasure(line: CommandLine, subject: EvalSubject): EvalSubject {
  const { evaluation, domain, maxTokens } = subject;
  const changed: Evaluation = {
    ...evaluation,
    steps: readWhole(line, "steps", 0) ?? evaluation.steps,
    samples: readWhole(line, "samples", 1) ?? evaluation.samples,
    tasks: readWhole(line, "tasks", 1) ?? evaluation.tasks,
    resamples: readWhole(line, "resamples", 0) ?? evaluation.resamples,
    temperature: readNumber(line, "temperature", (x) => x >= 0, "of at least 0") ?? evaluation.temperature,
    topP: readNumber(line, "top-p", (x) => x > 0 && x <= 1, "in (0, 1]") ?? evaluation.topP,
  };
  const answers = changed.tasks * (changed.samples * (1 + changed.steps) + changed.resamples);
  if (answers > mostAnswers) {
    throw new UserError(
      `Expected at most ${mostAnswers.toLocaleString("en")} answers but found ${
        answers.toLocaleString("en")
      }, for ` +
        `${changed.tasks} tasks, ${changed.samples} samples, ${changed.steps} steps and ${changed.resamples} resamples`,
    );
  }
  const { size } = domain.tasks("test");
  if (size !== null && changed.tasks > size) {
    throw new UserError(
      `Expected --tasks to be at most ${size}, the held-out tasks of ${domain.kind}, but found ${changed.tasks}`,
    );
  }
  if (changed.search !== undefined && changed.search.drafts > 1 + changed.steps) {
    throw new UserError(
      `Expected --steps to be at least ${changed.search.drafts - 1}, for the search begins with ` +
        `${changed.search.drafts} drafts, but found ${changed.steps}`,
    );
  }
  return { ...subject, evaluation: changed, maxTokens: readWhole(line, "max-tokens", 1) ?? maxTokens };
}

/**
 * Which model is asked, where, and with which key.
 *
 * @throws {UserError} If there is no model, an option is no address, or there is no token.
 */
export function readAccess(line: CommandLine): HostedAccess {
  const model = line.value("model");
  if (model === undefined || !/^[\w.:/-]+$/.test(model)) {
    throw new UserError(
      `Expected --model to be a model such as Qwen/Qwen3-8B but found ${
        model === undefined ? "none" : `"${model}"`
      }`,
    );
  }
  const provider = line.value("provider") ?? null;
  const url = line.value("url");
  if (url !== undefined && provider !== null) {
    throw new UserError("Expected --provider or --url but found both: an endpoint has no provider");
  }
  if (url !== undefined) return endpointAccess(model, url);
  const { host, token } = readHubAccess(line, "optional");
  if (token === undefined) {
    throw new UserError(
      "Expected a Hugging Face token that may call inference providers in the environment variable HF_TOKEN but found " +
        `none; make one at ${defaultHub}/settings/tokens, or give --url`,
    );
  }
  // Another address must be encrypted, or this machine.
  new HubClient({ host, token });
  if (!token.startsWith("hf_")) {
    throw new UserError(
      "Expected HF_TOKEN in the environment to be a token of Hugging Face, which begins with hf_, but found another text",
    );
  }
  return { model, provider, endpoint: null, key: token, ...host === defaultHub ? {} : { hub: host } };
}

function endpointAccess(model: string, text: string): HostedAccess {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    const found = text.includes("@") ? "another text" : `"${text}"`;
    throw new UserError(
      `Expected --url to be an address such as http://127.0.0.1:8000/v1 but found ${found}`,
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new UserError(
      `Expected --url without a name, password or query but found some; put the key into ${keyNames.sampler}`,
    );
  }
  const key = isHubHost(url.hostname) ? hubToken(url) : readSecret(keyNames.sampler);
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new UserError(
      `Expected ${keyNames.sampler} in the environment to be a key but found other characters in it`,
    );
  }
  return { model, provider: null, endpoint: url.href.replace(/\/+$/, ""), key };
}

function readWhole(line: CommandLine, name: string, least: number): number | undefined {
  const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= least;
  return readNumber(line, name, isWhole, `a whole number of at least ${least}`, "");
}

function readNumber(
  line: CommandLine,
  name: string,
  fits: (value: number) => boolean,
  range: string,
  what: string = "a number ",
): number | undefined {
  const text = line.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && fits(value)) return value;
  throw new UserError(`Expected --${name} to be ${what}${range} but found "${text}"`);
}

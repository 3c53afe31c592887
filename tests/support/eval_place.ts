/** `deno task eval` at the stand-in for the Hub, and what should come of it. */
import { join } from "node:path";
import type { Json } from "exitlab/lib/json.ts";
import { evaluate } from "exitlab/lib/loop/evaluate.ts";
import { evaluationRows } from "exitlab/lib/loop/records.ts";
import type { Responder } from "exitlab/lib/loop/responder.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import type { QueryResult } from "exitlab/lib/metrics/query.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { chatMessages } from "exitlab/runners/hf/infer/chat_messages.ts";
import { evalCommand } from "exitlab/runners/cli/eval.ts";
import { ResponseCache } from "exitlab/runners/hf/infer/response_cache.ts";
import { allRows } from "./all_rows.ts";
import { captured } from "./captured.ts";
import { type Outcome, root } from "./command_line.ts";
import { digits } from "./digit_domain.ts";
import { guess } from "./hub/guesser.ts";
import { type Hub, startHub } from "./hub/hub_server.ts";
import {
  type Inference,
  inference,
  type InferenceOptions,
  publicInferencePaths,
} from "./hub/inference_routes.ts";

/** The token that the stand-in takes, and that must be seen nowhere else. */
export const token = "hf_MARKEDtokenThatNobodyMaySee";
/** An experiment of two arms on digits. */
export const experiment = "tests/support/hosted_experiment.ts";
/** The words that name the model and the arm. */
export const all: readonly string[] = ["--model", "org/model", "--arm", "exit"];

/** A stand-in with hosted models, and a folder for runs and answers. */
export interface Place extends AsyncDisposable {
  readonly hub: Hub;
  readonly models: Inference;
  readonly folder: string;
}

/** A place of its own for a test. */
export async function place(options: Partial<InferenceOptions> = {}): Promise<Place> {
  const models = inference({ answer: guess, ...options });
  const hub = await startHub({ token, routes: [models.routes] });
  hub.state.publicPaths.push(...publicInferencePaths);
  const folder = await Deno.makeTempDir();
  return {
    hub,
    models,
    folder,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The command as a process that can be started and killed. */
export function command(at: Place, words: readonly string[]): Deno.Command {
  return new Deno.Command("deno", {
    cwd: root,
    clearEnv: true,
    env: { HF_TOKEN: token, HOME: Deno.env.get("HOME") ?? "", PATH: Deno.env.get("PATH") ?? "" },
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "-P=eval",
      "--allow-read",
      `--allow-write=${at.folder}`,
      "--allow-net=127.0.0.1",
      "--allow-env=HF_TOKEN,EXITLAB_SAMPLER_KEY",
      "runners/cli/main.ts",
      "eval",
      ...withPlace(at, words),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

function withPlace({ hub, folder }: Place, words: readonly string[]): string[] {
  return [
    ...words,
    ...["--runs", join(folder, "runs"), "--cache", join(folder, "cache")],
    ...words.includes("--url") || words.includes("--hub") ? [] : ["--hub", hub.url],
  ];
}

/** Runs the command to its end in this process, with the token in its environment. */
export async function run(at: Place, ...words: string[]): Promise<Outcome> {
  const before = Deno.env.get("HF_TOKEN");
  Deno.env.set("HF_TOKEN", token);
  try {
    const { code, out, error } = await captured(evalCommand, ...withPlace(at, words));
    return { code, stdout: out, stderr: error };
  } finally {
    if (before === undefined) Deno.env.delete("HF_TOKEN");
    else Deno.env.set("HF_TOKEN", before);
  }
}

/** What a query gives on the runs of a place. */
export async function sql(at: Place, query: string): Promise<QueryResult["rows"]> {
  const reader = await openRuns(join(at.folder, "runs"));
  try {
    return (await reader.query(query)).rows;
  } finally {
    reader.close();
  }
}

/** Whether the token is in any file of a place, or in any row of its runs. */
export async function tellsToken({ folder }: Place): Promise<boolean> {
  const rows = JSON.stringify(await allRows(join(folder, "runs")));
  return [rows, ...await texts(folder)].some((text) => text.includes(token));
}

/** Every file below a folder, as text. */
async function texts(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await texts(path));
    else found.push(new TextDecoder("latin1").decode(await Deno.readFile(path)));
  }
  return found;
}

/** What the stand-in's model would say, without any server between. */
const direct: Responder = {
  context: Infinity,
  contextOption: "none",
  count: () => 0,
  respond: (requests) =>
    Promise.resolve(requests.map(({ messages, seed }) => {
      const text = guess({ messages: chatMessages(messages), seed });
      return { text, tokens: text.split(/\s+/).length + 1 };
    })),
};

/** A row of an evaluation that does not depend on how it came about. */
type Row = readonly Json[];

/** What `evaluate` itself comes to with the stand-in's model, in a fixed order. */
export async function directRows(
  { steps, samples, tasks, turns = 1 }: {
    readonly steps: number;
    readonly samples: number;
    readonly tasks: number;
    readonly turns?: number;
  },
): Promise<Row[]> {
  const evaluation = { every: 0, steps, samples, tasks, temperature: 0.7, topP: 1, resamples: 0 };
  const outcomes = await evaluate({
    domain: digits({ turns }),
    operators: turns === 1 ? [improve()] : [],
    responder: direct,
    maxTokens: 1024,
    evaluation,
    seed: 5,
  }, 0);
  return evaluationRows(outcomes, 0)
    .map(({ split, task, sample, step, quality, solved, changed, tokens, response, mode, validation }) => [
      ...[split, task, sample, step, quality, solved],
      ...[changed, tokens, response, mode, validation],
    ])
    .toSorted(byText);
}

/** The rows of the evaluations of a place, in the same order. */
export async function storedRows(at: Place): Promise<Row[]> {
  const columns = "split, task, sample, step, quality, solved, changed, tokens, response, mode, validation";
  return (await sql(at, `select ${columns} from evaluations`)).map((row) => [...row]).toSorted(byText);
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** How many answers the cache of a place holds. */
export async function cachedAnswers(at: Place): Promise<number> {
  const [name] = await Array.fromAsync(Deno.readDir(join(at.folder, "cache")));
  const cache = await ResponseCache.open(join(at.folder, "cache", name?.name ?? ""));
  cache.close();
  return cache.size;
}

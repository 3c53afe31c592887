/**
 * An evaluation of a hosted model, kept as a run like any other, so that it stands beside trained arms.
 *
 * @module
 */
import { join } from "node:path";
import type { Domain } from "../../../lib/domain/domain.ts";
import type { Evaluation } from "../../../lib/experiment/settings.ts";
import { contentHash, type Json, type JsonObject } from "../../../lib/json.ts";
import { evaluationFigures } from "../../../lib/loop/domain_figures.ts";
import { evaluate, type EvaluationContext } from "../../../lib/loop/evaluate.ts";
import { finishedMark } from "../../../lib/loop/finished_mark.ts";
import { bestSoFar, growTrees } from "../../../lib/loop/grow_trees.ts";
import { evaluationRows, nodeRows, resampleRows } from "../../../lib/loop/records.ts";
import { resample } from "../../../lib/loop/resample.ts";
import type { Responder } from "../../../lib/loop/responder.ts";
import { explainWriteError } from "../../../lib/loop/write_error.ts";
import type { Batch, EventRow } from "../../../lib/metrics/rows.ts";
import { openStore, type RunStore } from "../../../lib/metrics/store.ts";
import type { OperatorPart } from "../../../lib/operator/operator.ts";
import { givenOptions, type Part } from "../../../lib/part.ts";
import { version } from "../../../lib/version.ts";
import { writeDurably } from "../../../lib/write_durably.ts";
import { type HostedModel, hostedName, hostedPlace } from "./hosted_model.ts";

/** What is evaluated, and how. */
export interface HostedEvaluation {
  /** The experiment that it belongs to, or the domain's name. */
  readonly experiment: string;
  /** Where held-out tasks and verdicts come from. */
  readonly domain: Domain;
  /** Word the improve requests. */
  readonly operators: readonly OperatorPart[];
  /** How to measure. */
  readonly evaluation: Evaluation;
  /** The most tokens of a response. */
  readonly maxTokens: number;
  /** The most tokens of a conversation and its response, by estimate; `null` for no limit. */
  readonly context: number | null;
  /** Feeds every draw. */
  readonly seed: number;
  /** The model. */
  readonly model: HostedModel;
}

/** The run that an evaluation becomes. */
export interface HostedRun {
  /** Its name: experiment, model, seed and the first digits of the hash. */
  readonly id: string;
  /** The SHA-256 of all that decides what is asked. Same hash, same run. */
  readonly hash: string;
  /** What the model is called beside trained arms. */
  readonly arm: string;
  /** Every option in force, the seed left out. */
  readonly settings: JsonObject;
}

/** How to run an evaluation. */
export interface HostedRunOptions {
  /** The folder of all runs. */
  readonly runs: string;
  /** Answers the requests. */
  readonly responder: Responder;
  /** What is to be said of the answers, once they are there; for the table of events. */
  readonly remarks: () => readonly Pick<EventRow, "level" | "kind" | "message">[];
}

/** The run that an evaluation becomes: the same for the same settings, wherever they were written. */
export function hostedRun(evaluation: HostedEvaluation): HostedRun {
  const { experiment, seed, model, domain } = evaluation;
  const settings = settingsOf(evaluation);
  const hash = contentHash({
    format: "exitlab.hosted-evaluation/1",
    settings: { ...settings, version: domain.version },
    model,
    seed,
  });
  const arm = hostedName(model);
  const slug = arm.replaceAll(/[^\w.-]+/g, "_").slice(0, 80);
  return { id: `${experiment}-eval-${slug}-s${seed}-${hash.slice(0, 8)}`, hash, arm, settings };
}

function settingsOf(
  { domain, operators, evaluation, maxTokens, context, model }: HostedEvaluation,
): JsonObject {
  const part = ({ kind, options }: Pick<Part, "kind" | "options">): Json => ({
    kind,
    options: givenOptions(options),
  });
  return {
    domain: part(domain),
    // Of an endpoint the host alone: its path is nobody else's business.
    policy: {
      kind: "hosted",
      options: { ...model, endpoint: model.endpoint === null ? null : new URL(model.endpoint).host, context },
    },
    operators: operators.map(part),
    sampling: { maxTokens },
    evaluate: { ...evaluation, every: 0 },
  };
}

/** Whether a run was finished earlier. */
export async function isFinished(runs: string, { id }: HostedRun): Promise<boolean> {
  try {
    await Deno.stat(join(runs, id, finishedMark));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs an evaluation from its start: what was answered before comes from the responder's cache. However it ends, the run
 * says so.
 *
 * @throws {UserError} If the responder gives up, a verdict is out of range, or another process owns the run.
 */
export async function runHostedEvaluation(
  evaluation: HostedEvaluation,
  options: HostedRunOptions,
): Promise<void> {
  const { runs, remarks } = options;
  const run = hostedRun(evaluation);
  const directory = join(runs, run.id);
  try {
    await Deno.mkdir(directory, { recursive: true });
  } catch (error) {
    throw explainWriteError(error, directory);
  }
  const store = await openStore(directory, { run: run.id, arm: run.arm, seed: evaluation.seed });
  try {
    await begin(store, run, evaluation);
    let batch: Batch;
    try {
      batch = await measure(evaluation, options);
    } catch (error) {
      const message = error instanceof Error && error.message !== "" ? error.message : "Stopped";
      await store.write({
        events: events([...remarks(), { level: "warning", kind: "interrupted", message }]),
      });
      await store.finish("interrupted");
      throw error;
    }
    await store.write({ ...batch, events: [...batch.events ?? [], ...events(remarks())] });
    await store.finish("finished");
    await writeDurably(join(directory, finishedMark), new Uint8Array());
  } finally {
    store.close();
  }
}

async function begin(store: RunStore, run: HostedRun, { experiment, domain, model }: HostedEvaluation) {
  await store.begin({
    experiment,
    planHash: run.hash,
    jobHash: run.hash,
    exitlabVersion: version,
    domain: domain.kind,
    policy: "hosted",
    engine: `hosted: ${hostedName(model)} at ${hostedPlace(model)}`,
    settings: run.settings,
    started: new Date().toISOString(),
    trainingTasks: null,
    iterates: null,
  });
  // An earlier attempt's remarks are not this one's.
  await store.rewind(-1);
  const surroundings = await domain.surroundings?.() ?? null;
  await store.write({
    events: events([
      { level: "info", kind: "hosted", message: `Asks ${hostedName(model)} at ${hostedPlace(model)}` },
      ...surroundings === null ? [] : [{ level: "info", kind: "surroundings", message: surroundings }],
    ]),
  });
}

/** The rows of the evaluation. */
async function measure(
  { domain, operators, evaluation, maxTokens, seed }: HostedEvaluation,
  { responder }: HostedRunOptions,
): Promise<Batch> {
  const context: EvaluationContext = { domain, operators, responder, maxTokens, evaluation, seed };
  const { search } = evaluation;
  const trees = search === undefined ? [] : await growTrees(context, search, 0);
  const outcomes = search === undefined ? await evaluate(context, 0) : bestSoFar(trees);
  const resamples = evaluation.resamples === 0 ? [] : resampleRows(await resample(context, 0), 0);
  return {
    evaluations: evaluationRows(outcomes, 0),
    nodes: nodeRows(trees, 0),
    resamples,
    events: evaluationFigures(domain, outcomes, 0, new Date().toISOString()),
  };
}

function events(said: readonly Pick<EventRow, "level" | "kind" | "message">[]): EventRow[] {
  const time = new Date().toISOString();
  return said.map((event) => ({ iteration: 0, time, ...event }));
}

/**
 * What a dataset repository's card says of a run, kept beside the run so that the card can be made anew from all of them.
 *
 * @module
 */
import * as v from "valibot";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { openRuns, type Reader } from "../../lib/metrics/reader.ts";
import { curveRows } from "../../lib/metrics/statistics.ts";
import { isRunId } from "./checked_run.ts";
import { harmless } from "./harmless_plan.ts";
import { settingTexts } from "./setting_texts.ts";

/** Marks the file. */
const summaryFormat = "exitlab.pushed/1";

/** A pushed run, as `runs/<id>/summary.json` says it. */
export type PushedSummary = {
  /** Always `"exitlab.pushed/1"`. */
  readonly format: "exitlab.pushed/1";
  /** Its id. */
  readonly run: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** Its seed. */
  readonly seed: number;
  /** When it began: ISO 8601, UTC. */
  readonly started: string;
  /** SHA-256 of the plan. */
  readonly planHash: string;
  /** The version of exitlab that ran it. */
  readonly exitlabVersion: string;
  /** What the engine said it is. */
  readonly engine: string;
  /** Every option in force, without paths of the machine. */
  readonly settings: JsonObject;
  /** Generated tokens of training; `null` if unknown. */
  readonly tokens: number | null;
  /** Held-out tasks. */
  readonly tasks: number;
  /** K, the last self-improvement step of the last evaluation; `null` without one. */
  readonly steps: number | null;
  /** Solved share of held-out tasks at the first attempt, in [0, 1]. */
  readonly first: number | null;
  /** The same after K steps. */
  readonly last: number | null;
  /** The tables that the run has. */
  readonly tables: readonly string[];
};

const text = v.pipe(v.string(), v.maxLength(1000));
const figure = v.nullable(v.pipe(v.number(), v.finite()));
const schema: v.GenericSchema<PushedSummary> = v.object({
  format: v.literal(summaryFormat),
  run: v.pipe(v.string(), v.check(isRunId, "Expected the id of a run")),
  experiment: text,
  arm: text,
  seed: v.pipe(v.number(), v.finite()),
  started: text,
  planHash: text,
  exitlabVersion: text,
  engine: text,
  settings: v.custom<JsonObject>(
    (value) => typeof value === "object" && value !== null,
    "Expected an object",
  ),
  tokens: figure,
  tasks: v.pipe(v.number(), v.finite()),
  steps: figure,
  first: figure,
  last: figure,
  tables: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z]{1,40}$/))), v.maxLength(100)),
});

/**
 * Reads a summary.
 *
 * @throws {UserError} If it is not one of this run.
 */
export function parseSummary(bytes: Uint8Array, run: string): PushedSummary {
  try {
    const summary = v.parse(schema, JSON.parse(new TextDecoder().decode(bytes)), { abortEarly: true });
    // Settings of any other form fail here, not while the card of all runs is made.
    settingTexts(summary.settings);
    if (summary.run === run) return summary;
  } catch (error) {
    throw new UserError(`Expected a summary of run "${run}" but found another file: ${errorMessage(error)}`);
  }
  throw new UserError(`Expected a summary of run "${run}" but found that of another`);
}

/**
 * The summaries of finished runs.
 *
 * @param directory The folder of all runs.
 * @param runs Their ids, with the tables that each has.
 */
export async function summariesOf(
  directory: string,
  runs: ReadonlyMap<string, readonly string[]>,
): Promise<PushedSummary[]> {
  const reader = await openRuns(directory);
  try {
    const summaries: PushedSummary[] = [];
    for (const [run, tables] of runs) summaries.push(await summaryOf(reader, run, tables));
    return summaries;
  } finally {
    reader.close();
  }
}

const runSql = `select experiment, arm, seed::double, started, plan_hash, exitlab_version, engine, settings,
  (select max(tokens)::double from steps where run = $run) from runs where run = $run`;

async function summaryOf(reader: Reader, run: string, tables: readonly string[]): Promise<PushedSummary> {
  const [row] = (await reader.query(runSql, { run })).rows;
  if (row === undefined) throw new UserError(`Found no run "${run}" among the runs`);
  const [experiment, arm, seed, started, planHash, exitlabVersion, engine, settings, tokens] = row;
  const curve = await curveRows(reader, { runs: [run] });
  const solvedAt = (at: number): number | null => curve.at(at)?.solved.mean ?? null;
  return {
    format: summaryFormat,
    run,
    experiment: String(experiment),
    arm: String(arm),
    seed: Number(seed),
    started: String(started),
    planHash: String(planHash),
    exitlabVersion: String(exitlabVersion),
    engine: String(harmless(engine ?? "")),
    settings: parseSettings(settings),
    tokens: typeof tokens === "number" ? tokens : null,
    tasks: curve.at(0)?.tasks ?? 0,
    steps: curve.at(-1)?.step ?? null,
    first: solvedAt(0),
    last: solvedAt(-1),
    tables,
  };
}

function parseSettings(settings: Json | undefined): JsonObject {
  const parsed: Json = typeof settings === "string" ? JSON.parse(settings) : null;
  const clean = harmless(parsed);
  return isJsonObject(clean) ? clean : {};
}

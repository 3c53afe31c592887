/**
 * What one run came to, small enough to commit: the counts behind every figure of a comparison, and no text that a
 * policy wrote.
 *
 * @module
 */
import * as v from "valibot";
import type { Json, JsonObject } from "../json.ts";

/**
 * How the chains of each held-out task went at a run's last evaluation. One array a figure; after step k of task t it
 * is at t × (K + 1) + k.
 */
export type ChainCounts = {
  /** Chains of the task. */
  readonly chains: readonly number[];
  /** Of those, how many are solved after the step. */
  readonly solved: readonly number[];
  /** Their mean quality, in [0, 1], to the precision of 32 bits; `null` if unknown. */
  readonly quality: readonly (number | null)[];
  /** How many are solved and were not at step 0. */
  readonly gained: readonly number[];
  /** How many are solved and were not at the step before; 0 at step 0. */
  readonly gainedStep: readonly number[];
  /** How many repeat an answer that was solved; 0 at step 0. */
  readonly copiedSolved: readonly number[];
  /** How many repeat an answer that was not solved; 0 at step 0. */
  readonly copiedUnsolved: readonly number[];
  /** How many were solved at this step or any before. */
  readonly solvedSoFar: readonly number[];
};

/** First attempts drawn independently at each held-out task; draw d of task t is at t × draws + d. */
export type DrawnAttempts = {
  /** Whether it solves the task. */
  readonly solved: readonly boolean[];
  /** The first draw of the task with the same response; the draw itself if it is the first. */
  readonly same: readonly number[];
  /** Whether the best by validation of the draws up to this one solves the task; `null` if unknown. */
  readonly pickedSolved: readonly (boolean | null)[];
  /** Its quality, in [0, 1], to the precision of 32 bits; `null` if unknown. */
  readonly pickedQuality: readonly (number | null)[];
};

/** What the answers to one benchmark's tasks cost. */
export type BenchmarkTokens = {
  /** The benchmark. */
  readonly benchmark: string;
  /** Generated tokens of all its chains together. */
  readonly chains: number;
  /** Generated tokens of all its draws together. */
  readonly draws: number;
};

/** How a mode's groups went in training. */
export type ModeFigures = {
  /** What was asked: base, improve, debug, diverge. */
  readonly mode: string;
  /** Groups drawn in training. */
  readonly groups: number;
  /** Share of them that taught nothing, for their rewards were all equal; in [0, 1]; `null` if unknown. */
  readonly zeroVariance: number | null;
};

/** How training went; `null` where a run does not tell. Means are over groups of all iterations. */
export type TrainingFigures = {
  /** Training updates. */
  readonly iterations: number | null;
  /** Generated tokens. */
  readonly tokens: number | null;
  /** Responses drawn. */
  readonly rollouts: number | null;
  /** Mean depth of the starts that the curriculum gave. */
  readonly startDepth: number | null;
  /** Mean number of self-iteration steps behind a prompt, those within a fixed-depth chain included. */
  readonly promptDepth: number | null;
  /** The most self-iteration steps behind a prompt. */
  readonly deepest: number | null;
  /** Share of the starts that are partial histories, in [0, 1]. */
  readonly replayed: number | null;
  /** Distinct starts that the curriculum gave. */
  readonly starts: number | null;
  /** Distinct root tasks among them. */
  readonly roots: number | null;
  /** Mean iterations between a partial history's birth and its replay. */
  readonly staleness: number | null;
  /** Mean share of the task space that the curriculum's choice is worth, in [0, 1]: effective sample size over size. */
  readonly effectiveShare: number | null;
  /** By mode. */
  readonly modes: readonly ModeFigures[];
};

/** A run: what it is, how it trained, and what it reached on held-out tasks at its last evaluation. */
export type RunResults = {
  /** Its name. */
  readonly run: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** A short hash of the settings: the same arm with other settings is another variant. */
  readonly variant: string;
  /** Its seed. */
  readonly seed: number;
  /** How far it came: finished, interrupted, failed or running. */
  readonly status: string;
  /** When it began, sortable; UTC. Wall clock. */
  readonly started: string;
  /** SHA-256 of the plan. */
  readonly planHash: string;
  /** SHA-256 of all that decides the result. */
  readonly jobHash: string;
  /** The version of exitlab. */
  readonly exitlabVersion: string;
  /** What the engine says it is. */
  readonly engine: string;
  /** Every option in force. */
  readonly settings: JsonObject;
  /** Training. */
  readonly training: TrainingFigures;
  /** Training updates before the evaluation. */
  readonly iteration: number;
  /** The held-out tasks' ids, sorted. */
  readonly tasks: readonly string[];
  /** The benchmark of each task. */
  readonly benchmarks: readonly string[];
  /** K, self-improvement steps of a chain. */
  readonly steps: number;
  /** What the chains came to. */
  readonly chains: ChainCounts;
  /** First attempts drawn anew for each task; 0 for none. */
  readonly draws: number;
  /** What they came to. */
  readonly drawn: DrawnAttempts;
  /** What both cost, by benchmark. */
  readonly tokens: readonly BenchmarkTokens[];
};

/** Millions of values: a check of each by a schema of its own would take longer than all else. */
const counts = v.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.every((each) => typeof each === "number"),
  "Expected numbers",
);
const shares = v.custom<readonly (number | null)[]>(
  (value) => Array.isArray(value) && value.every((each) => typeof each === "number" || each === null),
  "Expected numbers or null",
);
const answers = v.custom<readonly boolean[]>(
  (value) => Array.isArray(value) && value.every((each) => typeof each === "boolean"),
  "Expected booleans",
);
const maybeAnswers = v.custom<readonly (boolean | null)[]>(
  (value) => Array.isArray(value) && value.every((each) => typeof each === "boolean" || each === null),
  "Expected booleans or null",
);
const maybe = v.nullable(v.number());
const object = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "Expected an object",
);

const schema: v.GenericSchema<RunResults> = v.object({
  run: v.string(),
  experiment: v.string(),
  arm: v.string(),
  variant: v.string(),
  seed: v.number(),
  status: v.string(),
  started: v.string(),
  planHash: v.string(),
  jobHash: v.string(),
  exitlabVersion: v.string(),
  engine: v.string(),
  settings: object,
  training: v.object({
    iterations: maybe,
    tokens: maybe,
    rollouts: maybe,
    startDepth: maybe,
    promptDepth: maybe,
    deepest: maybe,
    replayed: maybe,
    starts: maybe,
    roots: maybe,
    staleness: maybe,
    effectiveShare: maybe,
    modes: v.array(v.object({ mode: v.string(), groups: v.number(), zeroVariance: maybe })),
  }),
  iteration: v.number(),
  tasks: v.array(v.string()),
  benchmarks: v.array(v.string()),
  steps: v.number(),
  chains: v.object({
    chains: counts,
    solved: counts,
    quality: shares,
    gained: counts,
    gainedStep: counts,
    copiedSolved: counts,
    copiedUnsolved: counts,
    solvedSoFar: counts,
  }),
  draws: v.number(),
  drawn: v.object({
    solved: answers,
    same: counts,
    pickedSolved: maybeAnswers,
    pickedQuality: shares,
  }),
  tokens: v.array(v.object({ benchmark: v.string(), chains: v.number(), draws: v.number() })),
});

/**
 * Checks what is said to be a run's results.
 *
 * @throws {TypeError} If it has another form, or chains or draws are missing.
 */
export function parseRunResults(value: Json): RunResults {
  const checked = v.safeParse(schema, value, { abortEarly: true });
  if (!checked.success) {
    const issue = checked.issues[0];
    throw new TypeError(`${issue.message} at ${v.getDotPath(issue) ?? "the top"}`);
  }
  const results = checked.output;
  const { tasks, benchmarks, steps, chains, draws, drawn } = results;
  const links = tasks.length * (steps + 1);
  const attempts = tasks.length * draws;
  if (benchmarks.length !== tasks.length) {
    throw new TypeError(`Expected a benchmark for each of ${tasks.length} tasks`);
  }
  if (Object.values(chains).some(({ length }) => length !== links)) {
    throw new TypeError(`Expected chains of ${steps} steps for each of ${tasks.length} tasks`);
  }
  if (Object.values(drawn).some(({ length }) => length !== attempts)) {
    throw new TypeError(`Expected ${draws} draws for each of ${tasks.length} tasks`);
  }
  return results;
}

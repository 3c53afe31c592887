/**
 * The tables of a run: names, columns and their kinds.
 *
 * @module
 */
import type {
  EvaluationRow,
  EventRow,
  GroupRow,
  NodeRow,
  ResampleRow,
  RolloutRow,
  RunIdentity,
  RunRow,
  RunStatus,
  StartRow,
  StepRow,
} from "./rows.ts";

/** What a column holds; `json` is stored as text. */
export type ColumnKind = "text" | "json" | "integer" | "bigint" | "double" | "boolean" | "timestamp";

/** The names of the tables. */
export type TableName =
  | "runs"
  | "steps"
  | "groups"
  | "rollouts"
  | "starts"
  | "evaluations"
  | "nodes"
  | "resamples"
  | "events";

/** One column. */
export interface Column {
  /** Its name in SQL. */
  readonly name: string;
  /** The field of the row type. */
  readonly field: string;
  /** What it holds. */
  readonly kind: ColumnKind;
  /** What it is in rows of a time before the schema had it; `undefined` if it was always there, or is `null` in them. */
  readonly before: number | undefined;
}

/** One table. */
export interface Table {
  /** Its name. */
  readonly name: TableName;
  /** What a row is, one line. */
  readonly summary: string;
  /** All columns in order: `run`, `arm`, `seed`, then the row type's. */
  readonly columns: readonly Column[];
  /** Where rows are appended: the table itself, or the table of versions that it shows the newest of. */
  readonly stored: string;
  /** The columns, run aside, whose newest version counts; `undefined` where rows never change. */
  readonly versioned: readonly string[] | undefined;
  /** The version of the schema that brought it: runs that were closed before have no file of it. */
  readonly since: number;
  /** The column that says which training iteration a row belongs to; `undefined` for `runs`. */
  readonly iteration: string | undefined;
}

const identity: Record<keyof RunIdentity, ColumnKind> = { run: "text", arm: "text", seed: "bigint" };

function table<Row extends object>(
  name: TableName,
  summary: string,
  kinds: Record<keyof Row & string, ColumnKind>,
  { versioned, iteration = "iteration", since = 1, later = {} }: {
    versioned?: readonly string[];
    iteration?: string;
    since?: number;
    /**
     * Columns that came later, with what they are in older rows unless that is `null`; all later ones stand last, as a
     * database gets them at its end.
     */
    later?: { readonly [field in keyof Row & string]?: number };
  } = {},
): Table {
  const fields = Object.entries({ ...identity, ...kinds });
  const before = new Map<string, number | undefined>(Object.entries(later));
  return {
    name,
    summary,
    columns: fields.map(([field, kind]) => ({
      name: snakeCase(field),
      field,
      kind,
      before: before.get(field),
    })),
    stored: versioned === undefined ? name : `${name.replace(/s$/, "")}_versions`,
    versioned,
    since,
    iteration: name === "runs" ? undefined : iteration,
  };
}

function snakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A row of `runs` as it is stored. */
export type StoredRun = RunRow & { readonly ended: string | null; readonly status: RunStatus };

/** All tables, by name. */
export const tables: Readonly<Record<TableName, Table>> = {
  runs: table<StoredRun>("runs", "One execution of a job: one arm, one seed", {
    experiment: "text",
    planHash: "text",
    jobHash: "text",
    exitlabVersion: "text",
    domain: "text",
    policy: "text",
    engine: "text",
    settings: "json",
    started: "timestamp",
    ended: "timestamp",
    status: "text",
    trainingTasks: "bigint",
    iterates: "boolean",
  }, { versioned: [] }),
  steps: table<StepRow>("steps", "One training iteration", {
    iteration: "integer",
    tokens: "bigint",
    rollouts: "bigint",
    reward: "double",
    quality: "double",
    solved: "double",
    zeroVariance: "double",
    depth: "double",
    replayed: "double",
    entropy: "double",
    gradientNorm: "double",
    clipped: "double",
    samplerGap: "double",
    learningRate: "double",
    space: "integer",
    effectiveSize: "double",
    extra: "json",
    secondsSample: "double",
    secondsTrain: "double",
    seconds: "double",
    tokensPerSecond: "double",
    time: "timestamp",
  }),
  groups: table<GroupRow>("groups", "The completions drawn from one start", {
    iteration: "integer",
    groupIndex: "integer",
    start: "text",
    root: "text",
    mode: "text",
    turn: "integer",
    depth: "integer",
    chainStep: "integer",
    size: "integer",
    reward: "double",
    quality: "double",
    solved: "double",
    learnability: "double",
    trained: "boolean",
    prompt: "text",
    task: "bigint",
    startParent: "text",
    startBorn: "integer",
    chain: "integer",
    round: "integer",
    asked: "integer",
  }),
  rollouts: table<RolloutRow>("rollouts", "One completion with its text (not while a run is live)", {
    iteration: "integer",
    groupIndex: "integer",
    rollout: "integer",
    prompt: "text",
    response: "text",
    quality: "double",
    solved: "boolean",
    reward: "double",
    advantage: "double",
    tokens: "integer",
    finish: "text",
    shortened: "integer",
    ownMode: "text",
    failed: "boolean",
    validation: "double",
    successors: "json",
    turns: "json",
  }, { later: { shortened: 0 } }),
  starts: table<StartRow>("starts", "The task space with its lineage", {
    id: "text",
    root: "text",
    parent: "text",
    turn: "integer",
    depth: "integer",
    mode: "text",
    born: "integer",
    learnability: "double",
    visits: "integer",
    quality: "double",
    solved: "boolean",
    response: "text",
    active: "boolean",
    updated: "integer",
  }, { versioned: ["id"], iteration: "updated" }),
  evaluations: table<EvaluationRow>("evaluations", "One attempt of a held-out self-improvement chain", {
    iteration: "integer",
    split: "text",
    task: "text",
    sample: "integer",
    step: "integer",
    quality: "double",
    solved: "boolean",
    changed: "boolean",
    tokens: "integer",
    response: "text",
    shortened: "integer",
    mode: "text",
    failed: "boolean",
    validation: "double",
    turns: "json",
  }, { later: { shortened: 0 } }),
  nodes: table<NodeRow>("nodes", "One response of a search over a held-out task", {
    iteration: "integer",
    split: "text",
    task: "text",
    sample: "integer",
    node: "integer",
    parent: "integer",
    step: "integer",
    mode: "text",
    debugDepth: "integer",
    validation: "double",
    quality: "double",
    solved: "boolean",
    failed: "boolean",
    best: "boolean",
    tokens: "integer",
    shortened: "integer",
    response: "text",
    feedback: "text",
  }, { since: 4 }),
  resamples: table<ResampleRow>("resamples", "One independent first attempt at a held-out task", {
    iteration: "integer",
    split: "text",
    task: "text",
    draw: "integer",
    quality: "double",
    solved: "boolean",
    tokens: "integer",
    response: "text",
    failed: "boolean",
    validation: "double",
    turns: "json",
  }, { since: 2 }),
  events: table<EventRow>("events", "Something that happened", {
    iteration: "integer",
    time: "timestamp",
    level: "text",
    kind: "text",
    message: "text",
  }),
};

/** The columns that differ between two runs of the same job; all others are equal, bit for bit. */
export const wallClockColumns: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  runs: ["started", "ended"],
  steps: ["seconds_sample", "seconds_train", "seconds", "tokens_per_second", "time"],
  events: ["time"],
};

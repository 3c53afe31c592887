/**
 * What a run records, one type a table. Fields are columns: `zeroVariance` here is `zero_variance` in SQL. The
 * columns `run`, `arm` and `seed` come first in every table and are added by the store.
 *
 * `null` means "not known" or "does not apply". A number that is not finite is stored as `null` too.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";

/** What decides which rows belong together: one execution of a job. */
export type RunIdentity = {
  /** The run's name, unique in a runs directory; the job's id. */
  readonly run: string;
  /** The arm's name. */
  readonly arm: string;
  /** The seed, a whole number. */
  readonly seed: number;
};

/** How far a run has come. A killed run stays `running` until it is resumed. */
export type RunStatus = "running" | "finished" | "failed" | "interrupted";

/** What a run is, for the table `runs`; one row. The store adds `ended` and `status`. */
export type RunRow = {
  /** The experiment's name. */
  readonly experiment: string;
  /** SHA-256 of the plan, hexadecimal. */
  readonly planHash: string;
  /** SHA-256 of all that decides the result; same hash, same cell. */
  readonly jobHash: string;
  /** The version of exitlab that runs it. */
  readonly exitlabVersion: string;
  /** The domain's kind, such as `sudoku`. */
  readonly domain: string;
  /** The policy's kind, such as `tiny-transformer`. */
  readonly policy: string;
  /** What the engine says it is, such as `wasm relaxed-simd, 2 workers`. */
  readonly engine: string;
  /** Every option in force, the seed left out; equal settings are the same variant of an arm. */
  readonly settings: JsonObject;
  /** When the run first began: ISO 8601, UTC. Wall clock. */
  readonly started: string;
  /** The number of training tasks; `null` if there is no end of them, if nothing is trained, and in old runs. */
  readonly trainingTasks: number | null;
  /** Whether an operator works on partial histories, as the curriculum was told; `null` if nothing is trained, and in old runs. */
  readonly iterates: boolean | null;
};

/** One training iteration, for the table `steps`. Identity: run, iteration. */
export type StepRow = {
  /** Training updates so far, this one included; from 1. */
  readonly iteration: number;
  /** Tokens generated so far in training, cumulative. */
  readonly tokens: number;
  /** Rollouts drawn so far in training, cumulative. */
  readonly rollouts: number;
  /** Mean reward of the iteration's rollouts. */
  readonly reward: number | null;
  /** Mean final quality of the iteration's rollouts, in [0, 1]. */
  readonly quality: number | null;
  /** Share of the iteration's rollouts that end solved, in [0, 1]. */
  readonly solved: number | null;
  /** Share of groups whose rewards are all equal, so that they teach nothing, in [0, 1]. */
  readonly zeroVariance: number | null;
  /** Mean depth of the starts: self-iteration steps behind them. */
  readonly depth: number | null;
  /** Share of starts that are partial histories, in [0, 1]. */
  readonly replayed: number | null;
  /** Mean entropy of the next-token distribution over trained tokens, in nats. */
  readonly entropy: number | null;
  /** Euclidean norm of the gradient before clipping. */
  readonly gradientNorm: number | null;
  /** Share of tokens whose importance ratio was clipped, in [0, 1]. */
  readonly clipped: number | null;
  /** Mean |log π trainer − log π sampler| over tokens, in nats. */
  readonly samplerGap: number | null;
  /** Step size of the optimiser. */
  readonly learningRate: number | null;
  /** Number of starts in the task space. */
  readonly space: number | null;
  /** Effective sample size of the curriculum's choice, 1 / Σ p². */
  readonly effectiveSize: number | null;
  /** Figures of the curriculum and the domain; JSON text in SQL. */
  readonly extra: JsonObject;
  /** Seconds spent drawing rollouts. Wall clock. */
  readonly secondsSample: number | null;
  /** Seconds spent on the update. Wall clock. */
  readonly secondsTrain: number | null;
  /** Seconds of the whole iteration. Wall clock. */
  readonly seconds: number | null;
  /** Generated tokens a second over the iteration. Wall clock. */
  readonly tokensPerSecond: number | null;
  /** When the iteration ended: ISO 8601, UTC. Wall clock. */
  readonly time: string;
};

/** The completions drawn from one start at one step of a chain, for `groups`. Identity: run, iteration, group_index. */
export type GroupRow = {
  /** The training iteration, from 1. */
  readonly iteration: number;
  /** Position in the iteration, from 0. */
  readonly groupIndex: number;
  /** The start's id. */
  readonly start: string;
  /** The root task's id. */
  readonly root: string;
  /** What was asked: base, improve, debug, diverge, or `custom-` and an operator's name; of a chain's steps improve. */
  readonly mode: string;
  /** The turn of the task, from 0. */
  readonly turn: number;
  /** Self-iteration steps behind the prompt. */
  readonly depth: number;
  /** Position within a fixed-depth chain, from 0. */
  readonly chainStep: number;
  /** Number of rollouts. */
  readonly size: number;
  /** Mean reward. */
  readonly reward: number | null;
  /** Mean quality, in [0, 1]. */
  readonly quality: number | null;
  /** Share solved, in [0, 1]. */
  readonly solved: number | null;
  /** Variance of the verdicts' rewards, before operators. */
  readonly learnability: number | null;
  /** Whether its rewards differ, so that it has advantages to teach. */
  readonly trained: boolean;
  /** The prompt that its rollouts share. In DuckDB only, not in the live tail. */
  readonly prompt: string | null;
  /** The root task's index in the training source; `null` in old runs. */
  readonly task: number | null;
  /** The start whose rollout led to its start; `null` at a root, and in old runs. */
  readonly startParent: string | null;
  /** The training iteration that found its start; 0 at a root, `null` in old runs. */
  readonly startBorn: number | null;
  /** Which start of the iteration it comes from, from 0: the steps of a chain share it; `null` in old runs. */
  readonly chain: number | null;
  /** The round of the iteration: 0, or which redraw in place of groups that teach nothing; `null` in old runs. */
  readonly round: number | null;
  /** How many starts the curriculum was asked for in the round; `null` in old runs. */
  readonly asked: number | null;
};

/**
 * A partial history that a rollout left behind, as the curriculum was offered it: its attempt is the rollout's response
 * at its turn with the rollout's `quality`, `solved` and `validation`; it was born in the rollout's iteration.
 */
export type SuccessorRow = {
  /** The start's id. */
  readonly id: string;
  /** The turn of the task, from 0. */
  readonly turn: number;
  /** Self-iteration steps behind it. */
  readonly depth: number;
  /** What the rollout was asked at the turn. */
  readonly mode: string;
  /** The start whose rollout led here; left out where that is the group's. */
  readonly parent?: string;
  /** Whether its response failed; left out where the domain does not say. */
  readonly failed?: boolean;
};

/** One completion, for `rollouts`; in DuckDB only. Identity: run, iteration, group_index, rollout. */
export type RolloutRow = {
  /** The training iteration, from 1. */
  readonly iteration: number;
  /** The group's position in the iteration. */
  readonly groupIndex: number;
  /** Position in the group, from 0. */
  readonly rollout: number;
  /** The prompt; `null` when it is the group's. */
  readonly prompt: string | null;
  /** What the policy wrote. */
  readonly response: string;
  /** Quality of the response, in [0, 1]. */
  readonly quality: number | null;
  /** Whether it solves the task. */
  readonly solved: boolean;
  /** The reward that training saw. */
  readonly reward: number | null;
  /** The advantage within the group. */
  readonly advantage: number | null;
  /** Length in tokens, the stop token included. */
  readonly tokens: number;
  /** Why it ended: stop or length. */
  readonly finish: string;
  /** Characters of the current response that the prompt left out, for it did not fit; 0 for none. */
  readonly shortened: number;
  /** What was asked: the group's mode, or in a chain debug where its own response before had failed; `null` in old runs. */
  readonly ownMode: string | null;
  /** Whether the response failed, as a program that does not run; `null` in old runs. */
  readonly failed: boolean | null;
  /** The verdict's reward, in [0, 1], before any rule, operator or shape; `null` in old runs. */
  readonly validation: number | null;
  /** The partial histories that it left behind, in order; JSON text in SQL; `null` in old runs. */
  readonly successors: readonly SuccessorRow[] | null;
  /** The responses of all turns; JSON text in SQL; `null` for an episode of one turn, and in old runs. */
  readonly turns: readonly string[] | null;
};

/**
 * A start of the task space, for `starts`. Identity: run, id. Writing an id again replaces its row; a rewind brings
 * the earlier one back.
 */
export type StartRow = {
  /** The start's id. */
  readonly id: string;
  /** The root task's id. */
  readonly root: string;
  /** The start whose rollout led here; `null` at a root. */
  readonly parent: string | null;
  /** The turn of the task, from 0. */
  readonly turn: number;
  /** Self-iteration steps behind it; 0 at a root. */
  readonly depth: number;
  /** The operator whose rollout made it: base, improve, debug or diverge. */
  readonly mode: string;
  /** The training iteration that found it; 0 at a root. */
  readonly born: number;
  /** Its score: measured if `visits` > 0, else inherited. */
  readonly learnability: number | null;
  /** How often it was sampled. */
  readonly visits: number;
  /** Quality of its attempt, in [0, 1]; `null` at a root. */
  readonly quality: number | null;
  /** Whether its attempt solves the task; `null` at a root. */
  readonly solved: boolean | null;
  /** The text of its attempt; `null` at a root. */
  readonly response: string | null;
  /** Whether it is still in the task space. */
  readonly active: boolean;
  /** The training iteration of this version of the row. */
  readonly updated: number;
};

/**
 * One attempt of one self-improvement chain, for `evaluations`; of a search the best so far by validation. Identity: run,
 * iteration, split, task, sample, step.
 */
export type EvaluationRow = {
  /** Training updates before the evaluation; 0 for the warm start. */
  readonly iteration: number;
  /** The benchmark that the task belongs to: `test` unless the domain names one. Training tasks are never evaluated. */
  readonly split: string;
  /** The task's id. */
  readonly task: string;
  /** The chain, from 0. */
  readonly sample: number;
  /** k, self-improvement steps so far; 0 is the first attempt. */
  readonly step: number;
  /** Quality of the latest attempt, in [0, 1]. */
  readonly quality: number | null;
  /** Whether the latest attempt solves the task. */
  readonly solved: boolean;
  /** Whether it differs from the attempt before; false at step 0. */
  readonly changed: boolean;
  /** Length in tokens of what was generated at the step. */
  readonly tokens: number;
  /** What the policy wrote. */
  readonly response: string | null;
  /** Characters of the current response that the step's prompt left out, for it did not fit; 0 for none. */
  readonly shortened: number;
  /** What was asked for the attempt: base, improve or debug; of several turns, in the last; `null` in old runs. */
  readonly mode: string | null;
  /** Whether the attempt failed, as a program that does not run; `null` in old runs. */
  readonly failed: boolean | null;
  /** The verdict's reward, in [0, 1]: of programs the score on validation; `null` in old runs. */
  readonly validation: number | null;
  /** The responses of all turns; JSON text in SQL; `null` for an episode of one turn, and in old runs. */
  readonly turns: readonly string[] | null;
};

/**
 * One response of a search over a held-out task, for `nodes`; each step of a search grows one. Identity: run, iteration,
 * split, task, sample, node.
 */
export type NodeRow = {
  /** Training updates before the evaluation. */
  readonly iteration: number;
  /** The benchmark that the task belongs to: `test` unless the domain names one. */
  readonly split: string;
  /** The task's id. */
  readonly task: string;
  /** The search, from 0. */
  readonly sample: number;
  /** The node, in the order of growth, from 0. */
  readonly node: number;
  /** The node that it works on; `null` for a draft. */
  readonly parent: number | null;
  /** k, when it was grown. */
  readonly step: number;
  /** What was asked: base (a draft), improve or debug. */
  readonly mode: string;
  /** How many nodes up to this one were asked in mode debug in a row. */
  readonly debugDepth: number;
  /** The score that the search chooses by, the verdict's reward, in [0, 1]. */
  readonly validation: number | null;
  /** The score that it never sees, the verdict's quality, in [0, 1]. */
  readonly quality: number | null;
  /** Whether it solves the task. */
  readonly solved: boolean;
  /** Whether it failed, as a program that does not run. */
  readonly failed: boolean;
  /** Whether it became the best so far by validation: the last such node is what the search found. */
  readonly best: boolean;
  /** Length in tokens. */
  readonly tokens: number;
  /** Characters of its parent's response that the prompt left out, for it did not fit; 0 for none. */
  readonly shortened: number;
  /** What the policy wrote. */
  readonly response: string | null;
  /** What the domain tells the policy of it, such as the error of a program. */
  readonly feedback: string | null;
};

/**
 * One first attempt at a held-out task, drawn independently of the others at the last evaluation, for `resamples`: what
 * the same policy reaches without self-iteration. Identity: run, iteration, split, task, draw.
 */
export type ResampleRow = {
  /** Training updates before it. */
  readonly iteration: number;
  /** The benchmark that the task belongs to: `test` unless the domain names one. */
  readonly split: string;
  /** The task's id. */
  readonly task: string;
  /** Which attempt of the task, from 0. */
  readonly draw: number;
  /** Quality of the attempt, in [0, 1]. */
  readonly quality: number | null;
  /** Whether it solves the task. */
  readonly solved: boolean;
  /** Length in tokens. */
  readonly tokens: number;
  /** What the policy wrote. */
  readonly response: string | null;
  /** Whether it failed, as a program that does not run; `null` in old runs. */
  readonly failed: boolean | null;
  /** The verdict's reward, in [0, 1]: of programs the score on validation; `null` in old runs. */
  readonly validation: number | null;
  /** The responses of all turns; JSON text in SQL; `null` for an episode of one turn, and in old runs. */
  readonly turns: readonly string[] | null;
};

/** Something that happened, for `events`. */
export type EventRow = {
  /** The training iteration it belongs to. */
  readonly iteration: number;
  /** When: ISO 8601, UTC. Wall clock. */
  readonly time: string;
  /** How grave: info, warning or error. */
  readonly level: string;
  /** What sort, such as `checkpoint`. */
  readonly kind: string;
  /** One sentence; of kind `domain-figures` a JSON object. */
  readonly message: string;
};

/** What one call of `RunStore.write` makes durable, all or nothing. */
export type Batch = {
  /** The iteration's record. */
  readonly step?: StepRow;
  /** The iteration's groups. */
  readonly groups?: readonly GroupRow[];
  /** The iteration's rollouts. */
  readonly rollouts?: readonly RolloutRow[];
  /** New starts, and new versions of known ones. */
  readonly starts?: readonly StartRow[];
  /** An evaluation's attempts. */
  readonly evaluations?: readonly EvaluationRow[];
  /** The nodes of an evaluation's searches. */
  readonly nodes?: readonly NodeRow[];
  /** First attempts drawn anew at the last evaluation. */
  readonly resamples?: readonly ResampleRow[];
  /** What happened. */
  readonly events?: readonly EventRow[];
};

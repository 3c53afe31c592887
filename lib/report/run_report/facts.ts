/**
 * What a report asks of runs besides their comparison: how training went, how the task space grew, what was written.
 *
 * @module
 */

/** Means over a stretch of a run's training iterations; `null` where it is unknown. */
export type TrainingPoint = {
  /** The run. */
  readonly run: string;
  /** Which stretch; the same in all runs. */
  readonly stretch: number;
  /** Generated training tokens at its end. */
  readonly tokens: number;
  /** Mean reward. */
  readonly reward: number | null;
  /** Share of rollouts that end solved. */
  readonly solved: number | null;
  /** Entropy, in nats. */
  readonly entropy: number | null;
  /** Share of groups that teach nothing. */
  readonly zeroVariance: number | null;
  /** Mean depth of the starts. */
  readonly depth: number | null;
  /** Mean |log π trainer − log π sampler|, in nats. */
  readonly samplerGap: number | null;
  /** Starts in the task space. */
  readonly space: number | null;
  /** Effective sample size of the curriculum's choice over the size of the space. */
  readonly effectiveShare: number | null;
};

/** What a run reached on held-out tasks after some training. */
export type HeldOutPoint = {
  /** The run. */
  readonly run: string;
  /** Training updates before. */
  readonly iteration: number;
  /** Generated training tokens before. */
  readonly tokens: number;
  /** k. */
  readonly step: number;
  /** What is compared: solved share or mean quality, macro-averaged over benchmarks. */
  readonly value: number | null;
  /** Its standard error over tasks. */
  readonly error: number | null;
};

/** Starts of a depth that are in a run's task space at its end. */
export type DepthCount = {
  /** The run. */
  readonly run: string;
  /** Self-iteration steps behind them. */
  readonly depth: number;
  /** How many there are. */
  readonly starts: number;
};

/** What a run cost. */
export type RunCost = {
  /** The run. */
  readonly run: string;
  /** Generated training tokens. */
  readonly tokens: number | null;
  /** Tokens generated for evaluation. */
  readonly evaluationTokens: number | null;
  /** Seconds of its training iterations. */
  readonly seconds: number | null;
  /** Seconds from its begin to its end, evaluations and pauses included. */
  readonly wall: number | null;
};

/** A start of one root's lineage. */
export type LineageNode = {
  /** Its id. */
  readonly id: string;
  /** The start that it came from. */
  readonly parent: string | null;
  /** Self-iteration steps behind it. */
  readonly depth: number;
  /** The operator whose rollout made it. */
  readonly mode: string;
  /** The iteration that found it. */
  readonly born: number;
  /** Quality of its attempt. */
  readonly quality: number | null;
  /** Whether that solves the task. */
  readonly solved: boolean | null;
  /** How often it was drawn. */
  readonly visits: number;
};

/** The lineage of one root of one run. */
export type Lineage = {
  /** The run. */
  readonly run: string;
  /** The root task. */
  readonly root: string;
  /** How many starts it has in all. */
  readonly starts: number;
  /** The first of them, by birth. */
  readonly nodes: readonly LineageNode[];
};

/** One answer of a held-out chain. */
export type ChainAnswer = {
  /** The run. */
  readonly run: string;
  /** The task. */
  readonly task: string;
  /** The chain. */
  readonly sample: number;
  /** k. */
  readonly step: number;
  /** Quality of the answer. */
  readonly quality: number | null;
  /** Whether it solves the task. */
  readonly solved: boolean;
  /** What was asked. */
  readonly mode: string | null;
  /** What the policy wrote; cut to {@linkcode longestText} characters. */
  readonly response: string | null;
  /** How many characters it has. */
  readonly length: number | null;
};

/** A completion of training. */
export type TrainedRollout = {
  /** The run. */
  readonly run: string;
  /** The training iteration. */
  readonly iteration: number;
  /** What was asked. */
  readonly mode: string;
  /** The prompt; cut like a response. */
  readonly prompt: string | null;
  /** What the policy wrote; cut. */
  readonly response: string;
  /** The reward. */
  readonly reward: number | null;
  /** The advantage within its group. */
  readonly advantage: number | null;
  /** Whether it solves the task. */
  readonly solved: boolean;
};

/** All of it. */
export type ReportFacts = {
  /** Training, in stretches. */
  readonly training: readonly TrainingPoint[];
  /** Held-out answers over training, at k = 0 and K. */
  readonly heldOut: readonly HeldOutPoint[];
  /** The task space at the end, by depth. */
  readonly depths: readonly DepthCount[];
  /** What was spent. */
  readonly costs: readonly RunCost[];
  /** The lineages to choose from: the best to look at of each run. */
  readonly lineages: readonly Lineage[];
  /** Training rollouts of each run's last iteration that has any. */
  readonly rollouts: readonly TrainedRollout[];
};

/** A lineage is drawn up to so many starts. */
export const drawnStarts = 60;
/** So many characters of a text are shown. */
export const longestText = 4000;

/**
 * One job from its first rollout to its last row: the loop itself.
 *
 * @module
 */
import type { Checkpoint, Policy } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { Job } from "../experiment/settings.ts";
import type { JsonObject } from "../json.ts";
import type { Batch, EventRow, ResampleRow, StartRow, StepRow } from "../metrics/rows.ts";
import type { RunStore } from "../metrics/store.ts";
import { type ImitatedResponse, imitatedResponses } from "./imitate.ts";
import { readLatestCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { evaluate, type EvaluationContext, type EvaluationOutcome } from "./evaluate.ts";
import { Draws } from "./draws.ts";
import { groupAdvantages, isInformative } from "./group_rewards.ts";
import { domainFigures, evaluationFigures } from "./domain_figures.ts";
import { bestSoFar, growTrees } from "./grow_trees.ts";
import {
  evaluationRows,
  evaluationWarnings,
  generatedTokens,
  groupRows,
  nodeRows,
  resampleRows,
  rolloutRows,
  sinkWarnings,
  stepFigures,
  stepWarnings,
} from "./records.ts";
import { resample } from "./resample.ts";
import { policyResponder } from "./responder.ts";
import type { Group } from "./rollout.ts";
import { trainOn, type TrainReport } from "./train.ts";

/** What a job reports while it runs. */
export type JobEvent =
  | { readonly kind: "resumed"; readonly iteration: number }
  | { readonly kind: "evaluating"; readonly iteration: number; readonly step: number; readonly steps: number }
  | {
    readonly kind: "evaluated";
    readonly iteration: number;
    readonly outcomes: readonly EvaluationOutcome[];
  }
  | { readonly kind: "step"; readonly step: StepRow; readonly progress: number };

/** What a job runs with. */
export interface JobContext {
  /** A policy of the job's kind, fresh from the engine. */
  readonly policy: Policy;
  /** The engine's build: a run is not continued by another, whose numbers would differ. */
  readonly build: string;
  /** The weights that training starts from; those of the policy when left out. */
  readonly initial: Checkpoint | undefined;
  /** Where rows go; open, and owned by this job alone. */
  readonly store: RunStore;
  /** The run's folder, for checkpoints. */
  readonly directory: string;
  /** Stops the job after the step under way, with a checkpoint. */
  readonly signal: AbortSignal;
  /** Told what happens. */
  readonly report: (event: JobEvent) => void;
  /** Told that a checkpoint is on disk, with all rows up to it; nothing is written to the run's folder until it resolves. */
  readonly saved?: (iteration: number) => Promise<void>;
  /** What went wrong beside the job since the last call, a sentence each; it becomes warnings among its events. */
  readonly problems?: () => readonly string[];
}

/** How a job ended. */
export interface JobResult {
  /** Whether the budget was used up, or the signal came first. */
  readonly status: "finished" | "interrupted";
  /** Training iterations done. */
  readonly iteration: number;
}

/**
 * Runs a job until its budget is used up. If the run's folder has a checkpoint, it continues from there: rows that
 * came after it are dropped and made again, equal to the last bit.
 */
export async function runJob(job: Job, context: JobContext): Promise<JobResult> {
  const loop = new Loop(job, context);
  try {
    await loop.prepare();
    while (!loop.spent() && !context.signal.aborted) await loop.step();
    await loop.save();
  } finally {
    await loop.settled();
  }
  return { status: loop.spent() ? "finished" : "interrupted", iteration: loop.iteration };
}

/** The state of a job under way; one method for each thing that happens to it. */
class Loop {
  readonly #job: Job;
  readonly #context: JobContext;
  readonly #draws: Draws;
  #iteration = 0;
  #tokens = 0;
  #completions = 0;
  #savedAt = -1;
  /** The surroundings that the run's rows tell of. */
  #surroundings: string | null = null;
  #written: Promise<void> = Promise.resolve();

  constructor(job: Job, context: JobContext) {
    this.#job = job;
    this.#context = context;
    this.#draws = new Draws(job, context.policy);
  }

  get iteration(): number {
    return this.#iteration;
  }

  /** How much of the budget is used, in [0, 1]. */
  #progress(): number {
    const { tokens, rollouts, iterations } = this.#job.settings.budget;
    const used = [
      tokens === null ? 0 : this.#tokens / tokens,
      rollouts === null ? 0 : this.#completions / rollouts,
      iterations === null ? 0 : this.#iteration / iterations,
    ];
    return Math.min(1, Math.max(...used));
  }

  spent(): boolean {
    return this.#progress() >= 1;
  }

  /** Continues from the latest checkpoint, or measures the policy that training starts from. */
  async prepare(): Promise<void> {
    const { directory, store, policy, initial, report } = this.#context;
    const saved = await readLatestCheckpoint(directory);
    if (saved === undefined) {
      await store.rewind(-1);
      if (initial !== undefined) await policy.load(initial, "weights");
      if (this.#job.settings.objective.kl !== null) await policy.reference?.refresh(1);
      await policy.publish();
      const time = new Date().toISOString();
      const { events = [], ...evaluation } = await this.#evaluate(time);
      await store.write({ ...evaluation, events: [...await this.#newSurroundings(time), ...events] });
      return await this.save();
    }
    if (saved.state["build"] !== this.#context.build) {
      throw new UserError(
        `The run in ${directory} was begun by the engine "${
          saved.state["build"]
        }" and cannot be continued by ` +
          `"${this.#context.build}": their numbers differ; continue it on such a machine, or delete the folder`,
      );
    }
    const last = await store.lastIteration();
    if (last < saved.iteration) {
      throw new UserError(
        `The database in ${directory} ends at iteration ${last}, before the checkpoint of iteration ` +
          `${saved.iteration}; delete the folder to run the job anew`,
      );
    }
    await store.rewind(saved.iteration);
    await policy.load(saved.policy);
    const space = this.#restored(saved.iteration, saved.state);
    await store.write({ starts: space, events: await this.#newSurroundings(new Date().toISOString()) });
    report({ kind: "resumed", iteration: saved.iteration });
  }

  /** One training iteration, its rows, and whatever is due after it. */
  async step(): Promise<void> {
    const { policy } = this.#context;
    const { domain, objective, sampling, evaluate, checkpoint } = this.#job.settings;
    const began = performance.now();
    const progress = this.#progress();
    const iteration = ++this.#iteration;
    const draw = await this.#draws.take(iteration);
    const { groups, rounds } = draw;
    const trainingBegan = performance.now();
    const tokens = generatedTokens(groups);
    this.#tokens += tokens;
    this.#completions += groups.reduce((sum, { rollouts }) => sum + rollouts.length, 0);
    const advantages = await groupAdvantages(groups, this.#draws.context.rewards, policy);
    const imitated = imitatedResponses(groups, this.#draws.context.rollouts, this.#draws.context.random);
    if (sampling.maxStaleness !== undefined && !this.spent()) {
      this.#draws.begin(iteration + 1);
    }
    const learningRate = objective.learningRate(iteration, progress);
    const trained = await this.#train(groups, advantages, imitated, learningRate);
    const secondsTrain = (performance.now() - trainingBegan) / 1000;
    // New weights only when nothing is being drawn: which weights drew a group does not depend on who was faster.
    await this.#draws.done();
    const due = this.spent() || (evaluate.every > 0 && iteration % evaluate.every === 0);
    if (due || iteration % sampling.publishEvery === 0) await policy.publish();
    const seconds = (performance.now() - began) / 1000;
    const step: StepRow = {
      ...stepFigures(groups, advantages, trained, {
        ...draw.metrics,
        ...domainFigures(domain, groups.flatMap(({ rollouts }) => rollouts)),
      }),
      iteration,
      tokens: this.#tokens,
      rollouts: this.#completions,
      learningRate,
      secondsSample: draw.seconds,
      secondsTrain,
      seconds,
      tokensPerSecond: tokens / seconds,
      time: new Date().toISOString(),
    };
    const { events = [], ...evaluation } = due ? await this.#evaluate(step.time) : {};
    await this.#write({
      step,
      groups: groupRows(groups, advantages, iteration, rounds),
      rollouts: rolloutRows(groups, advantages, iteration),
      starts: draw.starts,
      ...evaluation,
      resamples: this.spent() ? await this.#resample() : [],
      events: [...stepWarnings(step), ...sinkWarnings(this.#context.problems?.() ?? [], step), ...events],
    }, { kind: "step", step, progress: this.#progress() });
    if (iteration % checkpoint.every === 0) await this.save();
  }

  /** Trains on the groups; where others were drawn in their place, not on those that teach nothing. */
  async #train(
    groups: readonly Group[],
    advantages: readonly (readonly number[])[],
    imitated: readonly ImitatedResponse[],
    learningRate: number,
  ): Promise<TrainReport> {
    const { policy } = this.#context;
    const { objective, sampling } = this.#job.settings;
    const kept = groups.flatMap((group, at) =>
      objective.redraws === 0 || isInformative(group) ? [{ group, advantages: advantages[at] ?? [] }] : []
    );
    const trained = await trainOn(
      policy,
      objective,
      kept.map(({ group }) => group),
      kept.map(({ advantages }) => advantages),
      {
        learningRate,
        temperature: sampling.temperature,
        maxTokens: sampling.maxTokens,
        stale: sampling.publishEvery > 1 || sampling.maxStaleness !== undefined,
        imitated,
      },
    );
    const { kl } = objective;
    if (kl !== null && kl.refreshEvery > 0 && this.#iteration % kl.refreshEvery === 0) {
      await policy.reference?.refresh(kl.mix);
    }
    return trained;
  }

  /**
   * Begins to write a batch once the one before it is on disk, so that a step is written while the next is sampled. The
   * event is reported when its batch is on disk; a failure comes out of the next call, or of `save`.
   */
  async #write(batch: Batch, event: JobEvent): Promise<void> {
    const { store, report } = this.#context;
    const before = this.#written;
    this.#written = before.then(() => store.write(batch)).then(() => report(event));
    this.#written.catch(() => {});
    await before;
  }

  /** Waits for what is under way, so that store and policy can be closed; a failure of it is told elsewhere. */
  async settled(): Promise<void> {
    await this.#draws.done().catch(() => {});
    await this.#written.catch(() => {});
  }

  /** Saves all that the future depends on, once every row is on disk. */
  async save(): Promise<void> {
    const { directory, policy } = this.#context;
    await this.#written;
    if (this.#savedAt === this.#iteration) return;
    this.#savedAt = this.#iteration;
    const state: JsonObject = {
      build: this.#context.build,
      tokens: this.#tokens,
      completions: this.#completions,
      ...await this.#draws.state(),
      ...(this.#surroundings === null ? {} : { surroundings: this.#surroundings }),
    };
    await writeCheckpoint(directory, { iteration: this.#iteration, policy: await policy.save(), state });
    await this.#context.saved?.(this.#iteration);
  }

  /** Takes in a checkpoint's state; returns the task space as it was. */
  #restored(iteration: number, state: JsonObject): StartRow[] {
    try {
      const space = this.#draws.restore(iteration, state);
      this.#iteration = iteration;
      this.#savedAt = iteration;
      this.#tokens = Number(state["tokens"]);
      this.#completions = Number(state["completions"]);
      this.#surroundings = typeof state["surroundings"] === "string" ? state["surroundings"] : null;
      return space;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new UserError(
        `The checkpoint of iteration ${iteration} in ${this.#context.directory} was written by another version ` +
          `of exitlab (${error.message}); continue it with that one, or delete the folder to run the job anew`,
      );
    }
  }

  /** The rows of an evaluation, and what is to be said of it. */
  async #evaluate(time: string): Promise<Pick<Batch, "evaluations" | "nodes" | "events">> {
    const { report } = this.#context;
    const iteration = this.#iteration;
    const { domain, evaluate: { steps, search } } = this.#job.settings;
    const progress = (step: number): void => report({ kind: "evaluating", iteration, step, steps });
    const trees = search === undefined
      ? []
      : await growTrees(this.#evaluation(), search, iteration, progress);
    const outcomes = search === undefined
      ? await evaluate(this.#evaluation(), iteration, progress)
      : bestSoFar(trees);
    report({ kind: "evaluated", iteration, outcomes });
    const evaluations = evaluationRows(outcomes, iteration);
    return {
      evaluations,
      nodes: nodeRows(trees, iteration),
      events: [
        ...evaluationWarnings(evaluations, time),
        ...evaluationFigures(domain, outcomes, iteration, time),
      ],
    };
  }

  /** What of this machine the domain depends on, if that is new: a run may go on elsewhere. */
  async #newSurroundings(time: string): Promise<EventRow[]> {
    const message = await this.#job.settings.domain.surroundings?.() ?? null;
    if (message === null || message === this.#surroundings) return [];
    this.#surroundings = message;
    return [{ iteration: this.#iteration, time, level: "info", kind: "surroundings", message }];
  }

  async #resample(): Promise<ResampleRow[]> {
    return resampleRows(await resample(this.#evaluation(), this.#iteration), this.#iteration);
  }

  #evaluation(): EvaluationContext {
    const { domain, operators, sampling, evaluate } = this.#job.settings;
    const { policy } = this.#context;
    const { seed } = this.#job;
    const responder = policyResponder(policy);
    return { domain, operators, responder, maxTokens: sampling.maxTokens, evaluation: evaluate, seed };
  }
}

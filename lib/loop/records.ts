/**
 * What happened in an iteration, as rows of the run's tables.
 *
 * @module
 */
import { groupVariance } from "../curriculum/group_variance.ts";
import type { Start } from "../curriculum/start.ts";
import { mean } from "../metrics/estimate.ts";
import type {
  EvaluationRow,
  EventRow,
  GroupRow,
  NodeRow,
  ResampleRow,
  RolloutRow,
  StepRow,
  SuccessorRow,
} from "../metrics/rows.ts";
import type { DrawRound } from "./draw_groups.ts";
import type { EvaluationOutcome } from "./evaluate.ts";
import type { SearchTree } from "./grow_trees.ts";
import type { ResampleOutcome } from "./resample.ts";
import type { Group, Rollout } from "./rollout.ts";
import type { TrainReport } from "./train.ts";

/** One array a group, in order. */
export type Advantages = readonly (readonly number[])[];

/** The figures of a step that follow from its groups alone. */
export type StepFigures = Pick<
  StepRow,
  | "reward"
  | "quality"
  | "solved"
  | "zeroVariance"
  | "depth"
  | "replayed"
  | "entropy"
  | "gradientNorm"
  | "clipped"
  | "samplerGap"
  | "space"
  | "effectiveSize"
  | "extra"
>;

/** Means over an iteration's groups and rollouts, what training reported, and the curriculum's own figures. */
export function stepFigures(
  groups: readonly Group[],
  advantages: Advantages,
  trained: TrainReport,
  curriculum: Readonly<Record<string, number>>,
): StepFigures {
  const rollouts = groups.flatMap(({ rollouts }) => rollouts);
  const { space, effective_size: effectiveSize, ...extra } = curriculum;
  return {
    reward: mean(rollouts.map(({ reward }) => reward)),
    quality: mean(rollouts.map(({ verdict }) => verdict.quality)),
    solved: mean(rollouts.map(({ verdict }) => Number(verdict.solved))),
    zeroVariance: mean(advantages.map((group) => Number(group.every((advantage) => advantage === 0)))),
    depth: mean(groups.map(({ start }) => start.depth)),
    replayed: mean(groups.map(({ start, chainStep }) => Number(start.attempt !== null && chainStep === 0))),
    entropy: trained.entropy,
    gradientNorm: trained.gradientNorm,
    clipped: trained.clipped,
    samplerGap: trained.samplerGap,
    space: space ?? null,
    effectiveSize: effectiveSize ?? null,
    extra: Object.fromEntries(
      Object.entries({ ...extra, kl: trained.kl, ...shortenedShare(rollouts) })
        .filter(([, value]) => Number.isFinite(value)),
    ),
  };
}

/** The share of prompts that left out some of the current response; nothing if none did. */
function shortenedShare(rollouts: readonly Rollout[]): { readonly shortened?: number } {
  const prompts = rollouts.flatMap(({ responses }) => responses);
  const share = mean(prompts.map(({ shortened }) => Number(shortened > 0)));
  return share > 0 ? { shortened: share } : {};
}

/** Generated tokens of all rollouts, stop tokens included. */
export function generatedTokens(groups: readonly Group[]): number {
  return groups.flatMap(({ rollouts }) => rollouts).reduce((sum, rollout) => sum + tokensOf(rollout), 0);
}

/**
 * One row a group.
 *
 * @param rounds The rounds in which the groups were drawn.
 */
export function groupRows(
  groups: readonly Group[],
  advantages: Advantages,
  iteration: number,
  rounds: readonly DrawRound[],
): GroupRow[] {
  const drawn = rounds.flatMap(({ asked, starts }, round) =>
    Array.from({ length: starts }, () => ({ round, asked }))
  );
  return groups.map(({ start, chain, chainStep, rollouts }, groupIndex) => ({
    iteration,
    groupIndex,
    start: start.id,
    root: start.root,
    mode: start.mode,
    turn: start.turn,
    depth: start.depth,
    chainStep,
    size: rollouts.length,
    reward: mean(rollouts.map(({ reward }) => reward)),
    quality: mean(rollouts.map(({ verdict }) => verdict.quality)),
    solved: mean(rollouts.map(({ verdict }) => Number(verdict.solved))),
    learnability: groupVariance(rollouts, "reward"),
    trained: advantages[groupIndex]?.some((advantage) => advantage !== 0) ?? false,
    prompt: rollouts[0]?.responses[0]?.promptText ?? null,
    task: start.task,
    startParent: start.parent,
    startBorn: start.born,
    chain,
    round: drawn[chain]?.round ?? null,
    asked: drawn[chain]?.asked ?? null,
  }));
}

/** One row a rollout; its prompt is left out where it is the group's. */
export function rolloutRows(
  groups: readonly Group[],
  advantages: Advantages,
  iteration: number,
): RolloutRow[] {
  return groups.flatMap(({ start, rollouts }, groupIndex) => {
    const shared = rollouts[0]?.responses[0]?.promptText;
    return rollouts.map((rollout, index): RolloutRow => {
      const prompt = rollout.responses[0]?.promptText;
      return {
        iteration,
        groupIndex,
        rollout: index,
        prompt: prompt === undefined || prompt === shared ? null : prompt,
        response: rollout.responses.map(({ text }) => text).join("\n"),
        quality: rollout.verdict.quality,
        solved: rollout.verdict.solved,
        reward: rollout.reward,
        advantage: advantages[groupIndex]?.[index] ?? 0,
        tokens: tokensOf(rollout),
        finish: rollout.responses.at(-1)?.completion.finish ?? "",
        shortened: rollout.responses.reduce((sum, { shortened }) => sum + shortened, 0),
        ownMode: rollout.start.mode,
        failed: rollout.verdict.failed === true,
        validation: rollout.verdict.reward,
        successors: rollout.successors.map((successor) => successorRow(successor, start.id)),
        turns: turnsOf(rollout.responses.map(({ text }) => text)),
      };
    });
  });
}

/** A partial history without what the row of its rollout says, nor its state and feedback: those may be long. */
function successorRow({ id, turn, depth, mode, parent, attempt }: Start, from: string): SuccessorRow {
  const failed = attempt?.verdict.failed;
  return {
    ...{ id, turn, depth, mode },
    ...(parent === null || parent === from ? {} : { parent }),
    ...(failed === undefined ? {} : { failed }),
  };
}

/** The responses of an episode, where it has several turns. */
function turnsOf(responses: readonly string[]): readonly string[] | null {
  return responses.length > 1 ? responses : null;
}

/** One row a response of an evaluation chain. */
export function evaluationRows(outcomes: readonly EvaluationOutcome[], iteration: number): EvaluationRow[] {
  return outcomes.map(({ attempt, attempts, benchmark, ...outcome }) => ({
    iteration,
    split: benchmark,
    task: outcome.task,
    sample: outcome.sample,
    step: outcome.step,
    quality: attempt.verdict.quality,
    solved: attempt.verdict.solved,
    changed: outcome.changed,
    tokens: outcome.tokens,
    response: attempt.response,
    shortened: outcome.shortened,
    mode: outcome.mode,
    failed: attempt.verdict.failed === true,
    validation: attempt.verdict.reward,
    turns: turnsOf(attempts.map(({ response }) => response)),
  }));
}

/** One row a node of a search. */
export function nodeRows(trees: readonly SearchTree[], iteration: number): NodeRow[] {
  return trees.flatMap(({ task, benchmark, sample, nodes }) =>
    nodes.map(({ attempt, mode, parent, debugDepth, validation, failed, best, tokens, shortened }, at) => ({
      iteration,
      split: benchmark,
      task,
      sample,
      node: at,
      parent,
      step: at,
      mode,
      debugDepth,
      validation,
      quality: attempt.verdict.quality,
      solved: attempt.verdict.solved,
      failed,
      best,
      tokens,
      shortened,
      response: attempt.response,
      feedback: attempt.feedback,
    }))
  );
}

/** One row a first attempt drawn anew. */
export function resampleRows(outcomes: readonly ResampleOutcome[], iteration: number): ResampleRow[] {
  return outcomes.map(({ task, benchmark, draw, attempt, attempts, tokens }) => ({
    iteration,
    split: benchmark,
    task,
    draw,
    quality: attempt.verdict.quality,
    solved: attempt.verdict.solved,
    tokens,
    response: attempt.response,
    failed: attempt.verdict.failed === true,
    validation: attempt.verdict.reward,
    turns: turnsOf(attempts.map(({ response }) => response)),
  }));
}

/** The share of a task space below which sampling it is said to have narrowed. */
const narrow = 0.05;

/** What is to be said of a sink that metrics are forwarded to. */
export function sinkWarnings(
  problems: readonly string[],
  { iteration, time }: Pick<StepRow, "iteration" | "time">,
): EventRow[] {
  return problems.map((message) => ({ iteration, time, level: "warning", kind: "sink", message }));
}

/** Signs of trouble in a step, for the `events` table. */
export function stepWarnings(step: StepRow): EventRow[] {
  const { iteration, time, extra: { shortened } } = step;
  const cut = typeof shortened === "number" ? [shortenedWarning(shortened, "training", iteration, time)] : [];
  return [...narrowWarning(step), ...cut];
}

/** Signs of trouble in an evaluation, for the `events` table. */
export function evaluationWarnings(rows: readonly EvaluationRow[], time: string): EventRow[] {
  const share = mean(rows.map(({ shortened }) => Number(shortened > 0)));
  return share > 0 ? [shortenedWarning(share, "evaluation", rows[0]?.iteration ?? 0, time)] : [];
}

function shortenedWarning(share: number, during: string, iteration: number, time: string): EventRow {
  const message =
    `${(100 * share).toFixed(1)} % of the prompts in ${during} showed a shortened current response, for ` +
    "it did not fit the policy's context; raise policy.context or lower sampling.maxTokens";
  return { iteration, time, level: "warning", kind: "shortened-prompts", message };
}

function narrowWarning({ iteration, space, effectiveSize, time }: StepRow): EventRow[] {
  if (space === null || effectiveSize === null || space < 20 || effectiveSize >= narrow * space) return [];
  const message = `The effective sample size is ${effectiveSize.toFixed(1)} of ${space} starts: ` +
    "the curriculum replays a handful; lower its kappa";
  return [{ iteration, time, level: "warning", kind: "narrow-space", message }];
}

function tokensOf({ responses }: Rollout): number {
  return responses.reduce((sum, { completion }) => sum + completion.tokens.length, 0);
}

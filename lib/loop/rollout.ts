/**
 * Group rollouts: from each start, G episodes under the published policy.
 *
 * @module
 */
import { nextTurn, rootStart, type Start, startId, usualMode } from "../curriculum/start.ts";
import type { RootSource } from "../curriculum/curriculum.ts";
import type { Domain, TaskSource } from "../domain/domain.ts";
import { type Attempt, checkVerdict, type Verdict } from "../domain/verdict.ts";
import type { Completion, Policy, SampleRequest } from "../engine/engine.ts";
import type { Json } from "../json.ts";
import { fitPrompt, fitsPrompt, type FittedPrompt } from "./fit_prompt.ts";
import { mostTurns, neverEnds } from "./play_held_out.ts";
import { deriveSeed } from "../random.ts";
import type { Sampling } from "../experiment/settings.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { responseReward } from "./reward.ts";

/** One response, as it was asked for and drawn. */
export interface Response {
  /** The request as text, for the record. */
  readonly promptText: string;
  /** The request as token ids. */
  readonly prompt: readonly number[];
  /** What was drawn. */
  readonly completion: Completion;
  /** What was drawn, as text. */
  readonly text: string;
  /** How many characters of the current response the request left out. */
  readonly shortened: number;
}

/** One episode from a start. */
export interface Rollout {
  /** What it started from: the group's start, or in a later step of a chain its own latest attempt. */
  readonly start: Start;
  /** The responses, one a turn. */
  readonly responses: readonly Response[];
  /** The same with the verdict on each as it was given, at the end of its turn. */
  readonly attempts: readonly Attempt[];
  /** The verdict at its end. */
  readonly verdict: Verdict;
  /** What training sees: the verdict's reward, or what the domain makes of it for a self-iteration step. */
  readonly reward: number;
  /**
   * The partial histories that it passed through, one a turn that can be asked for again, each with the verdict at the end of
   * the episode.
   */
  readonly successors: readonly Start[];
}

/** The G rollouts of one start. */
export interface Group {
  /** The start, in the mode that was asked; in a later step of a chain, that of the first rollout. */
  readonly start: Start;
  /** Which start of the iteration it comes from; the steps of a chain share it. */
  readonly chain: number;
  /** 0, or how many self-iteration steps of the same episode came before (fixed-depth chains). */
  readonly chainStep: number;
  /** The rollouts, in order. */
  readonly rollouts: readonly Rollout[];
}

/** What rollouts need. */
export interface RolloutContext {
  /** Where tasks and verdicts come from. */
  readonly domain: Domain;
  /** The training tasks. */
  readonly tasks: TaskSource<Json>;
  /** Words self-iteration requests. */
  readonly operators: readonly OperatorPart[];
  /** Is sampled. */
  readonly policy: Policy;
  /** How to sample. */
  readonly sampling: Sampling;
  /** G. */
  readonly groupSize: number;
  /** The run's seed. */
  readonly seed: number;
}

/** The root tasks of a domain as starts. */
export function rootSource(domain: Domain, tasks: TaskSource<Json>): RootSource {
  return {
    size: tasks.size,
    at: (index) => {
      const { id, task } = tasks.at(index);
      return rootStart(index, id, domain.begin(task));
    },
  };
}

/** The self-iteration steps that a partial history must leave room for. */
const usualSteps = ["improve", "diverge"] as const;
const stepsOfFailed = [...usualSteps, "debug"] as const;

/** An episode under way. */
interface Episode {
  readonly start: Start;
  readonly seedPath: readonly number[];
  /** What is asked next: the start itself, or the base request of a later turn. */
  at: Start;
  readonly responses: Response[];
  readonly attempts: Attempt[];
  readonly successors: Start[];
  done: boolean;
}

/**
 * Draws the groups of one training iteration: the turn of each start, in the start's mode, and what turns there are after
 * it, by their base requests. An episode whose conversation has outgrown the policy's context ends with the verdict as it
 * stands, and a partial history of a later turn that leaves no room for a self-iteration request is not kept. A start with `chain` = K yields K + 1 groups: its first responses, then the improvements of
 * each on its own, each rewarded by its own result; of several turns, all of them rewrite the one that the start is at.
 * A rollout of a chain whose response failed is asked to mend it, by its own mode; that of its group stays `"improve"`.
 *
 * @param iteration The training iteration, from 1; with the run's seed it decides all draws.
 * @param drawn How many starts of the iteration were rolled out before.
 * @throws {UserError} If the domain gives a verdict outside [0, 1], or an episode does not end within 1,000 turns.
 */
export async function rollOut(
  context: RolloutContext,
  starts: readonly Start[],
  iteration: number,
  drawn: number = 0,
): Promise<Group[]> {
  const groups: Group[] = [];
  let wave = starts.map((start, index) => ({
    index: drawn + index,
    chainStep: 0,
    starts: Array.from({ length: context.groupSize }, () => start),
    start,
  }));
  while (wave.length > 0) {
    const episodes = wave.map(({ index, chainStep, starts }) =>
      starts.map((start, rollout) => beginEpisode(start, [iteration, index, chainStep, rollout]))
    );
    await playOut(context, episodes.flat(), iteration);
    const next: typeof wave = [];
    for (const [at, { index, chainStep, start }] of wave.entries()) {
      const rollouts = (episodes[at] ?? []).map((episode) => finishEpisode(context, episode));
      groups.push({ start, chain: index, chainStep, rollouts });
      if (chainStep >= start.chain) continue;
      const improved = rollouts.flatMap(({ successors }) => successors.slice(0, 1).map(improving));
      const first = improved[0];
      // Where the context leaves no room to ask again, the chain ends.
      if (first !== undefined && improved.length === rollouts.length) {
        next.push({
          index,
          chainStep: chainStep + 1,
          starts: improved,
          start: { ...first, mode: "improve", chain: start.chain },
        });
      }
    }
    wave = next;
  }
  return groups;
}

function improving(successor: Start): Start {
  return { ...successor, mode: successor.attempt === null ? "improve" : usualMode(successor.attempt) };
}

function beginEpisode(start: Start, seedPath: readonly number[]): Episode {
  return { start, seedPath, at: start, responses: [], attempts: [], successors: [], done: false };
}

function finishEpisode({ domain, operators }: RolloutContext, episode: Episode): Rollout {
  const { start, responses, attempts, successors } = episode;
  const verdict = attempts.at(-1)?.verdict;
  if (verdict === undefined) throw new Error("Cannot finish an episode that was not played");
  const rule = operators.find(({ rewardRule }) => rewardRule?.mode === start.mode)?.rewardRule?.rule;
  const reward = responseReward(domain, start.mode, start.attempt?.verdict ?? null, verdict, rule);
  return {
    start,
    responses,
    attempts,
    verdict,
    reward,
    successors: successors.map((each) => withReturn(each, verdict)),
  };
}

/**
 * A partial history with the verdict on the whole episode: what an attempt is worth is what came of it, and a step that
 * rewrites it is compared with that. Whether it failed is its own.
 */
function withReturn(successor: Start, verdict: Verdict): Start {
  const { attempt } = successor;
  if (attempt === null) return successor;
  const { failed } = attempt.verdict;
  const { failed: _, ...end } = verdict;
  const worth = failed === undefined ? end : { ...end, failed };
  return { ...successor, attempt: { ...attempt, verdict: worth } };
}

/** Plays all episodes to their end, one turn of each at a time. */
async function playOut(
  context: RolloutContext,
  episodes: readonly Episode[],
  iteration: number,
): Promise<void> {
  let live = episodes;
  for (let turn = 0; live.length > 0; turn++) {
    const endless = turn < mostTurns ? undefined : live[0]?.start.root;
    if (endless !== undefined) throw neverEnds(context.domain.kind, endless);
    const prompts = new PromptCache(context);
    const asked = live.map((episode) => prompts.of(episode.at));
    const requests = live.map((episode, at): SampleRequest => ({
      prompt: asked[at]?.tokens ?? [],
      maxTokens: context.sampling.maxTokens,
      temperature: context.sampling.temperature,
      topP: 1,
      seed: deriveSeed(context.seed, "rollout", ...episode.seedPath, turn),
    }));
    const completions = await context.policy.sample(requests);
    for (const [at, episode] of live.entries()) {
      const completion = completions[at];
      const prompt = asked[at];
      if (completion === undefined || prompt === undefined) throw new Error("The engine lost a completion");
      const text = context.policy.tokenizer.decode(completion.tokens);
      const { text: promptText, tokens, shortened } = prompt;
      episode.responses.push({ promptText, prompt: tokens, completion, text, shortened });
      await takeTurn(context, episode, text, iteration);
    }
    live = live.filter(({ done }) => !done);
  }
}

async function takeTurn(
  context: RolloutContext,
  episode: Episode,
  response: string,
  born: number,
): Promise<void> {
  const { domain, tasks } = context;
  const { at } = episode;
  const { task } = tasks.at(at.task);
  const step = await domain.step(task, at.state, response);
  const verdict = checkVerdict(step.verdict, `domain "${domain.kind}", task "${at.root}"`);
  const attempt: Attempt = { response, verdict, feedback: step.feedback ?? null };
  const successor: Start = {
    ...at,
    id: startId(at.root, at.turn, at.state, attempt),
    parent: episode.start.id,
    depth: at.depth + 1,
    attempt,
    chain: 0,
    born,
  };
  const prompts = { ...context, maxTokens: context.sampling.maxTokens };
  const fits = (start: Start): boolean => start.turn === 0 || fitsPrompt(start, task, prompts);
  const steps = verdict.failed === true ? stepsOfFailed : usualSteps;
  if (steps.every((mode) => fits({ ...successor, mode }))) episode.successors.push(successor);
  episode.attempts.push(attempt);
  const next = step.done ? null : nextTurn(at, step.state);
  episode.done = next === null || !fits(next);
  if (next !== null) episode.at = next;
}

/** The prompts of one wave; group-mates share theirs, so that an engine sees equal prompts as one object. */
class PromptCache {
  readonly #context: RolloutContext;
  readonly #prompts = new Map<Start, FittedPrompt>();

  constructor(context: RolloutContext) {
    this.#context = context;
  }

  of(start: Start): FittedPrompt {
    const known = this.#prompts.get(start);
    if (known !== undefined) return known;
    const { tasks, sampling } = this.#context;
    const { maxTokens } = sampling;
    const prompt = fitPrompt(start, tasks.at(start.task).task, { ...this.#context, maxTokens });
    this.#prompts.set(start, prompt);
    return prompt;
  }
}

import { nextTurn, rootStart, type Start, startId, usualMode } from "../curriculum/start.ts";
import type { Domain, Mode, Step, TaskInstance } from "../domain/domain.ts";
import { type Attempt, checkVerdict } from "../domain/verdict.ts";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { defaultBenchmark } from "../metrics/benchmarks.ts";
import type { EvaluationContext } from "./evaluate.ts";
import { fitRequest, fitsRequest } from "./fit_prompt.ts";

/** The most turns of an episode: a domain whose episodes never end is stopped there. */
export const mostTurns = 1000;

/** How held-out tasks are played. */
export interface HeldOutPlay {
  /** Episodes of each task for each k. */
  readonly samples: number;
  /** K: every turn gets k = 0…K self-improvement steps, each k in an episode of its own. */
  readonly steps: number;
  /** The seed of a draw; it does not depend on k, so that episodes share what they have in common. */
  seed(root: string, sample: number, step: number, turn: number): number;
  /** Told the step whose responses were drawn. */
  readonly progress?: (step: number) => void;
}

/** An episode with k self-improvement steps in every turn. */
export interface HeldOutEpisode {
  /** The held-out task's id. */
  readonly task: string;
  /** The benchmark that it belongs to. */
  readonly benchmark: string;
  /** Which episode of the task and k, from 0. */
  readonly sample: number;
  /** k. */
  readonly step: number;
  /** The responses that were played, the latest of each turn, with the verdicts on them. */
  readonly attempts: readonly Attempt[];
  /** Tokens that were drawn for it and for no smaller k. */
  readonly tokens: number;
  /** How many characters of current responses the requests for the responses that were played left out. */
  readonly shortened: number;
  /** What was asked for the response that was played last. */
  readonly mode: Mode;
}

/** An episode under way. */
interface Playing {
  readonly sample: number;
  readonly step: number;
  readonly task: Json;
  readonly benchmark: string;
  start: Start;
  latest: Drawn | null;
  attempts: Attempt[];
  tokens: number;
  shortened: number;
  mode: Mode;
  done: boolean;
}

/** A response that was drawn, with what it led to. */
interface Drawn {
  readonly attempt: Attempt;
  readonly played: Step<Json>;
  readonly tokens: number;
  readonly shortened: number;
  readonly mode: Mode;
}

/**
 * Plays held-out tasks with a responder: for each k an episode in which every turn gets a first response and k
 * improvements of the latest, with the conversation up to it, and the last one is played on. Episodes of different k have
 * their first turn in common, and are drawn once for as long as they are the same. An episode whose conversation has
 * outgrown the responder's context ends with the verdict as it stands; in a later turn, an improvement that does not fit is left out.
 *
 * @returns The episodes of k = 0 in the order of tasks and samples, then those of k = 1, and so on.
 * @throws {UserError} If the domain gives a verdict outside [0, 1], or an episode does not end within 1,000 turns.
 */
export async function playHeldOut(context: EvaluationContext, play: HeldOutPlay): Promise<HeldOutEpisode[]> {
  const { domain, evaluation } = context;
  const tasks = heldOutTasks(domain, evaluation.tasks);
  const episodes = range(play.steps + 1).flatMap((step) =>
    tasks.flatMap(({ id, task, benchmark = defaultBenchmark }, index) =>
      range(play.samples).map((sample): Playing => ({
        sample,
        step,
        task,
        benchmark,
        start: rootStart(index, id, domain.begin(task)),
        latest: null,
        attempts: [],
        tokens: 0,
        shortened: 0,
        mode: "base",
        done: false,
      }))
    )
  );
  let live = episodes;
  for (let turn = 0; live.length > 0; turn++) {
    const endless = turn < mostTurns ? undefined : live[0]?.start.root;
    if (endless !== undefined) throw neverEnds(domain.kind, endless);
    await playTurn(context, play, live, turn);
    live = live.filter(({ done }) => !done);
  }
  return episodes.map(({ start, benchmark, sample, step, attempts, tokens, shortened, mode }) => ({
    task: start.root,
    benchmark,
    sample,
    step,
    attempts,
    tokens,
    shortened,
    mode,
  }));
}

/** The refusal of a domain whose episodes have no end. */
export function neverEnds(domain: string, task: string): UserError {
  return new UserError(
    `Expected an episode to end within ${
      mostTurns.toLocaleString("en")
    } turns but domain "${domain}", task "${task}", ` +
      'goes on (its "step" must say "done" one day)',
  );
}

/** Draws one turn of each episode: a first response, improvements of it, and the step that the last of them takes. */
async function playTurn(
  context: EvaluationContext,
  play: HeldOutPlay,
  episodes: readonly Playing[],
  turn: number,
): Promise<void> {
  for (let step = 0; step <= play.steps; step++) {
    const asking = episodes.filter((episode) =>
      episode.step >= step && (step === 0 || turn === 0 || fitsRequest(episode.start, episode.task, context))
    );
    if (asking.length === 0) break;
    await drawStep(context, play, asking, step, turn);
    play.progress?.(step);
  }
  for (const episode of episodes) {
    const { latest, start } = episode;
    if (latest === null) throw new Error("Cannot play on without a response");
    episode.attempts.push(latest.attempt);
    episode.shortened += latest.shortened;
    episode.mode = latest.mode;
    episode.latest = null;
    episode.start = nextTurn(start, latest.played.state);
    episode.done = latest.played.done || !fitsRequest(episode.start, episode.task, context);
  }
}

/** Draws a response for each of the episodes' starts; those of the same start and sample are one. */
async function drawStep(
  context: EvaluationContext,
  play: HeldOutPlay,
  episodes: readonly Playing[],
  step: number,
  turn: number,
): Promise<void> {
  const { domain, responder, evaluation, maxTokens } = context;
  const sharers = new Map<string, [Playing, ...Playing[]]>();
  for (const episode of episodes) {
    const key = JSON.stringify([episode.start.task, episode.sample, episode.start.id]);
    const others = sharers.get(key);
    if (others === undefined) sharers.set(key, [episode]);
    else others.push(episode);
  }
  const groups = [...sharers.values()];
  const requests = groups.map(([{ start, task }]) => fitRequest(start, task, context));
  const answers = await responder.respond(groups.map(([{ start, sample }], at) => ({
    messages: requests[at]?.messages ?? [],
    maxTokens,
    temperature: evaluation.temperature,
    topP: evaluation.topP,
    seed: play.seed(start.root, sample, step, turn),
  })));
  for (const [at, sharing] of groups.entries()) {
    const answer = answers[at];
    if (answer === undefined) throw new Error("The responder lost an answer");
    // Episodes stand in the order of k: the first is the smallest that asked.
    const [first] = sharing;
    const { text: response, tokens } = answer;
    const played = await domain.step(first.task, first.start.state, response);
    checkVerdict(played.verdict, `domain "${domain.kind}", task "${first.start.root}"`);
    const attempt = { response, verdict: played.verdict, feedback: played.feedback ?? null };
    const drawn = {
      attempt,
      played,
      tokens,
      shortened: requests[at]?.shortened ?? 0,
      mode: first.start.mode,
    };
    first.tokens += drawn.tokens;
    const start = improvable(first.start, attempt);
    for (const episode of sharing) {
      episode.latest = drawn;
      episode.start = start;
    }
  }
}

function improvable(start: Start, attempt: Attempt): Start {
  const id = startId(start.root, start.turn, start.state, attempt);
  return { ...start, id, parent: start.id, depth: start.depth + 1, mode: usualMode(attempt), attempt };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The first held-out tasks of a domain. Training tasks are never evaluated. */
export function heldOutTasks(domain: Domain, count: number): TaskInstance<Json>[] {
  const source = domain.tasks("test");
  return Array.from({ length: count }, (_, index) => source.at(index));
}

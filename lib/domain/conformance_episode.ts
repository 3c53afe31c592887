import type { Json } from "../json.ts";
import { checkHostile } from "./conformance_hostile.ts";
import { throughJson } from "./conformance_json.ts";
import type { Asked } from "./conformance_leaks.ts";
import type { Pace, Play } from "./conformance_play.ts";
import { checkSame, type PlayedReference, playReference } from "./conformance_reference.ts";
import { askAgain, type Telling } from "./conformance_telling.ts";
import type { Split, TaskInstance } from "./domain.ts";
import { deepFreeze } from "./finding.ts";

/** How many tasks of a split are tried with hostile responses, and played again when other things have happened. */
const hostileTasks = 32;

/** The same where each verdict waits for a program or a host. */
const slowTasks = 2;

/** What came of the tasks of a split. */
export type EpisodeCounts = {
  /** Tasks with known-good responses. */
  readonly references: number;
  /** Tasks whose known-good responses end in quality 1 and solve it. */
  readonly referencesRight: number;
  /** Responses that are nearly right. */
  readonly perturbed: number;
  /** Those of them that count as solved. */
  readonly perturbedSolved: number;
};

/** What a task asks and takes for right, to be compared with the others. */
export interface Question {
  /** The task's id. */
  readonly id: string;
  /** The request of its first turn, with the roles. */
  readonly prompt: string;
  /** All that is asked and answered on the way, where there are references; of one turn the request alone counts. */
  readonly whole: string | null;
  /** Its references, as text; `null` without. */
  readonly references: string | null;
}

/** What was seen in the tasks of a split. */
export interface PlayedSplit {
  /** What came of them. */
  readonly counts: EpisodeCounts;
  /** What each asked. */
  readonly questions: readonly Question[];
  /** The requests with the answers to them. */
  readonly asked: readonly Asked[];
  /** What was said after wrong answers. */
  readonly telling: readonly Telling[];
  /** How fast its verdicts were. */
  readonly pace: Pace;
}

/**
 * Plays the tasks of a split, which are frozen: with their references, with what is nearly right, and with hostile
 * responses.
 *
 * @param progress Told how many were played.
 */
export async function playSplit(
  play: Play,
  split: Split,
  tasks: readonly TaskInstance<Json>[],
  progress: (played: number) => void,
): Promise<PlayedSplit> {
  const counts = { references: 0, referencesRight: 0, perturbed: 0, perturbedSolved: 0 };
  const seen = { questions: new Array<Question>(), asked: new Array<Asked>(), telling: new Array<Telling>() };
  const { domain, findings } = play;
  const mostTurns = play.mostTurns(split);
  play.takePace();
  for (const [at, { id, task }] of tasks.entries()) {
    const where = `Task "${id}"`;
    play.watch(where);
    const remember = at < (play.waits ? slowTasks : hostileTasks);
    const played = await findings.attempt(
      "reference",
      where,
      () => playReference(play, where, task, mostTurns, remember),
      "Let begin(), prompt() and step() of this task run to their end with what reference() gives",
    );
    const wrong = await findings.attempt(
      "perturbed",
      where,
      () => playPerturbed(play, where, task, remember),
      "Let perturbed() and step() of this task run to their end",
    );
    counts.references += Number(played === undefined || played.asked.length > 0);
    counts.referencesRight += Number(played?.right ?? false);
    counts.perturbed += wrong?.length ?? 0;
    counts.perturbedSolved += wrong?.filter(({ solved }) => solved).length ?? 0;
    const perturbed = wrong?.map(({ response }) => response) ?? [];
    const asked = played?.asked.map((each) => ({ ...each, perturbed })) ?? [];
    seen.asked.push(...asked);
    if (played !== undefined) seen.questions.push(questionOf(domain.traits.turns, id, played));
    if (at < hostileTasks && !play.heavy) {
      await checkHostile(play, where, task, played?.later ?? [], mostTurns);
    }
    if (played !== undefined && remember) {
      const states = [played.first, ...played.later];
      const telling = await findings.attempt("leak", where, () => askAgain(play, task, states, asked));
      seen.telling.push(...telling ?? []);
    }
    progress(at + 1);
    // One finding says it, and each turn takes seconds.
    if (play.heavy) break;
  }
  return { counts, ...seen, pace: play.takePace() };
}

function questionOf(turns: "single" | "multi", id: string, { prompt, asked }: PlayedReference): Question {
  const references = asked.length === 0 ? null : JSON.stringify(asked.map(({ reference }) => reference));
  const all = JSON.stringify(asked.map(({ prompt, reference }) => [prompt, reference]));
  return { id, prompt, whole: turns === "single" ? prompt : asked.length === 0 ? null : all, references };
}

/** A response that is nearly right, and whether it counted as solved. */
interface PlayedWrong {
  readonly response: string;
  readonly solved: boolean;
}

/** Plays what is nearly right in the first turn. */
async function playPerturbed(
  play: Play,
  where: string,
  task: Json,
  again: boolean,
): Promise<PlayedWrong[]> {
  const { domain, findings } = play;
  const played: PlayedWrong[] = [];
  const responses = domain.perturbed?.(task) ?? [];
  if (again) {
    checkSame(responses, domain.perturbed?.(throughJson(task)) ?? [], where, "perturbed responses", findings);
  }
  for (const response of responses) {
    const { verdict: { solved, quality } } = await play.step(task, deepFreeze(domain.begin(task)), response);
    // The end tells more than the beginning: that is where an answer stands.
    const quoted = JSON.stringify(response.length > 60 ? `...${response.slice(-57)}` : response);
    findings.expect(
      !solved && quality !== 1,
      "perturbed",
      `${where} ${solved ? `counts ${quoted} as solved` : `gives ${quoted} a quality of 1`}, which is wrong`,
      "Let step() be as strict as the task, or take the response out of perturbed() if it is right after all",
    );
    played.push({ response, solved });
  }
  return played;
}

import type { Json } from "../json.ts";
import type { Asked, LeakWords } from "./conformance_leaks.ts";
import { textOf } from "./conformance_messages.ts";
import type { Play } from "./conformance_play.ts";
import { deepFreeze } from "./finding.ts";

/** The kinds of text that a policy sees after a wrong answer. */
export const tellings = ["feedback", "improve", "diverge"] as const;

/** What was said after a wrong answer. */
export interface Telling extends Asked {
  /** In what: feedback, or a self-iteration request. */
  readonly kind: typeof tellings[number];
}

/** What is said of a leak in each of them. */
export const tellingWords: Readonly<Record<Telling["kind"], LeakWords>> = {
  feedback: {
    one: "the feedback on a wrong answer",
    every: "All feedback on a wrong answer",
    fix: "Let feedback say what is wrong with the response, as a failed test would, and not what is right",
  },
  improve: {
    one: 'its request to "improve" a wrong answer',
    every: 'Every request to "improve" a wrong answer',
    fix: "Word iterate() from what prompt() shows, the response and its feedback alone",
  },
  diverge: {
    one: 'its request to "diverge" from a wrong answer',
    every: 'Every request to "diverge" from a wrong answer',
    fix: "Word iterate() from what prompt() shows, the response and its feedback alone",
  },
};

/** A response that is rarely near to any. */
const wrong = "NaN";

/**
 * What a policy is told of a wrong response in each turn: feedback, and the domain's own self-iteration requests. Left out
 * where the response or the request of the turn holds the answer already.
 *
 * @param states The states before each turn of an episode that goes well.
 * @param asked What was asked there, with the answers.
 */
export async function askAgain(
  play: Play,
  task: Json,
  states: readonly Json[],
  asked: readonly Asked[],
): Promise<Telling[]> {
  const { domain } = play;
  if (domain.iterate === undefined && !domain.traits.feedback) return [];
  const told: Telling[] = [];
  for (const [turn, state] of states.entries()) {
    const of = asked[turn];
    if (of === undefined || of.prompt.includes(of.reference)) continue;
    const response = turn === 0 ? of.perturbed[0] ?? wrong : wrong;
    if (response.includes(of.reference)) continue;
    const { verdict, feedback = "" } = await play.step(task, state, response);
    if (verdict.solved) continue;
    const attempt = deepFreeze({ response, verdict, feedback: feedback === "" ? null : feedback });
    // Of wrong answers those count that are shown although nobody gave them.
    const rest = { ...of, perturbed: of.perturbed.filter((each) => each !== response) };
    if (domain.traits.feedback) told.push({ ...rest, kind: "feedback", prompt: feedback });
    for (const mode of ["improve", "diverge"] as const) {
      const messages = domain.iterate?.(task, state, attempt, mode);
      // What feedback tells is told once.
      const prompt = messages === undefined ? "" : textOf(messages).replace(feedback, "");
      if (messages !== undefined) told.push({ ...rest, kind: mode, prompt });
    }
  }
  return told;
}

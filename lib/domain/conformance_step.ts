import type { Json } from "../json.ts";
import { checkPlain, digest, outcomeOf, throughJson } from "./conformance_json.ts";
import type { Play } from "./conformance_play.ts";
import type { Domain, Step } from "./domain.ts";
import type { Findings } from "./finding.ts";

/** Plays one turn twice, the second time from copies that went through JSON, and checks what came of it. */
export async function checkedStep(
  play: Play,
  task: Json,
  state: Json,
  response: string,
  where: string,
): Promise<Step<Json>> {
  const { findings } = play;
  const step = await play.step(task, state, response);
  checkVerdict(play.domain, step, where, findings);
  checkPlain(step.state, "state", where, findings);
  await checkAgain(play, task, state, response, where, outcomeOf(step));
  return step;
}

/** Holds a step to what the contract and the domain's traits say of it. */
function checkVerdict(domain: Domain, step: Step<Json>, where: string, findings: Findings): void {
  const { verdict: { quality, solved, reward, failed }, feedback, done } = step;
  for (const [name, value] of [["quality", quality], ["reward", reward]] as const) {
    findings.expect(
      value >= 0 && value <= 1,
      "verdict",
      `${where} gives a ${name} of ${value}, outside [0, 1]`,
      Number.isNaN(value)
        ? `Give ${name} 0 where there is nothing to grade: a division by 0, or Number() of what is no number, is NaN`
        : `Keep ${name} in [0, 1]: Math.min(1, Math.max(0, ${name})), or divide by the most that can be reached`,
    );
  }
  findings.expect(
    typeof solved === "boolean",
    "verdict",
    `${where} does not say whether it is solved`,
    'Write "solved: true" or "solved: false" in each verdict, such as solved: quality === 1',
  );
  findings.expect(
    failed !== true || (quality === 0 && reward === 0 && !solved),
    "verdict",
    `${where} failed, but has a quality of ${quality}, a reward of ${reward} or is solved`,
    'Give what failed quality 0, reward 0 and "solved: false", or leave "failed" out',
  );
  findings.expect(
    typeof done === "boolean",
    "verdict",
    `${where} does not say whether the episode is over`,
    'Write "done: true" where it is, "done: false" where another turn follows',
  );
  findings.expect(
    feedback === undefined || typeof feedback === "string",
    "verdict",
    `${where} gives feedback that is no text`,
    'Write feedback as text, or leave "feedback" out',
  );
  const { turns, quality: grades, feedback: speaks } = domain.traits;
  findings.expect(
    grades === "graded" || [0, 1].includes(quality),
    "traits",
    `${where} has a quality of ${quality} in a binary domain`,
    'Write quality: "graded" in "traits", or give 0 or 1',
  );
  findings.expect(
    turns === "multi" || done,
    "traits",
    `${where} is not done after the turn of a single-turn domain`,
    'Write turns: "multi" in "traits", or "done: true" in each step',
  );
  findings.expect(
    speaks || feedback === undefined,
    "traits",
    `${where} gives feedback in a domain without`,
    'Write feedback: true in "traits", or leave "feedback" out of the step',
  );
}

/** Plays a turn again from copies that may be changed, and tells what a difference comes from. */
async function checkAgain(
  play: Play,
  task: Json,
  state: Json,
  response: string,
  where: string,
  outcome: string,
): Promise<void> {
  const { findings } = play;
  const [taskCopy, stateCopy] = [throughJson(task), throughJson(state)];
  const same = outcomeOf(await play.step(taskCopy, stateCopy, response)) === outcome;
  findings.expect(
    digest([taskCopy, stateCopy]) === digest([throughJson(task), throughJson(state)]),
    "pure",
    `${where} changes the task or state that it is given`,
    "Return a changed copy instead, such as { ...state, turn: state.turn + 1 } or list.toSorted()",
  );
  if (same) return;
  // The same objects once more: what differs there, too, is not for being copies.
  const impure = outcomeOf(await play.step(task, state, response)) !== outcome;
  findings.expect(
    !impure,
    "pure",
    `${where} ends differently when played again`,
    "Let step() follow from its arguments alone: chance from new Random(seed, name) of the task, " +
      "no clock, and no variable outside that it changes",
  );
  findings.expect(
    impure,
    "restore",
    `${where} goes on differently from its task and state as JSON`,
    "Keep all that a later turn needs in the state itself, as plain JSON: a stored state is another object",
  );
}

/** Holds the number of turns of an episode to what `mostTurns` says of its split. */
export function checkTurns(most: number | undefined, turns: number, where: string, findings: Findings): void {
  if (most === undefined) return;
  findings.expect(
    turns <= most,
    "longest",
    `${where} ${turns} turns, more than the ${most} that "mostTurns" says`,
    `Raise "mostTurns", or say "done: true" after turn ${most}`,
  );
}

/** Holds a prompt and a response to what `longest` says. */
export function checkLength(
  domain: Domain,
  prompt: string,
  response: string,
  where: string,
  findings: Findings,
): void {
  const { longest } = domain;
  if (longest === undefined) return;
  const fits = prompt.length <= longest.prompt && response.length <= longest.response;
  findings.expect(
    fits,
    "longest",
    `${where} has a prompt or reference longer than "longest" says`,
    `Raise "longest" to what can come up; here { prompt: ${prompt.length}, response: ${response.length} }`,
  );
}

import { canonicalJson, type Json } from "../json.ts";
import type { Domain, Step } from "./domain.ts";
import type { Findings } from "./finding.ts";

/** Plays one turn twice, and checks what came of it. */
export async function checkedStep(
  domain: Domain,
  task: Json,
  state: Json,
  response: string,
  where: string,
  findings: Findings,
): Promise<Step<Json>> {
  const step = await domain.step(task, state, response);
  const { verdict: { quality, solved, reward, failed }, feedback, done } = step;
  const inRange = (value: number): boolean => value >= 0 && value <= 1;
  findings.expect(inRange(quality), "verdict", `${where} gives a quality of ${quality}, outside [0, 1]`);
  findings.expect(inRange(reward), "verdict", `${where} gives a reward of ${reward}, outside [0, 1]`);
  const { turns, quality: grades, feedback: speaks } = domain.traits;
  findings.expect(
    grades === "graded" || [0, 1].includes(quality),
    "traits",
    `${where} has a quality of ${quality} in a binary domain`,
  );
  findings.expect(
    turns === "multi" || done,
    "traits",
    `${where} is not done after the turn of a single-turn domain`,
  );
  findings.expect(speaks || feedback === undefined, "traits", `${where} gives feedback in a domain without`);
  if (inRange(quality) && inRange(reward)) {
    const again = await domain.step(task, state, response);
    const summary = ({ state, verdict, feedback, done }: Step<Json>): string =>
      canonicalJson({ state, verdict, feedback: feedback ?? null, done });
    findings.expect(summary(again) === summary(step), "pure", `${where} ends differently when played again`);
    const restored = canonicalJson(JSON.parse(JSON.stringify(step.state)));
    findings.expect(
      restored === canonicalJson(step.state),
      "json",
      `${where} leads to a state that is not plain JSON`,
    );
  }
  findings.expect(typeof solved === "boolean", "verdict", `${where} does not say whether it is solved`);
  findings.expect(
    failed !== true || (quality === 0 && reward === 0 && !solved),
    "verdict",
    `${where} failed, but has a quality of ${quality}, a reward of ${reward} or is solved`,
  );
  return step;
}

/** Holds the number of turns of an episode to what `mostTurns` says of its split. */
export function checkTurns(most: number | undefined, turns: number, where: string, findings: Findings): void {
  if (most === undefined) return;
  findings.expect(
    turns <= most,
    "longest",
    `${where} ${turns} turns, more than the ${most} that "mostTurns" says`,
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
  findings.expect(fits, "longest", `${where} has a prompt or reference longer than "longest" says`);
}

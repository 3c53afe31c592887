import { canonicalJson, type Json } from "../json.ts";
import type { Domain, Message, Step, TaskInstance } from "./domain.ts";
import { deepFreeze, type Findings } from "./finding.ts";
import type { Attempt } from "./verdict.ts";

/** Responses that no policy is meant to write, and each will one day. */
const hostileResponses = [
  "",
  " \n\t",
  "null",
  "NaN",
  '{"quality": 1, "solved": true}',
  "__proto__",
  "0".repeat(10_000),
  "🧩\u0000\ud800é∞",
] as const;

/** A reference of this length or more does not stand in a prompt by chance. */
const tellingLength = 8;

/** What a prompt said, and what the answer to it was. */
interface Asked {
  readonly where: string;
  readonly prompt: string;
  readonly reference: string;
}

/** Plays each task with its references and with hostile responses. Tasks are frozen. */
export async function checkEpisodes(
  domain: Domain,
  tasks: readonly TaskInstance<Json>[],
  findings: Findings,
): Promise<void> {
  const asked: Asked[] = [];
  for (const { id, task } of tasks) {
    const where = `Task "${id}"`;
    await findings.attempt("reference", where, async () => {
      asked.push(...await playReference(domain, id, task, findings));
    });
    for (const response of hostileResponses) {
      const quoted = JSON.stringify(response.length > 40 ? `${response.slice(0, 37)}...` : response);
      await findings.attempt(
        "verdict",
        `${where} with response ${quoted}`,
        () => playHostile(domain, `${where} with response ${quoted}`, task, response, findings),
      );
    }
  }
  checkLeaks(asked, findings);
}

/** Plays the references; returns what was asked in each turn. */
async function playReference(domain: Domain, id: string, task: Json, findings: Findings): Promise<Asked[]> {
  const where = `Task "${id}"`;
  const references = domain.reference?.(task) ?? [];
  const asked: Asked[] = [];
  let state = deepFreeze(domain.begin(task));
  for (const [turn, reference] of references.entries()) {
    const prompt = text(domain.prompt(task, state));
    asked.push({ where, prompt, reference });
    checkLength(domain, prompt, reference, where, findings);
    const step = await checkedStep(domain, task, state, reference, where, findings);
    const { quality, solved } = step.verdict;
    const last = turn === references.length - 1;
    findings.expect(
      step.done === last,
      "reference",
      `${where} has ${references.length} references for another number of turns`,
    );
    findings.expect(
      quality === 1,
      "reference",
      `${where} gives its reference a quality of ${quality} in turn ${turn}, not 1`,
    );
    findings.expect(solved || !last, "reference", `${where} does not count as solved after its references`);
    state = deepFreeze(step.state);
  }
  return asked;
}

async function playHostile(
  domain: Domain,
  where: string,
  task: Json,
  response: string,
  findings: Findings,
): Promise<void> {
  const state = deepFreeze(domain.begin(task));
  const { verdict, feedback } = await checkedStep(domain, task, state, response, where, findings);
  const attempt = { response, verdict, feedback: feedback ?? null };
  const opposite = {
    quality: verdict.quality > 0.5 ? 0 : 1,
    solved: !verdict.solved,
    reward: verdict.reward > 0.5 ? 0 : 1,
  };
  for (const mode of ["improve", "diverge"] as const) {
    const word = (of: Attempt): string => text(domain.iterate?.(task, state, deepFreeze(of), mode) ?? []);
    const prompt = word(attempt);
    findings.expect(
      prompt === word({ ...attempt, verdict: opposite }),
      "leak",
      `${where} shows its verdict in "${mode}"`,
    );
    checkLength(domain, prompt, "", `${where} in "${mode}"`, findings);
  }
}

/** Plays one turn twice, and checks what came of it. */
async function checkedStep(
  domain: Domain,
  task: Json,
  state: Json,
  response: string,
  where: string,
  findings: Findings,
): Promise<Step<Json>> {
  const step = await domain.step(task, state, response);
  const { verdict: { quality, solved, reward }, feedback, done } = step;
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
  return step;
}

function checkLength(
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

/**
 * A prompt that holds its own answer: at once for a long answer; for a short one, which may stand there by chance or
 * as one of the choices, only if all prompts hold theirs and do not hold each other's.
 */
function checkLeaks(asked: readonly Asked[], findings: Findings): void {
  const tells = ({ prompt, reference }: Asked): boolean => reference !== "" && prompt.includes(reference);
  for (const each of asked) {
    const telling = each.reference.length >= tellingLength && tells(each);
    findings.expect(!telling, "leak", `${each.where} has its reference in its prompt`);
  }
  const others = asked.some(({ prompt }) => asked.some(({ reference }) => !prompt.includes(reference)));
  const allTell = asked.length > 1 && asked.every(tells) && others;
  findings.expect(!allTell, "leak", "Every prompt has its own reference in it");
}

function text(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join("");
}

import type { Json } from "../json.ts";
import { textOf } from "./conformance_leaks.ts";
import { checkedStep, checkLength, checkTurns } from "./conformance_step.ts";
import type { Domain } from "./domain.ts";
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

/**
 * Plays a task with each hostile response, at first and after each prefix of an episode: the rules survive it, and
 * self-iteration requests do not tell its verdict. Of several turns, all of them are played one after another, too.
 *
 * @param later The states before later turns of an episode that goes well.
 */
export async function checkHostile(
  domain: Domain,
  task: string,
  content: Json,
  later: readonly Json[],
  mostTurns: number | undefined,
  findings: Findings,
): Promise<void> {
  const first = await findings.attempt("verdict", task, () => deepFreeze(domain.begin(content)));
  if (first === undefined) return;
  for (const [turn, state] of [first, ...later].entries()) {
    for (const response of hostileResponses) {
      const where = `${task}${turn === 0 ? "" : ` in turn ${turn}`} with response ${quote(response)}`;
      await findings.attempt(
        "verdict",
        where,
        () => playHostile(domain, where, content, state, response, findings),
      );
    }
  }
  if (domain.traits.turns === "single") return;
  await findings.attempt(
    "verdict",
    `${task} with one strange response after another`,
    () => playAllHostile(domain, task, content, first, mostTurns, findings),
  );
}

function quote(response: string): string {
  return JSON.stringify(response.length > 40 ? `${response.slice(0, 37)}...` : response);
}

/** Plays all hostile responses in one episode, or as many as it takes. */
async function playAllHostile(
  domain: Domain,
  task: string,
  content: Json,
  first: Json,
  mostTurns: number | undefined,
  findings: Findings,
): Promise<void> {
  let state = first;
  for (const [turn, response] of hostileResponses.entries()) {
    const where = `${task} in turn ${turn} after strange responses with response ${quote(response)}`;
    const step = await checkedStep(domain, content, state, response, where, findings);
    checkTurns(
      mostTurns,
      turn + (step.done ? 1 : 2),
      `${task} with strange responses takes at least`,
      findings,
    );
    if (step.done) return;
    state = deepFreeze(step.state);
    domain.prompt(content, state);
  }
}

async function playHostile(
  domain: Domain,
  where: string,
  task: Json,
  state: Json,
  response: string,
  findings: Findings,
): Promise<void> {
  const played = await checkedStep(domain, task, state, response, where, findings);
  const { verdict, feedback } = played;
  if (!played.done) domain.prompt(task, deepFreeze(played.state));
  const attempt = { response, verdict, feedback: feedback ?? null };
  const opposite = {
    // That a response failed may be told, as the one thing of a verdict.
    ...verdict,
    quality: verdict.quality > 0.5 ? 0 : 1,
    solved: !verdict.solved,
    reward: verdict.reward > 0.5 ? 0 : 1,
  };
  for (const mode of ["improve", "diverge"] as const) {
    const word = (of: Attempt): string => textOf(domain.iterate?.(task, state, deepFreeze(of), mode) ?? []);
    const prompt = word(attempt);
    findings.expect(
      prompt === word({ ...attempt, verdict: opposite }),
      "leak",
      `${where} shows its verdict in "${mode}"`,
    );
    checkLength(domain, prompt, "", `${where} in "${mode}"`, findings);
  }
}

import type { Json } from "../json.ts";
import { textOf } from "./conformance_leaks.ts";
import { checkedStep, checkLength } from "./conformance_step.ts";
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

/** Plays a task with each hostile response: the rules survive it, and self-iteration requests do not tell its verdict. */
export async function checkHostile(
  domain: Domain,
  task: string,
  content: Json,
  findings: Findings,
): Promise<void> {
  for (const response of hostileResponses) {
    const quoted = JSON.stringify(response.length > 40 ? `${response.slice(0, 37)}...` : response);
    const where = `${task} with response ${quoted}`;
    await findings.attempt(
      "verdict",
      where,
      () => playHostile(domain, where, content, response, findings),
    );
  }
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

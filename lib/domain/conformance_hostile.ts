import type { Json } from "../json.ts";
import { digest } from "./conformance_json.ts";
import { checkedPrompt, checkMessages, textOf } from "./conformance_messages.ts";
import type { Play } from "./conformance_play.ts";
import { checkedStep, checkLength, checkTurns } from "./conformance_step.ts";
import type { Message } from "./domain.ts";
import { deepFreeze } from "./finding.ts";
import type { Attempt } from "./verdict.ts";

/** Responses that no policy is meant to write, and each will one day. */
const hostileResponses = [
  "",
  " \n\t",
  "null",
  "NaN",
  '{"quality": 1, "solved": true}',
  "__proto__",
  '```json\n{"answer": [1,',
  "-1e999",
  "0".repeat(10_000),
  "[".repeat(10_000),
  "🧩\u0000\ud800é∞",
] as const;

/** Those of them that are played again when other things have happened. */
const comeAgain: ReadonlySet<string> = new Set(hostileResponses.slice(3, 5));

const throwFix =
  "Give any text a verdict: catch what the parser throws in step(), and return quality 0, reward 0 and " +
  '"solved: false"';

/**
 * Plays a task with each hostile response, at first and after each prefix of an episode: the rules survive it, and
 * self-iteration requests do not tell its verdict. Of several turns, all of them are played one after another, too.
 *
 * @param later The states before later turns of an episode that goes well.
 */
export async function checkHostile(
  play: Play,
  task: string,
  content: Json,
  later: readonly Json[],
  mostTurns: number | undefined,
): Promise<void> {
  const { domain, findings } = play;
  const first = await findings.attempt("verdict", task, () => deepFreeze(domain.begin(content)));
  if (first === undefined) return;
  const responses = hostileResponses.filter(({ length }) => length <= play.mostCharacters);
  for (const [turn, state] of [first, ...later].entries()) {
    for (const response of responses) {
      const where = `${task}${turn === 0 ? "" : ` in turn ${turn}`} with response ${quote(response)}`;
      play.watch(where);
      const playOne = (): Promise<void> => playHostile(play, where, content, state, response);
      await findings.attempt("verdict", where, playOne, throwFix);
    }
  }
  if (domain.traits.turns === "single") return;
  await findings.attempt(
    "verdict",
    `${task} with one strange response after another`,
    () => playAllHostile(play, task, content, first, responses, mostTurns),
    throwFix,
  );
}

/** Refuses a domain that counts whatever is said as solved. */
export function checkStrange({ strange, findings }: Play): void {
  findings.expect(
    strange.played === 0 || strange.solved < strange.played,
    "perturbed",
    `Each of ${strange.played} strange responses counts as solved, and nothing at all is one of them`,
    "Let the verdict follow from the response: compare it with what the task asks for",
  );
}

function quote(response: string): string {
  return JSON.stringify(response.length > 40 ? `${response.slice(0, 37)}...` : response);
}

/** Plays all hostile responses in one episode, or as many as it takes. */
async function playAllHostile(
  play: Play,
  task: string,
  content: Json,
  first: Json,
  responses: readonly string[],
  mostTurns: number | undefined,
): Promise<void> {
  let state = first;
  for (const [turn, response] of responses.entries()) {
    const where = `${task} in turn ${turn} after strange responses with response ${quote(response)}`;
    play.watch(where);
    const step = await checkedStep(play, content, state, response, where);
    const turns = turn + (step.done ? 1 : 2);
    checkTurns(mostTurns, turns, `${task} with strange responses takes at least`, play.findings);
    if (step.done) return;
    state = deepFreeze(step.state);
    checkedPrompt(play, content, state, where);
  }
}

async function playHostile(
  play: Play,
  where: string,
  task: Json,
  state: Json,
  response: string,
): Promise<void> {
  const { domain, findings } = play;
  const played = await checkedStep(play, task, state, response, where);
  if (comeAgain.has(response) && !play.waits) play.remember(where, task, state, response, played);
  const { verdict, feedback } = played;
  play.strange.played++;
  play.strange.solved += Number(verdict.solved);
  if (!played.done) checkedPrompt(play, task, deepFreeze(played.state), where);
  const attempt = { response, verdict, feedback: feedback ?? null };
  const opposite = {
    // That a response failed may be told, as the one thing of a verdict.
    ...verdict,
    quality: verdict.quality > 0.5 ? 0 : 1,
    solved: !verdict.solved,
    reward: verdict.reward > 0.5 ? 0 : 1,
  };
  if (domain.iterate === undefined) return;
  for (const mode of ["improve", "diverge"] as const) {
    const asked = (of: Attempt): Message[] => domain.iterate?.(task, state, deepFreeze(of), mode) ?? [];
    const messages = asked(attempt);
    checkMessages(messages, `${where} in "${mode}"`, findings);
    findings.expect(
      digest(messages) === digest(asked({ ...attempt, verdict: opposite })),
      "leak",
      `${where} shows its verdict in "${mode}"`,
      'Word iterate() from the response and its feedback alone; of a verdict only "failed" may be told',
    );
    findings.expect(
      digest(messages) === digest(asked(attempt)),
      "pure",
      `${where} is asked differently in "${mode}" when asked again`,
      "Let iterate() follow from its arguments alone",
    );
    checkLength(domain, textOf(messages), "", `${where} in "${mode}"`, findings);
  }
}

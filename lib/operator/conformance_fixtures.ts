/**
 * What an operator is checked with: a made-up domain, starts of all kinds, and groups as training would see them.
 * Everything is frozen, so that an operator that changes its input throws.
 *
 * @module
 */
import { rootStart, type Start, startId } from "../curriculum/start.ts";
import type { Domain, Mode } from "../domain/domain.ts";
import { deepFreeze } from "../domain/finding.ts";
import type { Attempt, Verdict } from "../domain/verdict.ts";
import { Random } from "../random.ts";
import type { EmbedSpans, IterationRequest, WeighedGroup, WeighedRollout } from "./operator.ts";

/** A mode that no operator has. */
export const foreignMode: Mode = "custom-nobody-has-this";

const right = "42";

/** Fails, as a program that does not run. */
const broken = "(6 ×";

/** Copying, repeating, near misses, several lines, something long, something broken and nothing at all. */
const answers = [right, "24", "24\n", "4 2", "forty-two\nor so", "x".repeat(200), broken, ""];

/** The domain: single-turn and graded, with no words of its own. */
const domain: Domain = deepFreeze<Domain>({
  part: "domain",
  kind: "conformance",
  version: "1",
  options: {},
  given: {},
  rebuild: () => domain,
  traits: { turns: "single", quality: "graded", feedback: true },
  selfIterationReward: "absolute",
  tasks: () => ({ size: 1, at: () => ({ id: "task", task: "6 × 7" }) }),
  begin: () => null,
  prompt: (task) => [{ role: "system", content: "Be brief." }, { role: "user", content: `What is ${task}?` }],
  step: (_task, state, response) => ({ state, verdict: verdictOn(response), done: true }),
});

function verdictOn(response: string): Verdict {
  if (response === broken) return { quality: 0, solved: false, reward: 0, failed: true };
  const solved = response === right;
  const reward = solved ? 1 : response.length % 10 / 10;
  return { quality: reward, solved, reward };
}

function attemptWith(response: string, verdict: Verdict = verdictOn(response)): Attempt {
  return { response, verdict, feedback: response === "" ? null : `${response.length} characters` };
}

/** Starts without an attempt, and with one of each answer. */
export const starts: readonly Start[] = deepFreeze([
  rootStart(0, "task", null),
  { ...rootStart(0, "task", { turn: 1 }), turn: 1 },
  ...answers.map((response, index) => {
    const root = rootStart(0, "task", null);
    const attempt = attemptWith(response);
    const id = startId(root.root, root.turn, root.state, attempt);
    return { ...root, id, parent: root.id, depth: index + 1, attempt, born: index };
  }),
]);

/** The request for a start that has an attempt; with other figures in its verdict where they are given. */
export function requestFor({ state, attempt }: Start, verdict?: Verdict): IterationRequest | undefined {
  if (attempt === null) return undefined;
  return deepFreeze({
    domain,
    task: "6 × 7",
    state,
    attempt: { ...attempt, verdict: { ...attempt.verdict, ...verdict } },
  });
}

/** Groups of first attempts and of steps in each of these modes. */
export function groupsOf(modes: readonly Mode[]): readonly WeighedGroup[] {
  const random = new Random(1, "conformance");
  return deepFreeze(
    modes.flatMap((mode) =>
      answers.map((answer): WeighedGroup => ({
        mode,
        rollouts: Array.from({ length: 2 + random.int(7) }, () => {
          const response = random.chance(0.4) ? answer : random.pick(answers);
          const turns = random.chance(0.2) ? [response, random.pick(answers)] : [response];
          return rolloutOf(turns, mode === "base" ? null : attemptWith(answer));
        }),
      }))
    ),
  );
}

/** Groups whose rollouts are all the same. */
export function identicalGroups(modes: readonly Mode[]): readonly WeighedGroup[] {
  return deepFreeze(
    modes.flatMap((mode) =>
      answers.map((answer): WeighedGroup => {
        const rollout = rolloutOf([answer], mode === "base" ? null : attemptWith("24"));
        return { mode, rollouts: Array.from({ length: 4 }, () => structuredClone(rollout)) };
      })
    ),
  );
}

function rolloutOf(responses: readonly string[], before: Attempt | null): WeighedRollout {
  const last = responses.at(-1) ?? "";
  const verdict = verdictOn(last);
  const prompt = [1, 2, 3];
  const tokens = [...prompt, ...Array.from(last, (letter) => letter.codePointAt(0) ?? 0), 0];
  return { before, responses, span: { tokens, from: prompt.length }, verdict, reward: verdict.reward };
}

/** Embeds a span by how often each token is in it, up to a multiple of 16. */
export const embedByTokens: EmbedSpans = (spans) =>
  Promise.resolve(spans.map(({ tokens, from }) => {
    const counts = new Float32Array(16);
    for (const token of tokens.slice(from)) counts[token % 16] = (counts[token % 16] ?? 0) + 1;
    return counts.map((count) => count / (tokens.length - from));
  }));

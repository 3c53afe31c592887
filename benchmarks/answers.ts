/**
 * What it costs to check an answer: pairs of the shipped cases through the whole checker, worker and all, and hostile
 * responses, which must be cut off.
 *
 * @module
 */
import { answerChecker } from "../domains/math/answer/check_answers.ts";
import type { AnswerChecker } from "../domains/math/answer/answer_checker.ts";
import { row } from "./row.ts";

const cases = new URL("../tests/domains/math/answer/cases/equivalence-cases.jsonl", import.meta.url);

/** Milliseconds that a hostile pair may take here. */
const timeLimit = 100;

/** As much work as an answer can ask for. */
const sums = Array.from({ length: 60 }, (_, at) => `\\sum_{k=1}^{999}k^{${at}x}`);

/** Responses that are long, deep, or make much of little. */
const hostile: readonly (readonly [name: string, gold: string, response: string])[] = [
  ["1 MB of \\boxed{", "5", "\\boxed{".repeat(150_000)],
  ["1 MB of $", "5", "$ ".repeat(500_000)],
  ["1 MB of digits", "5", "7".repeat(1_000_000)],
  ["deep brackets", "5", `\\boxed{${"(".repeat(700)}1${")".repeat(700)}}`],
  ["deep roots", "x", `\\boxed{${"\\sqrt{".repeat(140)}x${"}".repeat(140)}}`],
  ["towers of powers", "5", "\\boxed{9^{9^{9^{9^{9}}}}}"],
  ["factorials", "5", "\\boxed{(((9!)!)!)!}"],
  ["sums in sums", "5", `\\boxed{${"\\sum_{k=1}^{999}".repeat(20)} k}`],
  ["nested ±", "5", `\\boxed{${"\\pm(".repeat(150)}1${")".repeat(150)}}`],
  ["lists, each with each", sums.join(","), `\\boxed{${sums.toReversed().join(",")}}`],
];

/** Checks every shipped case ten times and every hostile one once, and prints times. */
export async function benchAnswers(): Promise<void> {
  const checker = answerChecker();
  const lines = (await Deno.readTextFile(cases)).trim().split("\n");
  const pairs = lines.map((line): { gold: string; pred: string } => JSON.parse(line));
  const began = performance.now();
  await checker.check({ gold: "\\sqrt{2}", response: "\\sqrt{3}" });
  const started = performance.now() - began;
  const times: number[] = [];
  for (let repeat = 0; repeat < 10; repeat++) {
    for (const { gold, pred } of pairs) times.push(await timed(checker, gold, pred));
  }
  checker.close();
  const sorted = times.toSorted((a, b) => a - b);
  const share = (part: number): string =>
    `${(sorted[Math.floor(part * (sorted.length - 1))] ?? NaN).toFixed(3)} ms`;
  row("answers, the worker's start", `${started.toFixed(0)} ms`, "once a process");
  row("answers, a pair", share(0.5), `99 %: ${share(0.99)}, all: ${share(1)}; marks 0.5 and 5`);
  const strict = answerChecker({ timeLimit });
  await strict.check({ gold: "\\sqrt{2}", response: "\\sqrt{3}" });
  for (const [name, gold, response] of hostile) {
    const took = await timed(strict, gold, response);
    const { reason } = await strict.check({ gold, response });
    row(`answers, ${name}`, `${took.toFixed(1)} ms`, `limit ${timeLimit} ms: ${reason.slice(0, 40)}`);
  }
  strict.close();
}

async function timed(checker: AnswerChecker, gold: string, response: string): Promise<number> {
  const began = performance.now();
  await checker.check({ gold, response });
  return performance.now() - began;
}

if (import.meta.main) await benchAnswers();

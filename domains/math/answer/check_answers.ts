import { Worker } from "node:worker_threads";
import type { AnswerCheck, AnswerChecker, AnswerVerdict } from "./answer_checker.ts";
import type { Answer } from "./answer.ts";
import type { Compared, Question, Reply } from "./answer_worker.ts";
import { extractAnswer, goldAnswer } from "./extract.ts";
import { isSame } from "./rational.ts";
import { readAnswer } from "./read_answer.ts";

/** How answers are compared. */
export interface CheckerOptions {
  /** Milliseconds that one comparison may take, above 0. Default 2000. */
  readonly timeLimit?: number;
}

/** What a test may put in the place of the real thing. */
export interface CheckerSurroundings {
  /** Starts what compares answers. */
  readonly worker: () => Worker;
}

/** The most characters of an answer: longer ones are not answers. */
const longest = 1_500;

/** The most characters of a response that are looked at: its last. */
const longestResponse = 200_000;

/** Milliseconds that the worker may take to start. */
const startLimit = 60_000;

/**
 * The checker for answers in competition mathematics: finds the last answer of a response and compares it with the
 * known-good one. Numbers are compared here and now; everything else in a worker, which is stopped when a comparison
 * outlasts the time limit. What is compared is bounded in length and depth and in the size of numbers, so that the limit
 * is a last resort: a verdict that depends on it would depend on the machine. Where there is no verdict, because the limit
 * was reached, the worker failed or the checker was closed, the answer counts as wrong and the reason says so.
 *
 * @param surroundings For tests: the worker.
 *
 * @example
 * ```ts
 * import { answerChecker } from "exitlab/domains/math/answer/check_answers.ts";
 * import assert from "node:assert/strict";
 *
 * const checker = answerChecker();
 * const verdict = await checker.check({ gold: "\\frac{14}{3}", response: "So it is $\\boxed{4\\tfrac{2}{3}}$." });
 * assert.equal(verdict.equal, true);
 * assert.equal((await checker.check({ gold: "(x+1)^2", response: "x^2+2x+1" })).equal, true);
 * assert.equal((await checker.check({ gold: "72", response: "" })).reason, "no answer found");
 * checker.close();
 * ```
 */
export function answerChecker(
  options: CheckerOptions = {},
  surroundings: Partial<CheckerSurroundings> = {},
): AnswerChecker {
  return new Checker(options.timeLimit ?? 2_000, surroundings.worker ?? answerWorker);
}

class Checker implements AnswerChecker {
  readonly #timeLimit: number;
  readonly #start: () => Worker;
  #worker: Promise<Worker | undefined> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closing = new AbortController();

  constructor(timeLimit: number, start: () => Worker) {
    this.#timeLimit = timeLimit;
    this.#start = start;
  }

  async check({ gold, response, tolerance }: AnswerCheck): Promise<AnswerVerdict> {
    const answer = extractAnswer(response.slice(-longestResponse))?.text ?? null;
    if (answer === null) return { equal: false, reason: "no answer found", answer };
    if (answer.length > longest) return { equal: false, reason: `longer than ${longest} characters`, answer };
    const known = goldAnswer(gold);
    if (known === answer) return { equal: true, reason: "the same text", answer };
    const quick = compareNumbers(known, answer);
    if (quick !== undefined && (quick || tolerance === undefined)) {
      return { equal: quick, reason: quick ? "the same number" : "another number", answer };
    }
    const question = { gold: known, answer, tolerance: tolerance ?? null };
    const { signal } = this.#closing;
    const turn = this.#queue.then(() => this.#compare(question, signal));
    this.#queue = turn;
    return { ...await turn, answer };
  }

  close(): void {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.#worker?.then((worker) => worker?.terminate());
    this.#worker = undefined;
  }

  /** Asks the worker, one question at a time. Never rejects: the next question waits for it. */
  async #compare(question: Question, signal: AbortSignal): Promise<Compared> {
    if (signal.aborted) return undecided("closed", this.#timeLimit);
    const starting = this.#worker ??= startWorker(this.#start, signal);
    const worker = await starting;
    const reply = worker === undefined
      ? signal.aborted ? "closed" : "failed"
      : await answered(worker, this.#timeLimit, signal, () => worker.postMessage(question));
    if (typeof reply !== "string") return reply;
    // The next question gets another worker.
    if (this.#worker === starting) this.#worker = undefined;
    await worker?.terminate();
    return undecided(reply, this.#timeLimit);
  }
}

/** What comes in the place of a comparison that came to no end. */
function undecided(why: Silence | "ready", limit: number): Compared {
  const reasons: Readonly<Record<typeof why, string>> = {
    late: `took longer than ${limit} ms`,
    closed: "the checker was closed",
    failed: "the worker that compares answers failed",
    ready: "the worker that compares answers gave none",
  };
  return { equal: false, reason: reasons[why] };
}

function answerWorker(): Worker {
  // The library looks for switches in the environment, which commands may not read; here it finds none.
  return new Worker(new URL("./answer_worker.ts", import.meta.url), { env: {} });
}

/** A worker that is ready; `undefined` if it does not come to that. */
async function startWorker(start: () => Worker, signal: AbortSignal): Promise<Worker | undefined> {
  try {
    const worker = start();
    // A process that has nothing else to do may end.
    worker.unref();
    if (await answered(worker, startLimit, signal, () => {}) === "ready") return worker;
    await worker.terminate();
  } catch {
    // What cannot start compares nothing; the verdict says that it failed.
  }
  return undefined;
}

/** Why there is no reply: it did not come in time, the checker was closed, or the worker failed or ended. */
type Silence = "late" | "closed" | "failed";

/** The worker's next message, or why there is none. */
function answered(
  worker: Worker,
  limit: number,
  signal: AbortSignal,
  ask: () => void,
): Promise<Reply | Silence> {
  const { promise, resolve } = Promise.withResolvers<Reply | Silence>();
  const listen = (message: Reply): void => resolve(message);
  const fail = (): void => resolve("failed");
  const close = (): void => resolve("closed");
  const timer = setTimeout(() => resolve("late"), limit);
  worker.once("message", listen);
  worker.once("error", fail);
  worker.once("exit", fail);
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  ask();
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", listen);
    worker.off("error", fail);
    worker.off("exit", fail);
    signal.removeEventListener("abort", close);
  });
}

/** Whether two plain numbers are equal; `undefined` if either is none, or may be read in another way. */
function compareNumbers(gold: string, answer: string): boolean | undefined {
  const [a, b] = [plainNumber(gold), plainNumber(answer)];
  if (a === undefined || b === undefined) return undefined;
  if (isSame(a.value, b.value)) return true;
  // A decimal may stand for what it rounds.
  return (a.places ?? 0) >= 6 || (b.places ?? 0) >= 6 ? undefined : false;
}

function plainNumber(text: string): Extract<Answer, { kind: "number" }> | undefined {
  if (!/^[-+\d.,$\s\\{}!frac]*$/.test(text)) return undefined;
  const answer = readAnswer(text);
  return answer.kind === "number" ? answer : undefined;
}

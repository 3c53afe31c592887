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
 * is a last resort: a verdict that depends on it would depend on the machine.
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
export function answerChecker(options: CheckerOptions = {}): AnswerChecker {
  return new Checker(options.timeLimit ?? 2_000);
}

class Checker implements AnswerChecker {
  readonly #timeLimit: number;
  #worker: Promise<Worker> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(timeLimit: number) {
    this.#timeLimit = timeLimit;
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
    const turn = this.#queue.then(() => this.#compare({ gold: known, answer, tolerance: tolerance ?? null }));
    this.#queue = turn;
    const compared = await turn;
    if (compared === undefined) {
      return { equal: false, reason: `took longer than ${this.#timeLimit} ms`, answer };
    }
    return { ...compared, answer };
  }

  close(): void {
    this.#worker?.then((worker) => worker.terminate());
    this.#worker = undefined;
  }

  /** Asks the worker; `undefined` if it took too long. One question at a time. */
  async #compare(question: Question): Promise<Compared | undefined> {
    this.#worker ??= startWorker();
    const worker = await this.#worker;
    const reply = await answered(worker, this.#timeLimit, () => worker.postMessage(question));
    if (reply === undefined) {
      this.#worker = undefined;
      await worker.terminate();
      return undefined;
    }
    return reply === "ready" ? undefined : reply;
  }
}

async function startWorker(): Promise<Worker> {
  // The library looks for switches in the environment, which commands may not read; here it finds none.
  const worker = new Worker(new URL("./answer_worker.ts", import.meta.url), { env: {} });
  // A process that has nothing else to do may end.
  worker.unref();
  if (await answered(worker, startLimit, () => {}) === undefined) {
    throw new Error(`The worker that compares answers did not start within ${startLimit / 1000} s`);
  }
  return worker;
}

/** The worker's next message; `undefined` if it failed, or did not come in time. */
function answered(worker: Worker, limit: number, ask: () => void): Promise<Reply | undefined> {
  const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
  const listen = (message: Reply): void => resolve(message);
  const fail = (): void => resolve(undefined);
  const timer = setTimeout(fail, limit);
  worker.once("message", listen);
  worker.once("error", fail);
  ask();
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", listen);
    worker.off("error", fail);
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

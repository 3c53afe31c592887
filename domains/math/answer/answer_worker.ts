/**
 * The worker that compares answers: it can be stopped when a comparison takes too long.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import type { Answer } from "./answer.ts";
import { ExpressionReader } from "./expression.ts";
import { readAnswer } from "./read_answer.ts";
import { sameAnswer } from "./same_answer.ts";

/** A pair of answers to compare. */
export type Question = {
  /** The known-good answer. */
  readonly gold: string;
  /** The other. */
  readonly answer: string;
  /** How far numbers may be off. */
  readonly tolerance: number | readonly number[] | null;
};

/** What the worker found. */
export type Compared = {
  /** Whether the answers are the same. */
  readonly equal: boolean;
  /** Why, in a few words. */
  readonly reason: string;
};

/** What the worker says: that it is there, or what it found. */
export type Reply = "ready" | Compared;

const reader = new ExpressionReader();

function compare({ gold, answer, tolerance }: Question): Compared {
  try {
    const [known, found] = [readAnswer(gold), readAnswer(answer)];
    const equal = sameAnswer(known, found, tolerance === null ? { reader } : { reader, tolerance });
    const [wanted, seen] = [kindOf(known), kindOf(found)];
    if (equal) {
      return { equal, reason: wanted === seen ? `the same ${wanted}` : `${seen} equal to ${wanted}` };
    }
    return { equal, reason: wanted === seen ? `another ${wanted}` : `${seen} instead of ${wanted}` };
  } catch (error) {
    // An answer that cannot be read, whatever the cause, is not the known-good one.
    return {
      equal: false,
      reason: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** What an answer is, in a word. */
function kindOf(answer: Answer): string {
  const [first] = answer.kind === "either" ? answer.readings : [];
  return first === undefined ? words[answer.kind] : kindOf(first);
}

const words: Readonly<Record<Answer["kind"], string>> = {
  number: "number",
  expression: "expression",
  either: "answer",
  text: "text",
  percent: "percentage",
  quantity: "quantity",
  based: "number in a base",
  residue: "residue",
  ratio: "ratio",
  list: "list",
  set: "set",
  tuple: "tuple",
  span: "interval",
  matrix: "matrix",
  relation: "relation",
};

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (question: Question) => reply(compare(question)));
// The first comparison takes longer than all others; it is not to count against a time limit.
compare({ gold: "\\sqrt{8}", answer: "2\\sqrt{2}", tolerance: null });
reply("ready");

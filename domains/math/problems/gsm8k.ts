import type { Problem, ProblemSource } from "./problem.ts";
import { describeProblems } from "./problem_source.ts";
import { once, shippedText } from "./shipped.ts";

/**
 * GSM8K: 7,473 grade school problems in words to train on and 1,319 to hold out, shipped (MIT, see
 * `domains/math/data/gsm8k/SOURCE.md`). Answers are integers; a solution is the data set's own text, with its calculator
 * marks and `####` before the answer.
 *
 * @example
 * ```ts
 * import { gsm8k } from "exitlab/domains/math/problems/gsm8k.ts";
 * import assert from "node:assert/strict";
 *
 * const { train, test } = gsm8k();
 * assert.deepEqual([train.length, test?.length], [7473, 1319]);
 * assert.equal(train[0]?.answer, "72");
 * ```
 */
export function gsm8k(): ProblemSource {
  return read();
}

const read = once(() =>
  describeProblems("gsm8k", readSplit("train"), readSplit("test"), { from: "shipped with exitlab" })
);

function readSplit(split: string): Problem[] {
  return shippedText(`gsm8k/${split}.jsonl`).trimEnd().split("\n").map((line) => {
    const { question, answer }: { readonly question: string; readonly answer: string } = JSON.parse(line);
    const marked = answer.lastIndexOf("####");
    return {
      problem: question,
      answer: answer.slice(marked + 4).trim().replaceAll(",", ""),
      solution: answer,
    };
  });
}

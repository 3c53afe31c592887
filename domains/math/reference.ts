import { lastBox } from "./problems/boxed.ts";
import type { Problem } from "./problems/problem.ts";

/** What stands before the final answer in solutions of GSM8K, and in what is written like it. */
const mark = "####";

/**
 * A known-good response: the worked solution, if it ends in the answer; else the solution, if there is one, and then the
 * answer in a box.
 *
 * @param final The answer to end in. Default the known-good one.
 */
export function referenceOf({ answer, solution = "" }: Problem, final: string = answer): string {
  const box = lastBox(solution);
  if (box !== undefined && solution.slice(box.start, box.end).trim() === answer) {
    return `${solution.slice(0, box.start)}${final}${solution.slice(box.end)}`;
  }
  const marked = solution.lastIndexOf(mark) + mark.length;
  if (
    marked >= mark.length && solution.slice(marked).trim().replaceAll(",", "") === answer.replaceAll(",", "")
  ) {
    return final === answer ? solution : `${solution.slice(0, marked)} ${final}`;
  }
  const boxed = `\\boxed{${final}}`;
  return solution.trim() === "" ? boxed : `${solution.trimEnd()}\n\nThe final answer is ${boxed}.`;
}

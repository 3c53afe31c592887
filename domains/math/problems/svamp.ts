import { contentHash } from "../../../lib/domain/mod.ts";
import type { Problem, ProblemSource } from "./problem.ts";
import { describeProblems } from "./problem_source.ts";
import { once, shippedText } from "./shipped.ts";
import { storyGroups } from "./story_groups.ts";

/** How many of the 1,000 problems are held out. */
const heldOut = 300;

/** Options of `svamp`. */
export interface SvampOptions {
  /**
   * `"stories"`: 700 problems to train on and 300 to hold out, with the variants of one story on one side; `"none"`: all
   * 1,000 without a split, which as `heldOut` of `math()` are the whole benchmark. Default `"stories"`.
   */
  readonly split?: "stories" | "none";
}

/**
 * SVAMP: 1,000 arithmetic problems in words, variations on few stories, shipped (MIT, see
 * `domains/math/data/svamp/SOURCE.md`). Answers are integers; there are no worked solutions. The data set has no split
 * of its own. Ours is fixed, by the hash of the text.
 *
 * @example
 * ```ts
 * import { svamp } from "exitlab/domains/math/problems/svamp.ts";
 * import assert from "node:assert/strict";
 *
 * const { train, test } = svamp();
 * assert.deepEqual([train.length, test?.length], [700, 300]);
 * assert.equal(svamp({ split: "none" }).train.length, 1000);
 * ```
 */
export function svamp({ split = "stories" }: SvampOptions = {}): ProblemSource {
  return split === "none" ? whole() : parted();
}

const from = { from: "shipped with exitlab" };

interface Story {
  readonly body: string;
  readonly problem: Problem;
}

const stories = once((): Story[] => {
  const rows: readonly { readonly Body: string; readonly Question: string; readonly Answer: number }[] = JSON
    .parse(shippedText("svamp/SVAMP.json"));
  return rows.map(({ Body, Question, Answer }) => {
    const body = Body.trim();
    // A body without a full stop is the beginning of the question's sentence: "If he had 4 dollars at the start".
    const join = /[.?!]$/.test(body) ? " " : ", ";
    return { body, problem: { problem: `${body}${join}${Question.trim()}`, answer: String(Answer) } };
  });
});

const whole = once(() => describeProblems("svamp", stories().map(({ problem }) => problem), null, from));

const parted = once(() => {
  const groups = storyGroups(stories(), ({ body }) => body)
    .map((group) => ({ group, hash: contentHash(group.map(({ body }) => body).toSorted()) }))
    .toSorted((a, b) => a.hash < b.hash ? -1 : 1);
  const out = new Set<Story>();
  for (const { group } of groups) {
    if (out.size + group.length <= heldOut) { for (const story of group) out.add(story); }
  }
  const side = (test: boolean): Problem[] =>
    stories().filter((story) => out.has(story) === test).map(({ problem }) => problem);
  return describeProblems("svamp", side(false), side(true), from);
});

import * as v from "valibot";
import { contentHash, type JsonObject, notNegative, parseOptions } from "../../../lib/domain/mod.ts";
import type { Problem, ProblemSource } from "./problem.ts";

/** What `problemSource` makes a source of. */
export interface ProblemLists {
  /** The problems to train on. Default none. */
  readonly train?: readonly Problem[];
  /** The problems to hold out. Default `null`: the problems have no split of their own. */
  readonly test?: readonly Problem[] | null;
  /** Where they came from, for plans; part of a job's hash, so no machine's own paths. Default nothing. */
  readonly from?: JsonObject;
}

const filled = v.pipe(v.string(), v.check((text) => text.trim() !== "", "text that is not blank"));

const problemSchema = v.strictObject({
  problem: filled,
  answer: filled,
  solution: v.exactOptional(v.string()),
  tolerance: v.exactOptional(v.union([notNegative, v.array(notNegative)])),
});

const nameForm = "a short name of letters, digits, dots, dashes and underscores";

/** The name that figures of training problems go under; a benchmark of that name would be taken for one of them. */
const taken = "train";

/** Schema of a source's name. */
export const sourceName: v.GenericSchema<string> = v.pipe(
  v.string(nameForm),
  v.check((name) => /^\w[\w.-]{0,63}$/.test(name), nameForm),
  v.check(
    (name) => name !== taken,
    `a name other than "${taken}", which figures of training problems go under`,
  ),
);

/** The first of several names that a source may have. */
export function defaultName(...names: readonly string[]): string {
  return names.find((name) => name !== "" && name !== taken) ?? "problems";
}

const schema = v.strictObject({
  name: sourceName,
  train: v.optional(v.array(problemSchema), []),
  test: v.optional(v.nullable(v.array(problemSchema)), null),
  from: v.optional(v.record(v.string(), v.any()), {}),
});

/**
 * Problems of your own as a source for `math()`.
 *
 * @param name Short, such as `"algebra"`: part of task ids, and the benchmark that held-out problems are reported as; any but `train`.
 * @throws {UserError} If there are none, one has no text or no answer, or the name is taken.
 *
 * @example
 * ```ts
 * import { problemSource } from "exitlab/domains/math/problems/problem_source.ts";
 * import assert from "node:assert/strict";
 *
 * const source = problemSource("sums", { train: [{ problem: "What is 1 + 2?", answer: "3" }] });
 * assert.equal(source.description.train, 1);
 * assert.throws(() => problemSource("sums", { train: [{ problem: "What is 1 + 2?", answer: " " }] }), /"train.0.answer"/);
 * ```
 */
export function problemSource(name: string, lists: ProblemLists): ProblemSource {
  const { from, train, test } = parseOptions(schema, { ...lists, name }, "problemSource()");
  return describeProblems(name, train, test, from);
}

/** A source of problems that are known to be well formed. */
export function describeProblems(
  name: string,
  train: readonly Problem[],
  test: readonly Problem[] | null,
  from: JsonObject,
): ProblemSource {
  const hash = contentHash([train, test]).slice(0, 16);
  const description = { name, ...from, train: train.length, test: test?.length ?? null, hash };
  return { name, description, train, test };
}

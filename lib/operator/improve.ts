import * as v from "valibot";
import { givenOptions, parseOptions } from "../part.ts";
import type { OperatorPart } from "./operator.ts";
import { wordIteration } from "./wording.ts";

/** The self-improvement operator. */
export interface ImprovePart extends OperatorPart {
  /** Always `"improve"`. */
  readonly kind: "improve";
  /** It works on partial histories. */
  readonly iterates: true;
  /** Without an attempt it has nothing to do. */
  readonly needsAttempts: true;
}

/**
 * Self-improvement (section 4 of arXiv 2509.04575): a start with an attempt asks for a better response. Starts
 * without one, and starts that another operator has already changed, stay as they are.
 *
 * @throws {UserError} If it is given an option: it has none.
 *
 * @example
 * ```ts
 * import { improve } from "exitlab/lib/operator/improve.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const verdict = { quality: 0, solved: false, reward: 0 };
 * const start = { ...rootStart(0, "task", null), attempt: { response: "first", verdict, feedback: null } };
 * assert.equal(improve().transform(start, new Random(1)).mode, "improve");
 * ```
 */
export function improve(options: Record<never, never> = {}): ImprovePart {
  return {
    part: "operator",
    kind: "improve",
    options: parseOptions(v.strictObject({}), options, "improve()"),
    given: givenOptions(options),
    rebuild: (given) => improve(given),
    iterates: true,
    needsAttempts: true,
    transform: (start) =>
      start.attempt !== null && start.mode === "base" ? { ...start, mode: "improve" } : start,
    word: (start, request) => start.mode === "improve" ? wordIteration("improve", request) : undefined,
  };
}

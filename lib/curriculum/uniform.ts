import * as v from "valibot";
import { givenOptions, parseOptions } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { rootCurriculum } from "./root_curriculum.ts";

/** The curriculum of plain GRPO. */
export interface UniformPart extends CurriculumPart {
  /** Always `"uniform"`. */
  readonly kind: "uniform";
  /** It starts from root tasks alone. */
  readonly histories: false;
  /** Every response is a first attempt. */
  readonly longestChain: 1;
}

/**
 * Every start is a root task, each equally likely; the same root comes only once in a batch where there are enough.
 * An endless training source gives a fresh task each time.
 *
 * @throws {UserError} If it is given an option: it has none.
 *
 * @example
 * ```ts
 * import { uniform } from "exitlab/lib/curriculum/uniform.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const roots = { size: 3, at: (index: number) => rootStart(index, `task ${index}`, null) };
 * const curriculum = uniform().create({ roots, random: new Random(1, "curriculum"), iterates: false });
 * assert.deepEqual(curriculum.next(3).map(({ task }) => task).toSorted(), [0, 1, 2]);
 * ```
 */
export function uniform(options: Record<never, never> = {}): UniformPart {
  return {
    part: "curriculum",
    kind: "uniform",
    options: parseOptions(v.strictObject({}), options, "uniform()"),
    given: givenOptions(options),
    rebuild: (given) => uniform(given),
    histories: false,
    longestChain: 1,
    create: (context) => rootCurriculum(context, 0),
  };
}

import { errorMessage } from "../errors.ts";
import { denialFix, denialOf } from "./denial.ts";
import type { Cause } from "./finding.ts";

/** What the engine says where a frozen object is changed. */
const frozen = /^Cannot (assign to read only|add|delete|define|redefine) property|object is not extensible$/;

/** What an error that a domain threw tells of it: access that it lacks, or input that it changed. */
export function explainThrown(error: unknown): Cause | undefined {
  const denial = denialOf(error);
  if (denial !== undefined) {
    const { kind, what } = denial;
    return {
      check: "permissions",
      what: `needs ${kind} access${what === null ? "" : ` to "${what}"`}, which the domain does not declare`,
      fix: denialFix(denial),
    };
  }
  if (error instanceof TypeError && frozen.test(errorMessage(error))) {
    return {
      check: "pure",
      what: `changes the task, state or attempt that it is given ("${errorMessage(error)}")`,
      fix: "Return a changed copy instead, such as { ...state, turn: state.turn + 1 } or list.toSorted()",
    };
  }
  return undefined;
}

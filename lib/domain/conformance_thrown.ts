import { errorMessage } from "../errors.ts";
import { WrongShape } from "./conformance_shape.ts";
import { type Denial, denialFix, denialOf } from "./denial.ts";
import type { DomainPermissions } from "./domain.ts";
import type { Cause } from "./finding.ts";

/** What the engine says where a frozen object is changed. */
const frozen = /^Cannot (assign to read only|add|delete|define|redefine) property|object is not extensible$/;

/** What an error that a domain threw tells of it: access that it lacks, a form that is not kept, or input that it changed. */
export function explainThrown(error: unknown, permissions: DomainPermissions = {}): Cause | undefined {
  const denial = denialOf(error);
  if (denial !== undefined) {
    const { kind, what } = denial;
    if (what !== null && isDeclared(denial, permissions)) {
      return {
        check: "permissions",
        what: `needs ${kind} access to "${what}", which the domain declares and this process may not have`,
        fix: `Allow it where the domain is checked: deno test --allow-read --allow-${kind}=${what}`,
      };
    }
    return {
      check: "permissions",
      what: `needs ${kind} access${what === null ? "" : ` to "${what}"`}, which the domain does not declare`,
      fix: denialFix(denial),
    };
  }
  if (error instanceof WrongShape) return { check: "shape", what: error.message, fix: error.fix };
  if (error instanceof TypeError && frozen.test(errorMessage(error))) {
    return {
      check: "pure",
      what: `changes the task, state or attempt that it is given ("${errorMessage(error)}")`,
      fix: "Return a changed copy instead, such as { ...state, turn: state.turn + 1 } or list.toSorted()",
    };
  }
  return undefined;
}

/** Whether a domain declares what it was refused: itself, a folder that it lies in, or its host with any port. */
function isDeclared({ kind, what }: Denial, { read, net, run }: DomainPermissions): boolean {
  const declared = { read, net, run }[kind] ?? [];
  return declared.some((one) =>
    what === one || what?.startsWith(`${one}${kind === "net" ? ":" : "/"}`) === true
  );
}

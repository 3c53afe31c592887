import type { CurriculumPart } from "../curriculum/curriculum.ts";
import type { Domain } from "../domain/domain.ts";
import type { PolicyPart } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { OperatorPart } from "../operator/operator.ts";
import type { Part, Role } from "../part.ts";

/** The part that plays each role. */
export interface RoleParts {
  /** Where tasks and verdicts come from. */
  readonly domain: Domain;
  /** The model. */
  readonly policy: PolicyPart;
  /** Advantages and loss. */
  readonly objective: ObjectivePart;
  /** Decides the starts. */
  readonly curriculum: CurriculumPart;
  /** Changes what the policy is asked. */
  readonly operator: OperatorPart;
}

const examples: Readonly<Record<Role, string>> = {
  domain: "sudoku()",
  policy: "tinyTransformer()",
  objective: "grpo()",
  curriculum: "exit()",
  operator: "improve()",
};

/**
 * The value as the part that a role asks for.
 *
 * @param path Where the value stands in the experiment, such as `"arms.exit.curriculum"`.
 * @throws {UserError} If it is not a part of that role.
 */
export function expectRole<Name extends Role>(role: Name, value: unknown, path: string): RoleParts[Name] {
  if (playsRole(role, value)) return value;
  const article = /^[aeiou]/.test(role) ? "an" : "a";
  throw new UserError(
    `Expected "${path}" to be ${article} ${role} such as ${examples[role]} but found ${describe(value)}`,
  );
}

/** The name of the function that makes a part: kinds are written with dashes, functions in camel case. */
export function factoryName(kind: string): string {
  if (kind.startsWith("custom-")) return `promptOperator "${kind.slice("custom-".length)}"`;
  return `${kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}()`;
}

/** Whether a value is a part of that role. */
export function playsRole<Name extends Role>(role: Name, value: unknown): value is RoleParts[Name] {
  return isPart(value) && value.part === role;
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && "part" in value && "kind" in value &&
    "options" in value && "given" in value && "rebuild" in value;
}

function describe(value: unknown): string {
  if (isPart(value)) return `the ${value.part} ${factoryName(value.kind)}`;
  if (typeof value === "function") {
    return value.name === "" ? "a function" : `the function ${value.name} (write ${value.name}())`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  return value !== null && typeof value === "object" ? "another object" : String(value);
}

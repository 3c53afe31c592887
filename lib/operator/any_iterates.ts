import type { OperatorPart } from "./operator.ts";

/** Whether one of the operators works on partial histories, as a curriculum is told. */
export function anyIterates(operators: readonly Pick<OperatorPart, "iterates">[]): boolean {
  return operators.some(({ iterates }) => iterates);
}

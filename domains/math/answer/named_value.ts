import type { Answer } from "./answer.ts";
import type { Of } from "./comparison.ts";
import { hasUnknowns, isValueName } from "./value_name.ts";

/** What a relation names and the value that it gives it; `undefined` if it does not say what something is. */
export function nameAndValue(
  { sides, signs }: Of<"relation">,
): { readonly name: string; readonly value: Answer } | undefined {
  // What is about equal to a value is beside the point when the value is there.
  const about = signs.indexOf("\\approx");
  const [first, last] = [sides[0], about > 0 ? sides[about] : sides.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (signs.some((sign) => sign !== "=" && sign !== "\\approx" && sign !== "\\equiv")) return undefined;
  // A calculation names nothing: its end is its value only if it has no unknowns.
  const isNamed = first.text === "" || !hasUnknowns(first.text) && !hasUnknowns(last.text) ||
    isValueName(first.text);
  if (isNamed) return { name: first.text, value: last.answer };
  return isValueName(last.text) ? { name: last.text, value: first.answer } : undefined;
}

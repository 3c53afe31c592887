import type { Answer, Side } from "./answer.ts";
import type { Of } from "./comparison.ts";
import { isUnknown } from "./spans.ts";

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
  const calculation = first.text !== "" && !hasLetters(first.text);
  if (isName(first) && !(calculation && hasLetters(last.text))) {
    return { name: first.text, value: last.answer };
  }
  if (isUnknown(last.text)) return { name: last.text, value: first.answer };
  return undefined;
}

/** Whether a side names something: no sum of unknowns, or a calculation of numbers alone. */
function isName({ text }: Side): boolean {
  if (text === "") return true;
  return !hasLetters(text) || !/(?<=[\w)}\s])[-+](?![^{(]*[)}])/.test(text);
}

function hasLetters(text: string): boolean {
  return /[a-zA-Z]/.test(text.replaceAll(/\\[a-zA-Z]+/g, ""));
}

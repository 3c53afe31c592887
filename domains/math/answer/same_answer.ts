/**
 * Whether two answers are the same. Both play the same part: which of them is the known-good one does not matter.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { Comparison } from "./comparison.ts";
import { sameCollection } from "./same_collection.ts";
import { sameBased, samePercent, sameQuantity, sameRatio, sameResidue } from "./same_measure.ts";
import { sameRelation } from "./same_relation.ts";
import { sameText } from "./same_text.ts";
import { isValue, sameValue } from "./same_value.ts";
import { fullWork } from "./work.ts";

/** Whether two answers are the same. */
export function sameAnswer(a: Answer, b: Answer, by: Omit<Comparison, "same" | "work">): boolean {
  return compare(a, b, { ...by, work: fullWork(), same: compare });
}

function compare(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "either") return a.readings.some((reading) => compare(reading, b, by));
  if (b.kind === "either") return b.readings.some((reading) => compare(a, reading, by));
  const [first, second] = [unwrapped(a), unwrapped(b)];
  if (first !== a || second !== b) return compare(first, second, by);
  if (a.kind === "relation" || b.kind === "relation") return sameRelation(a, b, by);
  if (a.kind === "quantity" || b.kind === "quantity") return sameQuantity(a, b, by);
  if (a.kind === "percent" || b.kind === "percent") return samePercent(a, b, by);
  if (a.kind === "based" || b.kind === "based") return sameBased(a, b);
  if (a.kind === "residue" || b.kind === "residue") return sameResidue(a, b, by);
  if (a.kind === "text" || b.kind === "text") return sameText(a, b);
  if (a.kind === "ratio" || b.kind === "ratio") return sameRatio(a, b, by);
  if (isValue(a) && isValue(b)) return sameValue(a, b, by);
  return sameCollection(a, b, by);
}

/** One answer in a list or set of its own is that answer. */
function unwrapped(answer: Answer): Answer {
  const [only, ...more] = answer.kind === "list" || answer.kind === "set" ? answer.items : [];
  return only !== undefined && more.length === 0 ? only : answer;
}

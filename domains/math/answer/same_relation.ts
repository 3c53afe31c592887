/**
 * Whether two relations are the same, or a relation says what a value without one is.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import { bareText, type Comparison, type Of } from "./comparison.ts";
import { nameAndValue } from "./named_value.ts";
import { proportional } from "./same_expression.ts";
import { pieces } from "./scan.ts";
import { sameSpan } from "./same_span.ts";
import { subjectOf, toSpan } from "./spans.ts";

type Relation = Of<"relation">;

/** Whether two answers, one of them a relation at least, say the same. */
export function sameRelation(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "relation" && b.kind === "relation") return sameRelations(a, b, by);
  const [relation, other] = a.kind === "relation" ? [a, b] : [b, a];
  if (relation.kind !== "relation") return false;
  const swap = a.kind !== "relation";
  const compare = (value: Answer): boolean => swap ? by.same(other, value, by) : by.same(value, other, by);
  const parts = nameAndValue(relation);
  if (parts !== undefined) return compare(parts.value);
  const span = toSpan(relation);
  return span !== undefined && toSpan(other) !== undefined && sameSpan(span, other, by);
}

function sameRelations(a: Relation, b: Relation, by: Comparison): boolean {
  if (asText(a) === asText(b)) return true;
  const [x, y] = [nameAndValue(a), nameAndValue(b)];
  if (x !== undefined && y !== undefined && isSameName(x.name, y.name)) {
    const [p, q] = [argumentOf(x.name), argumentOf(y.name)];
    const [one, two] = p === undefined || q === undefined || p === q
      ? [x.value, y.value]
      : [renamed(x.value, p), renamed(y.value, q)];
    if (one !== undefined && two !== undefined && by.same(one, two, by)) return true;
    // f(x) = 2t is no equation that f(t) = 2t could be a multiple of.
    if (p !== q) return false;
  }
  const [one, two] = [toSpan(a), toSpan(b)];
  if (one !== undefined && two !== undefined && subjectOf(a) === subjectOf(b) && sameSpan(one, two, by)) {
    return true;
  }
  return sameByDifference(a, b, by);
}

/** The same name, or functions whose argument has another name; a calculation is no name. */
function isSameName(a: string, b: string): boolean {
  const [x, y] = [bareText(a), bareText(b)];
  if (x === y || x === "" || y === "") return true;
  if (!/[a-zA-Z]/.test(x) || !/[a-zA-Z]/.test(y)) return true;
  const call = /^([a-zA-Z]\w*)\([a-zA-Z]\)$/;
  const [, f] = call.exec(x) ?? [];
  const [, g] = call.exec(y) ?? [];
  return f !== undefined && f === g;
}

/** The variable that a function is called with. */
function argumentOf(name: string): string | undefined {
  return /^[a-zA-Z]\w*\(([a-zA-Z])\)$/.exec(bareText(name))?.[1];
}

/** What nobody calls a variable. */
const placeholder = "\\Xi ";

/** A value in which a variable has another name; `undefined` if that cannot be told of its kind. */
function renamed(answer: Answer, variable: string): Answer | undefined {
  if (answer.kind === "number") return answer;
  const readings = answer.kind === "either" ? answer.readings : [answer];
  const read = readings.find(({ kind }) => kind === "expression");
  return read?.kind !== "expression" ? undefined : {
    kind: "expression",
    latex: pieces(read.latex).map(({ text }) => text === variable ? placeholder : text).join(""),
  };
}

/** Inequalities seen from the other side. */
const turn: Readonly<Record<string, string>> = { "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" };

/** Equations and inequalities by the difference of their sides: one a multiple of the other. */
function sameByDifference(a: Relation, b: Relation, by: Comparison): boolean {
  const [p, q] = [differenceOf(a), differenceOf(b)];
  const [sign, other] = [a.signs[0], b.signs[0]];
  if (p === undefined || q === undefined || sign === undefined || other === undefined) return false;
  const direction = proportional(by, p, q);
  if (direction === undefined) return false;
  if (sign === "=" || sign === "\\ne") return sign === other;
  if (turn[sign] === undefined) return false;
  return direction === "up" ? sign === other : turn[sign] === other;
}

/** The difference of the two sides of a relation, as LaTeX. */
function differenceOf({ sides, signs }: Relation): string | undefined {
  const [left, right] = sides;
  if (left === undefined || right === undefined || signs.length !== 1 || left.text === "") return undefined;
  return `(${left.text})-(${right.text})`;
}

/** A relation as it is written. */
function asText({ sides, signs }: Relation): string {
  return sides.map(({ text }, at) => `${bareText(text)}${signs[at] ?? ""}`).join("");
}

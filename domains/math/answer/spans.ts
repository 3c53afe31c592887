/**
 * Answers as pieces of the real line: intervals, unions, inequalities, ℝ without some points.
 *
 * @module
 */
import type { Answer, Interval, Sign } from "./answer.ts";

/** A union of intervals and single points. */
export type Span = Extract<Answer, { readonly kind: "span" }>;

/** ∞ as the end of an interval. */
const infinity: Answer = { kind: "expression", latex: "\\infty" };
/** −∞ as the end of an interval. */
const minusInfinity: Answer = { kind: "expression", latex: "-\\infty" };

/** All real numbers. */
export const realLine: Span = span([interval(minusInfinity, false, infinity, false)]);

/** A span of intervals and points. */
export function span(intervals: readonly Interval[], points: readonly Answer[] = []): Span {
  return { kind: "span", intervals, points };
}

/** An interval by its ends. */
export function interval(from: Answer, fromClosed: boolean, to: Answer, toClosed: boolean): Interval {
  return { from, fromClosed, to, toClosed };
}

/** An answer as a span, if it can be one: an interval, a set of points beside intervals, ℝ, an inequality. */
export function toSpan(answer: Answer): Span | undefined {
  switch (answer.kind) {
    case "span":
      return answer;
    case "tuple": {
      const [from, to, ...more] = answer.items;
      if (from === undefined || to === undefined || more.length > 0) return undefined;
      if (!/^[([]$/.test(answer.open) || !/^[)\]]$/.test(answer.close)) return undefined;
      return span([interval(from, answer.open === "[", to, answer.close === "]")]);
    }
    case "set":
      return span([], answer.items);
    case "list":
      return listSpan(answer);
    case "relation":
      return relationSpan(answer);
    case "expression":
      return answer.latex === "\\mathbb{R}" ? realLine : undefined;
    default:
      return undefined;
  }
}

/** What two spans have together. */
export function union(spans: readonly Span[]): Span {
  return span(spans.flatMap(({ intervals }) => intervals), spans.flatMap(({ points }) => points));
}

/** Inequalities of one unknown: united, or where an "and" binds two half-lines, what they have in common. */
function listSpan({ items, all }: Extract<Answer, { kind: "list" }>): Span | undefined {
  const spans = items.map(toSpan);
  const known = spans.filter((each) => each !== undefined);
  if (known.length !== spans.length) return undefined;
  const subjects = items.map((item) => item.kind === "relation" ? subjectOf(item) : "");
  if (new Set(subjects).size > 1) return undefined;
  const [first, second] = known.map(({ intervals }) => intervals.length === 1 ? intervals[0] : undefined);
  if (all && known.length === 2 && first !== undefined && second !== undefined) {
    if (first.from === minusInfinity && second.to === infinity) {
      return span([interval(second.from, second.fromClosed, first.to, first.toClosed)]);
    }
    if (second.from === minusInfinity && first.to === infinity) {
      return span([interval(first.from, first.fromClosed, second.to, second.toClosed)]);
    }
  }
  return union(known);
}

type Relation = Extract<Answer, { kind: "relation" }>;

const upward: ReadonlySet<Sign> = new Set(["<", "\\le"]);
const downward: ReadonlySet<Sign> = new Set([">", "\\ge"]);
const unknown = /^(?:\|\s*[a-zA-Z]\s*\||\\?[a-zA-Z]+(?:_\{?\w+\}?)?(?:\s*\([^()]*\))?)$/;

/** Whether a side names what a relation is about: a variable, `f(x)`, `|z|`. */
function isUnknown(text: string): boolean {
  return unknown.test(text) && !/^\\(?:pi|infty|emptyset)$|^e$/.test(text);
}

/** What a relation is about; `""` if that cannot be told. */
export function subjectOf({ sides }: Relation): string {
  const [first, second, third] = sides;
  if (sides.length === 3 && second !== undefined && third !== undefined) {
    return isUnknown(second.text) ? bare(second.text) : "";
  }
  return bare([first, second].find((side) => side !== undefined && isUnknown(side.text))?.text ?? "");
}

/** What is about |x| is about x. */
function bare(subject: string): string {
  return subject.replaceAll(/[|\s]/g, "");
}

function relationSpan(relation: Relation): Span | undefined {
  const { sides, signs } = relation;
  const [left, right, last] = sides;
  const [sign, nextSign] = signs;
  if (left === undefined || right === undefined || sign === undefined) return undefined;
  if (sign === "\\in" && sides.length === 2) return toSpan(right.answer);
  if (sign === "=" && sides.length === 2 && isUnknown(left.text)) {
    const values = right.answer.kind === "list" ? right.answer.items : [right.answer];
    return span([], left.text.startsWith("|") ? values.flatMap((each) => [each, opposite(each)]) : values);
  }
  if (sides.length === 3 && last !== undefined && nextSign !== undefined) {
    if (!isUnknown(right.text)) return undefined;
    const rising = upward.has(sign) && upward.has(nextSign);
    const falling = downward.has(sign) && downward.has(nextSign);
    if (!rising && !falling) return undefined;
    const [low, high] = rising ? [left, last] : [last, left];
    const [lowSign, highSign] = rising ? [sign, nextSign] : [nextSign, sign];
    const between = interval(low.answer, isClosed(lowSign), high.answer, isClosed(highSign));
    return right.text.startsWith("|") ? mirrored(between) : span([between]);
  }
  if (sides.length !== 2) return undefined;
  if (isUnknown(left.text)) return halfLine(sign, right.answer, left.text.startsWith("|"));
  if (isUnknown(right.text)) return halfLine(turned(sign), left.answer, right.text.startsWith("|"));
  return undefined;
}

/** What `x sign bound` says of x, or of |x|. */
function halfLine(sign: Sign, bound: Answer, size: boolean): Span | undefined {
  if (upward.has(sign)) {
    const closed = isClosed(sign);
    return span([interval(size ? opposite(bound) : minusInfinity, size && closed, bound, closed)]);
  }
  if (downward.has(sign)) {
    const above = interval(bound, isClosed(sign), infinity, false);
    return size ? mirrored(above) : span([above]);
  }
  if (sign !== "\\ne" || size) return undefined;
  const without = bound.kind === "list" ? bound.items : [bound];
  return realWithout(without);
}

/** ℝ without some points; one or more, in rising order if there are several. */
export function realWithout(points: readonly Answer[]): Span {
  const ends = [minusInfinity, ...points, infinity];
  return span(points.concat(infinity).map((to, at) => interval(ends[at] ?? minusInfinity, false, to, false)));
}

function mirrored({ from, fromClosed, to, toClosed }: Interval): Span {
  const upper = interval(from, fromClosed, to, toClosed);
  const lower = interval(
    to === infinity ? minusInfinity : opposite(to),
    toClosed,
    opposite(from),
    fromClosed,
  );
  return span([lower, upper]);
}

function opposite(answer: Answer): Answer {
  if (answer.kind === "number") {
    const { top, bottom } = answer.value;
    return { ...answer, value: { top: -top, bottom } };
  }
  return answer.kind === "expression" ? { kind: "expression", latex: `-(${answer.latex})` } : answer;
}

function isClosed(sign: Sign): boolean {
  return sign === "\\le" || sign === "\\ge";
}

function turned(sign: Sign): Sign {
  const turn: Partial<Record<Sign, Sign>> = { "<": ">", "\\le": "\\ge", ">": "<", "\\ge": "\\le" };
  return turn[sign] ?? sign;
}

import type { Answer, Interval } from "./answer.ts";
import { type Comparison, covers, type Of } from "./comparison.ts";
import { toNumber } from "./rational.ts";
import { valueOf } from "./same_value.ts";
import { toSpan } from "./spans.ts";

/** Whether two answers are the same part of the real line. */
export function sameSpan(a: Answer, b: Answer, by: Comparison): boolean {
  const [x, y] = [toSpan(a), toSpan(b)];
  if (x === undefined || y === undefined) return false;
  const [one, two] = [joined(x, by), joined(y, by)];
  const sameEnds = (p: Interval, q: Interval): boolean =>
    p.fromClosed === q.fromClosed && p.toClosed === q.toClosed && by.same(p.from, q.from, by) &&
    by.same(p.to, q.to, by);
  return covers(one.intervals, two.intervals, sameEnds) &&
    covers(one.points, two.points, (p, q) => by.same(p, q, by));
}

/** Intervals in rising order, those that touch made one; as they are where an end is no constant. */
function joined(span: Of<"span">, by: Comparison): Of<"span"> {
  const ends = span.intervals.map((each) => ({
    each,
    from: endValue(each.from, by),
    to: endValue(each.to, by),
  }));
  if (ends.some(({ from, to }) => from === undefined || to === undefined)) return span;
  const sorted = ends.toSorted((p, q) => (p.from ?? 0) - (q.from ?? 0));
  const result: typeof ends = [];
  for (const next of sorted) {
    const last = result.at(-1);
    const touch = last?.to !== undefined && next.from !== undefined &&
      (next.from < last.to || (next.from === last.to && (next.each.fromClosed || last.each.toClosed)));
    if (last === undefined || !touch) result.push(next);
    else if ((next.to ?? 0) > (last.to ?? 0)) {
      result[result.length - 1] = {
        ...last,
        each: { ...last.each, to: next.each.to, toClosed: next.each.toClosed },
        to: next.to,
      };
    }
  }
  return { ...span, intervals: result.map(({ each }) => each) };
}

/** An end of an interval as a double; `undefined` if it is no constant. */
function endValue(end: Answer, by: Comparison): number | undefined {
  if (end.kind === "number") return toNumber(end.value);
  if (end.kind !== "expression") return undefined;
  if (/^-\s*\\infty$/.test(end.latex)) return -Infinity;
  if (/^\\infty$/.test(end.latex)) return Infinity;
  const value = valueOf(end, by);
  return value && toNumber(value);
}

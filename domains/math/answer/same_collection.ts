/**
 * Whether two collections are the same: lists, sets, tuples, matrices, spans.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import { bareText, type Comparison, covers, itemTolerance, type Of, sameItem } from "./comparison.ts";
import { nameAndValue } from "./named_value.ts";
import { sameSpan } from "./same_span.ts";
import { toSpan } from "./spans.ts";

/** Whether two lists, sets, tuples, spans or matrices are the same. */
export function sameCollection(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "matrix" || b.kind === "matrix") return sameMatrix(a, b, by);
  if (a.kind === "span" || b.kind === "span") return sameSpan(a, b, by);
  if (a.kind === "tuple" && b.kind === "tuple") {
    const pair = a.items.length === 2;
    const brackets = !pair ||
      (isSquare(a.open) === isSquare(b.open) && isSquare(a.close) === isSquare(b.close));
    return brackets && inOrder(a.items, b.items, by);
  }
  if (a.kind === "tuple" || b.kind === "tuple") {
    const [tuple, other] = a.kind === "tuple" ? [a, b] : [b, a];
    if (tuple.kind !== "tuple") return false;
    const [first, second] = [itemsOf(a), itemsOf(b)];
    // Without brackets, what is listed may be meant in its order; in braces it is not.
    if (other.kind === "list" && (inOrder(first, second, by) || namedInOrder(other, tuple, by))) return true;
    if ((toSpan(other)?.intervals.length ?? 0) > 0) return sameSpan(a, b, by);
    const [only, ...more] = tuple.items;
    return only !== undefined && more.length === 0 && by.same(only, other, by);
  }
  if (isPlural(a) && isPlural(b)) return samePlural(a, b, by);
  // Several answers beside one are that one if they are all the same.
  const [plural, single] = isPlural(a) ? [a, b] : [b, a];
  return isPlural(plural) && plural.items.length > 0 &&
    plural.items.every((item) => by.same(item, single, by));
}

function isSquare(bracket: string): boolean {
  return bracket === "[" || bracket === "]";
}

function itemsOf(answer: Answer): readonly Answer[] {
  return answer.kind === "tuple" || isPlural(answer) ? answer.items : [];
}

/** Whether an answer is a list or a set. */
function isPlural(answer: Answer): answer is Of<"list"> | Of<"set"> {
  return answer.kind === "list" || answer.kind === "set";
}

/** The same items in the same order. */
function inOrder(a: readonly Answer[], b: readonly Answer[], by: Comparison): boolean {
  return a.length === b.length && a.every((item, at) => sameItem(item, b[at], itemTolerance(by, at)));
}

/** The most items that are compared each with each. */
const mostItems = 64;

/** The same items in any order; repetition does not matter. */
function samePlural(a: Of<"list"> | Of<"set">, b: Of<"list"> | Of<"set">, by: Comparison): boolean {
  const inTurn = a.items.length > mostItems || b.items.length > mostItems ||
    a.items.some(isEllipsis) || b.items.some(isEllipsis);
  if (inTurn) return inOrder(a.items, b.items, by);
  const [x, y] = [named(a), named(b)];
  if (x !== undefined && y === undefined) return valuesOfNames(x, b, by);
  if (y !== undefined && x === undefined) return valuesOfNames(y, a, by);
  const [one, two] = [toSpan(a), toSpan(b)];
  const spans = one !== undefined && two !== undefined && one.intervals.length + two.intervals.length > 0;
  if (spans && a.items.every(({ kind }) => kind !== "tuple")) return sameSpan(one, two, by);
  return covers(
    a.items.flatMap(alternatives),
    b.items.flatMap(alternatives),
    (p, q, at) => by.same(p, q, itemTolerance(by, at)),
  );
}

/** Whether an item stands for others, which follow from those around it. */
function isEllipsis(item: Answer): boolean {
  return item.kind === "expression" && item.latex === "\\dots";
}

/** Names and their values, if all items are equations of a name and a value. */
function named(
  { items }: Of<"list"> | Of<"set">,
): readonly (readonly [name: string, value: Answer])[] | undefined {
  const pairs = items.flatMap((item): [string, Answer][] => {
    const parts = item.kind === "relation" ? nameAndValue(item) : undefined;
    return parts === undefined ? [] : [[bareText(parts.name), parts.value]];
  });
  return pairs.length === items.length && items.length > 0 ? pairs : undefined;
}

/** Values with names beside values without: in any order if all have one name, else in order. */
function valuesOfNames(
  pairs: readonly (readonly [name: string, value: Answer])[],
  other: Of<"list"> | Of<"set">,
  by: Comparison,
): boolean {
  const values = pairs.map(([, value]) => value);
  const sameName = new Set(pairs.map(([name]) => stem(name))).size === 1;
  if (sameName || other.kind === "set") {
    return covers(
      values.flatMap(alternatives),
      other.items.flatMap(alternatives),
      (p, q) => by.same(p, q, by),
    );
  }
  return inOrder(values, other.items, by);
}

/** A name without its index: `x_1` and `x_2` are roots of one equation. */
function stem(name: string): string {
  return name.replace(/_?\d+$|_\w$/, "").replace(/\(.*\)$/, "");
}

/** What a value may be: several where it is a list. */
function alternatives(answer: Answer): readonly Answer[] {
  return isPlural(answer) && named(answer) === undefined ? answer.items : [answer];
}

/** `y = 2, x = 1` beside `(1, 2)`: by the order of the names. */
function namedInOrder(list: Of<"list">, tuple: Of<"tuple">, by: Comparison): boolean {
  const pairs = named(list);
  if (pairs === undefined) return false;
  const values = (order: typeof pairs): Answer[] => order.map(([, value]) => value);
  const sorted = pairs.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return inOrder(values(pairs), tuple.items, by) || inOrder(values(sorted), tuple.items, by);
}

/** Elementwise; a single row or column beside a tuple is a vector. */
function sameMatrix(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "matrix" && b.kind === "matrix") {
    return a.rows.length === b.rows.length && a.rows.every((row, at) => inOrder(row, b.rows[at] ?? [], by));
  }
  const [matrix, other] = a.kind === "matrix" ? [a, b] : [b, a];
  if (matrix.kind !== "matrix" || other.kind !== "tuple") return false;
  const vector = matrix.rows.length === 1 || matrix.rows.every(({ length }) => length === 1);
  return vector && inOrder(matrix.rows.flat(), other.items, by);
}

import { PyOpaque, type PyValue } from "./value.ts";

/** Python's `==`: `1`, `1.0` and `True` are equal, the order of a dict's keys does not matter. */
export function equal(left: PyValue, right: PyValue): boolean {
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) {
    // Abstract equality compares an int and a float by value, without loss.
    // deno-lint-ignore eqeqeq
    return leftNumber == rightNumber;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null));
  }
  if (left instanceof Map && right instanceof Map) {
    return left.size === right.size && [...left].every(([key, item]) => {
      const other = right.get(key);
      return other !== undefined && equal(item, other);
    });
  }
  if (left instanceof Set && right instanceof Set) {
    return left.size === right.size && [...left].every((key) => right.has(key));
  }
  if (left instanceof PyOpaque && right instanceof PyOpaque) return left.text === right.text;
  return left === right;
}

function numberOf(value: PyValue): bigint | number | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "bigint" || typeof value === "number" ? value : undefined;
}

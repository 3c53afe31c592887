/**
 * How figures are written.
 *
 * @module
 */

/** What is written where there is no figure. */
export const nothing = "–";

/** A share or a mean with three decimals. */
export function share(value: number | null): string {
  return value === null || !Number.isFinite(value) ? nothing : value.toFixed(3).replace(/^-(0\.0+)$/, "$1");
}

/**
 * A difference, always with its sign.
 *
 * @example
 * ```ts
 * import { change } from "exitlab/lib/report/figures.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0.1, -0.25, 0, -0.0001].map(change), ["+0.100", "-0.250", "+0.000", "+0.000"]);
 * ```
 */
export function change(value: number | null): string {
  const text = share(value);
  return text === nothing || text.startsWith("-") ? text : `+${text}`;
}

/** A value with the ends of its interval. */
export function withInterval(
  value: { readonly mean: number; readonly low: number | null; readonly high: number | null } | null,
  write: (value: number | null) => string,
): string {
  if (value === null) return nothing;
  const { mean, low, high } = value;
  return low === null || high === null ? write(mean) : `${write(mean)} [${write(low)}, ${write(high)}]`;
}

/** A value with its standard error. */
export function withError(
  { mean, standardError }: { readonly mean: number; readonly standardError: number | null },
  write: (value: number | null) => string,
): string {
  return standardError === null ? write(mean) : `${write(mean)} ± ${share(standardError)}`;
}

/** A mean of counts: whole, or with one decimal if it is small and not whole. */
export function count(value: number | null): string {
  if (value === null) return nothing;
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * A large number in four significant places, such as `1.003M`.
 *
 * @example
 * ```ts
 * import { compact } from "exitlab/lib/report/figures.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1_000_081, 58_880, 12].map(compact), ["1.000M", "58.88K", "12"]);
 * ```
 */
export function compact(value: number | null): string {
  if (value === null || Math.abs(value) < 1000) return count(value);
  return value.toLocaleString("en", {
    notation: "compact",
    minimumSignificantDigits: 4,
    maximumSignificantDigits: 4,
  });
}

/** A number of things by name. */
export function plural(amount: number, noun: string): string {
  return `${count(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/**
 * What a mean over tasks is over, where they are of several benchmarks.
 *
 * @param benchmarks How many; 0 and 1 need no word.
 */
export function macroCaption(benchmarks: number): string {
  return benchmarks < 2 ? "" : `, macro-average over ${benchmarks} benchmarks`;
}

/** A share in per cent. */
export function percent(value: number | null): string {
  return value === null || !Number.isFinite(value) ? nothing : `${(100 * value).toFixed(0)} %`;
}

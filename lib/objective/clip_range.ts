import * as v from "valibot";

/** How far the ratio ρ may leave 1 before it stops paying: the interval [1 − low, 1 + high]. */
export type ClipRange = {
  /** In [0, 1]. */
  readonly low: number;
  /** At least 0. */
  readonly high: number;
};

/** A clip range in short: one number for both sides, or one side alone, which leaves the other as it is. */
export type ClipInput = number | Partial<ClipRange>;

const wanted = "a number in [0, 1], or { low, high } with low in [0, 1] and high of at least 0";

/** Schema of a clip range. */
export function clipRange(usual: ClipRange): v.GenericSchema<unknown, ClipRange> {
  return v.optional(
    v.pipe(
      v.union([
        v.number(),
        v.strictObject({ low: v.optional(v.number(), usual.low), high: v.optional(v.number(), usual.high) }),
      ], wanted),
      v.transform((clip) => typeof clip === "number" ? { low: clip, high: clip } : clip),
      v.check(({ low, high }) => low >= 0 && low <= 1 && high >= 0 && Number.isFinite(high), wanted),
    ),
    usual,
  );
}

/** Whether a ratio has left the interval in the direction that the advantage rewards. */
export function isClipped(ratio: number, advantage: number, { low, high }: ClipRange): boolean {
  return advantage > 0 ? ratio > 1 + high : advantage < 0 && ratio < 1 - low;
}

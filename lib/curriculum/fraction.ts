import type { Random } from "../random.ts";

/** A number in [0, 1) with 53 random bits: the 32 of `Random.next` are too few to draw from a million weights. */
export function fraction(random: Random): number {
  return ((random.bits() >>> 5) * 2 ** 26 + (random.bits() >>> 6)) / 2 ** 53;
}

import { exact, nearest } from "./rational.ts";

/** A float with a number of decimal places, from 0 to 100, as `f"{value:.2f}"`: the nearest decimal; of two, the even one. */
export function fixed(value: number, places: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const { numerator, denominator } = exact(Math.abs(value));
  const digits = nearest({ numerator: numerator * 10n ** BigInt(places), denominator });
  const text = String(digits).padStart(places + 1, "0");
  const [whole, part] = [text.slice(0, text.length - places), text.slice(text.length - places)];
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + (places === 0 ? whole : `${whole}.${part}`);
}

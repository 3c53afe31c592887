/**
 * Units of measure and currencies: which are the same kind, and how many of one make another.
 *
 * @module
 */
import { divide, multiply, type Rational, rational } from "./rational.ts";

/** What a unit measures and how large it is. */
export interface Unit {
  /** What it measures, such as `"length^2"`; equal for units that can be converted. */
  readonly dimension: string;
  /** Its size in the dimension's base unit. */
  readonly size: Rational;
}

const table: ReadonlyMap<string, readonly [dimension: string, top: number, bottom: number]> = new Map([
  ...unit("length", 1, 1, "m meter meters metre metres"),
  ...unit("length", 1, 1000, "mm millimeter millimeters millimetre millimetres"),
  ...unit("length", 1, 100, "cm centimeter centimeters centimetre centimetres cms"),
  ...unit("length", 1, 10, "dm decimeter decimeters"),
  ...unit("length", 1000, 1, "km kilometer kilometers kilometre kilometres kms"),
  ...unit("length", 254, 10000, "in inch inches"),
  ...unit("length", 3048, 10000, "ft foot feet"),
  ...unit("length", 9144, 10000, "yd yard yards"),
  ...unit("length", 1609344, 1000, "mi mile miles"),
  ...unit("unit", 1, 1, "unit units"),
  ...unit("mass", 1, 1, "g gram grams gm"),
  ...unit("mass", 1, 1000, "mg milligram milligrams"),
  ...unit("mass", 1000, 1, "kg kilogram kilograms kilo kilos kgs"),
  ...unit("pound", 1, 1, "lb lbs pound pounds"),
  ...unit("pound", 1, 16, "oz ounce ounces"),
  ...unit("ton", 1, 1, "ton tons tonne tonnes"),
  ...unit("time", 1, 1, "s sec secs second seconds"),
  ...unit("time", 1, 1000, "ms millisecond milliseconds"),
  ...unit("time", 60, 1, "min mins minute minutes"),
  ...unit("time", 3600, 1, "h hr hrs hour hours"),
  ...unit("time", 86400, 1, "day days"),
  ...unit("time", 604800, 1, "week weeks"),
  ...unit("month", 1, 1, "month months"),
  ...unit("month", 12, 1, "year years yr yrs"),
  ...unit("volume", 1, 1, "l L liter liters litre litres"),
  ...unit("volume", 1, 1000, "ml mL milliliter milliliters millilitre millilitres"),
  ...unit("gallon", 1, 1, "gal gallon gallons"),
  ...unit("gallon", 1, 4, "quart quarts qt"),
  ...unit("gallon", 1, 8, "pint pints pt"),
  ...unit("gallon", 1, 16, "cup cups"),
  ...unit("dollar", 1, 1, "$ dollar dollars usd buck bucks"),
  ...unit("dollar", 1, 100, "¢ cent cents"),
  ...unit("euro", 1, 1, "€ euro euros eur"),
  ...unit("sterling", 1, 1, "£ gbp"),
  ...unit("yuan", 1, 1, "yuan rmb cny"),
  ...unit("yen", 1, 1, "¥ yen"),
  ...unit("rupee", 1, 1, "₹ rupee rupees rs inr"),
  ...unit("force", 1, 1, "N newton newtons"),
  ...unit("energy", 1, 1, "J joule joules"),
  ...unit("energy", 1000, 1, "kJ kilojoule kilojoules"),
  ...unit("power", 1, 1, "W watt watts"),
  ...unit("voltage", 1, 1, "V volt volts"),
  ...unit("current", 1, 1, "A ampere amperes amp amps"),
  ...unit("resistance", 1, 1, "ohm ohms"),
  ...unit("pressure", 1, 1, "Pa pascal pascals"),
  ...unit("frequency", 1, 1, "Hz hertz"),
  ...unit("frequency", 1000, 1, "kHz"),
  ...unit("charge", 1, 1, "C coulomb coulombs"),
  ...unit("temperature", 1, 1, "K kelvin kelvins"),
  ...unit("celsius", 1, 1, "°C celsius"),
  ...unit("fahrenheit", 1, 1, "°F fahrenheit"),
  ...unit("amount", 1, 1, "mol mole moles"),
  ...unit("concentration", 1, 1, "M"),
  ...unit("angle", 1, 1, "rad radian radians"),
  ...unit("speed", 1609344, 3600000, "mph"),
  ...unit("speed", 1000, 3600, "kph"),
]);

const composites: ReadonlyMap<string, string> = new Map([["length/time", "speed"], ["length^3", "length^3"]]);

function unit(dimension: string, top: number, bottom: number, names: string) {
  return names.split(" ").map((name) => [name, [dimension, top, bottom] as const] as const);
}

/**
 * The unit that a text names, powers and quotients included; `undefined` if a part of it is no unit.
 *
 * @example
 * ```ts
 * import { readUnit } from "exitlab/domains/math/answer/units.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readUnit("cm^2"), { dimension: "length^2", size: { top: 1n, bottom: 10000n } });
 * assert.equal(readUnit("miles per hour")?.dimension, readUnit("mph")?.dimension);
 * assert.equal(readUnit("apples"), undefined);
 * ```
 */
export function readUnit(text: string): Unit | undefined {
  const words = text
    .replaceAll(/\bsq(?:uare)?\.?\s+([a-zA-Z]+)/g, "$1^2")
    .replaceAll(/\bcu(?:bic)?\.?\s+([a-zA-Z]+)/g, "$1^3")
    .replaceAll(/([a-zA-Z]+) squared/g, "$1^2")
    .replaceAll(/([a-zA-Z]+) cubed/g, "$1^3")
    .replaceAll(/\s+per\s+|\s*\/\s*(?:an?\s)?/g, " / ")
    .replaceAll(/\\cdot|[{}*]/g, " ")
    .replaceAll(/\s*\^\s*/g, "^")
    .split(/\s+/)
    .filter((word) => word !== "" && word !== ".");
  if (words.length === 0 || words.length > 8) return undefined;
  const powers = new Map<string, number>();
  let size = rational(1n);
  let below = false;
  for (const word of words) {
    if (word === "/") {
      below = true;
      continue;
    }
    const [, name = "", exponent = "1"] = /^(.+?)(?:\^(-?\d))?$/.exec(word.replace(/\.$/, "")) ?? [];
    const known = table.get(name) ?? table.get(name.toLowerCase());
    if (known === undefined || size === undefined) return undefined;
    const [dimension, top, bottom] = known;
    const one = rational(BigInt(top), BigInt(bottom));
    const count = Number(exponent) * (below ? -1 : 1);
    powers.set(dimension, (powers.get(dimension) ?? 0) + count);
    for (let at = 0; at < Math.abs(count) && one !== undefined && size !== undefined; at++) {
      size = count < 0 ? divide(size, one) : multiply(size, one);
    }
    below = false;
  }
  return size && { dimension: dimensionName(powers), size };
}

function dimensionName(powers: ReadonlyMap<string, number>): string {
  const parts = [...powers].filter(([, count]) => count !== 0).toSorted(([a], [b]) => a < b ? -1 : 1);
  const name = (list: [string, number][]): string =>
    list.map(([dimension, count]) => Math.abs(count) === 1 ? dimension : `${dimension}^${Math.abs(count)}`)
      .join("*");
  const above = name(parts.filter(([, count]) => count > 0));
  const below = name(parts.filter(([, count]) => count < 0));
  const whole = below === "" ? above : `${above}/${below}`;
  return composites.get(whole) ?? whole;
}

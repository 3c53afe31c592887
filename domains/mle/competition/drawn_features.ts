import type { Random } from "../../../lib/domain/mod.ts";
import { drawFunction, type Family, normal, standardized } from "./drawn_function.ts";
import { rounded } from "./drawn_target.ts";

/** The columns of a table that was drawn, and what its target follows. */
export interface DrawnFeatures {
  /** As a table has them; empty where a value is missing. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** What each column is. */
  readonly descriptions: readonly (readonly [name: string, text: string])[];
  /** Whether a value is missing somewhere. */
  readonly hasMissing: boolean;
  /** By rows, with mean 0 and deviation 1. */
  readonly signal: readonly number[];
}

/** How often a value is missing, at most. */
const mostMissing = 0.15;

const groupNames = ["ash", "birch", "cedar", "elm", "fir"];

/** Rows without an order, and the value of a function of the family for each. */
export function drawFeatures(family: Family, count: number, random: Random): DrawnFeatures {
  const { row, value } = drawFunction(family, random);
  const rows = Array.from({ length: count }, () => row(random));
  const width = rows[0]?.length ?? 0;
  const order = random.shuffle(Array.from({ length: width }, (_, column) => column));
  const columns: Record<string, string[]> = {};
  const missing = random.chance(0.5) ? mostMissing * random.next() : 0;
  for (const [at, column] of order.entries()) {
    const name = `x${at + 1}`;
    columns[name] = rows.map((values) => random.chance(missing) ? "" : String(rounded(values[column] ?? 0)));
  }
  const signal = standardized(rows.map(value));
  const descriptions = order.map((_, at) => [`x${at + 1}`, "a number"] as const);
  const hasMissing = Object.values(columns).some((texts) => texts.includes(""));
  if (random.chance(0.5)) return { columns, descriptions, hasMissing, signal };
  const names = groupNames.slice(0, 3 + random.int(3));
  const effects = new Map(names.map((name) => [name, normal(random)]));
  const groups = rows.map(() => random.pick(names));
  const shifted = signal.map((part, at) => part + 0.7 * (effects.get(groups[at] ?? "") ?? 0));
  return {
    columns: { ...columns, group: groups },
    descriptions: [...descriptions, ["group", names.join(", ")]],
    hasMissing,
    signal: standardized(shifted),
  };
}

/** Steps of time, and a series with a trend, a season of one or two waves and days that stand out. */
export function drawSeries(count: number, random: Random): DrawnFeatures {
  const period = random.pick([7, 12, 24, 26]);
  const waves = Array.from({ length: 1 + random.int(2) }, (_, at) => ({
    turns: at + 1,
    size: (0.5 + random.next()) / (at + 1),
    shift: 2 * Math.PI * random.next(),
  }));
  const [slope, bend] = [3 * normal(random), normal(random)];
  const lift = 2 * normal(random);
  const events = Array.from({ length: count }, () => random.chance(0.1));
  const signal = events.map((isEvent, step) => {
    const time = step / count;
    const season = waves.reduce(
      (sum, { turns, size, shift }) => sum + size * Math.sin(2 * Math.PI * turns * step / period + shift),
      0,
    );
    return slope * time + bend * time ** 2 + season + (isEvent ? lift : 0);
  });
  return {
    columns: {
      step: events.map((_, step) => String(step)),
      event: events.map((isEvent) => isEvent ? "1" : "0"),
    },
    descriptions: [
      ["step", `the number of the step; there is a season, with a period of ${period} steps`],
      ["event", "1 in steps that stand out, else 0; known for all steps beforehand"],
    ],
    hasMissing: false,
    signal: standardized(signal),
  };
}

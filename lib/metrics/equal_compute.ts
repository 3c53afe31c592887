/** What a run, or the mean run of an arm, spent on training; `null` if unknown. */
export type Compute = {
  /** Generated tokens. */
  readonly tokens: number | null;
  /** Responses drawn. */
  readonly rollouts: number | null;
  /** Training updates. */
  readonly iterations: number | null;
};

/** A measure of compute. */
export type ComputeUnit = keyof Compute;

/** How equal the compute of some arms was. */
export type ComputeComparison = {
  /** The first of tokens, rollouts and iterations that all arms spent alike; `null` if there is none. */
  readonly equalIn: ComputeUnit | null;
  /** By how much the most exceeds the least, as a share of the least; `null` if an arm's is unknown. */
  readonly excess: Compute;
};

/** Compute counts as equal up to this share. A last step is never cut short, so that a budget is not met exactly. */
const equalUpTo = 0.02;

/** The measures, the one that means the most first. */
const units: readonly ComputeUnit[] = ["tokens", "rollouts", "iterations"];

/**
 * In which measure arms are compared at equal compute.
 *
 * @param arms What each spent, as a mean over its runs.
 *
 * @example
 * ```ts
 * import { compareCompute } from "exitlab/lib/metrics/equal_compute.ts";
 * import assert from "node:assert/strict";
 *
 * const { equalIn, excess } = compareCompute([
 *   { tokens: 1_000_000, rollouts: 60_000, iterations: 230 },
 *   { tokens: 1_250_000, rollouts: 60_000, iterations: 230 },
 * ]);
 * assert.deepEqual([equalIn, excess.tokens], ["rollouts", 0.25]);
 * ```
 */
export function compareCompute(arms: readonly Compute[]): ComputeComparison {
  const excess = {
    tokens: excessOf(arms.map(({ tokens }) => tokens)),
    rollouts: excessOf(arms.map(({ rollouts }) => rollouts)),
    iterations: excessOf(arms.map(({ iterations }) => iterations)),
  };
  return { equalIn: units.find((unit) => (excess[unit] ?? Infinity) <= equalUpTo) ?? null, excess };
}

function excessOf(spent: readonly (number | null)[]): number | null {
  const known = spent.filter((each) => each !== null);
  const least = Math.min(...known);
  if (known.length < spent.length || known.length === 0 || least <= 0) return null;
  return Math.max(...known) / least - 1;
}

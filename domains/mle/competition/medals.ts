import type { Medal, MedalScores } from "./competition.ts";

/**
 * What wins a medal on a leaderboard, by the rule of MLE-bench: the score of the last place that wins it. The places
 * depend on the number of scores: below 100 the first 10 %, 20 % and 40 %; from 100 on gold for 10 places, from 250 on for
 * 10 and another for every 500; silver and bronze for 20 % and 40 %, from 250 on for 50 and 100 places, from 1,000 on for
 * 5 % and 10 %. Places are rounded down, but there is one of each medal.
 *
 * @param scores In any order, one at least.
 * @param higherIsBetter The direction of the metric.
 *
 * @example
 * ```ts
 * import { medalsFrom } from "exitlab/domains/mle/competition/medals.ts";
 * import assert from "node:assert/strict";
 *
 * const accuracies = [0.91, 0.95, 0.9, 0.89, 0.93, 0.92, 0.88, 0.8, 0.94, 0.7];
 * assert.deepEqual(medalsFrom(accuracies, true), { gold: 0.95, silver: 0.94, bronze: 0.92 });
 * ```
 */
export function medalsFrom(scores: readonly number[], higherIsBetter: boolean): MedalScores {
  const ranked = scores.toSorted((a, b) => higherIsBetter ? b - a : a - b);
  const { gold, silver, bronze } = places(ranked.length);
  const at = (place: number): number => ranked[Math.max(1, Math.floor(place)) - 1] ?? NaN;
  return { gold: at(gold), silver: at(silver), bronze: at(bronze) };
}

function places(count: number): Record<Medal, number> {
  if (count < 100) return { gold: 0.1 * count, silver: 0.2 * count, bronze: 0.4 * count };
  if (count < 250) return { gold: 10, silver: 0.2 * count, bronze: 0.4 * count };
  const gold = 10 + 0.002 * count;
  return count < 1000
    ? { gold, silver: 50, bronze: 100 }
    : { gold, silver: 0.05 * count, bronze: 0.1 * count };
}

/** The best medal that a score wins, if any. */
export function medalFor(score: number, medals: MedalScores, higherIsBetter: boolean): Medal | null {
  const wins = (medal: Medal): boolean => higherIsBetter ? score >= medals[medal] : score <= medals[medal];
  const ranks: readonly Medal[] = ["gold", "silver", "bronze"];
  return ranks.find(wins) ?? null;
}

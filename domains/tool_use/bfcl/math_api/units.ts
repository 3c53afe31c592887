/**
 * Factors between units: facts of the Berkeley Function-Calling Leaderboard (Apache-2.0), as its simulated API tells them.
 *
 * @module
 */

/** Metres of a unit of length. */
export const metres: ReadonlyMap<string, number> = new Map([
  ["km", 1000],
  ["m", 1],
  ["cm", 0.01],
  ["mm", 0.001],
  ["um", 1e-6],
  ["nm", 1e-9],
]);

/** Conversions between imperial and SI units, by `IN-OUT`. Which factors are computed first shows in the last digits. */
export const conversions: ReadonlyMap<string, (value: number) => number> = new Map([
  ["cm-in", (value) => value * 0.393701],
  ["in-cm", (value) => value * 2.54],
  ["m-ft", (value) => value * 3.28084],
  ["ft-m", (value) => value * 0.3048],
  ["m-yd", (value) => value * 1.09361],
  ["yd-m", (value) => value * 0.9144],
  ["km-miles", (value) => value * 0.621371],
  ["miles-km", (value) => value * 1.60934],
  ["kg-lb", (value) => value * 2.20462],
  ["lb-kg", (value) => value * 0.453592],
  ["celsius-fahrenheit", (value) => value * (9 / 5) + 32],
  ["fahrenheit-celsius", (value) => (value - 32) * (5 / 9)],
]);

/**
 * Places that the car knows: facts of the Berkeley Function-Calling Leaderboard (Apache-2.0), as its simulated API tells them.
 *
 * @module
 */

/** Zip codes by city. Others are `00000`. */
export const zipCodes: ReadonlyMap<string, string> = new Map([
  ["Rivermist", "83214"],
  ["Stonebrook", "74532"],
  ["Maplecrest", "56108"],
  ["Silverpine", "62947"],
  ["Shadowridge", "71354"],
  ["Sunset Valley", "83462"],
  ["Oakendale", "47329"],
  ["Willowbend", "52013"],
  ["Crescent Hollow", "69238"],
  ["Autumnville", "51479"],
  ["San Francisco", "94016"],
]);

/** Distances between zip codes, in miles. */
export const distances: readonly { readonly between: readonly [string, string]; readonly miles: number }[] = [
  { between: ["83214", "94016"], miles: 980 },
  { between: ["83214", "74532"], miles: 750 },
  { between: ["94016", "74532"], miles: 880 },
  { between: ["94016", "62947"], miles: 780 },
  { between: ["69238", "51479"], miles: 630 },
  { between: ["56108", "62947"], miles: 320 },
  { between: ["62947", "47329"], miles: 1053 },
  { between: ["71354", "83462"], miles: 450 },
  { between: ["47329", "52013"], miles: 290 },
];

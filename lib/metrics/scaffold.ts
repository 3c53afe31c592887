import { isJsonObject, type JsonObject } from "../json.ts";

/** What a curve over k tells: the latest answers of chains, the best so far of searches, or of some runs one and of some the other. */
export type Scaffold = "chain" | "search" | "both";

/**
 * How runs were evaluated, by their settings.
 *
 * @example
 * ```ts
 * import { scaffoldOf } from "exitlab/lib/metrics/scaffold.ts";
 * import assert from "node:assert/strict";
 *
 * const chain = { evaluate: { steps: 16 } };
 * const search = { evaluate: { steps: 16, search: { drafts: 1 } } };
 * assert.deepEqual([[chain], [search], [chain, search]].map(scaffoldOf), ["chain", "search", "both"]);
 * ```
 */
export function scaffoldOf(settings: readonly JsonObject[]): Scaffold {
  const searched = settings.filter(isSearched).length;
  return searched === 0 ? "chain" : searched === settings.length ? "search" : "both";
}

/** Whether a run with these settings was evaluated by search. */
export function isSearched({ evaluate }: JsonObject): boolean {
  return isJsonObject(evaluate) && isJsonObject(evaluate.search);
}

import type { GreedySearch } from "../experiment/settings.ts";
import type { Random } from "../random.ts";

/** What a search asks next: a draft from the base request, or to improve or mend what a node holds. */
export type SearchStep =
  | { readonly mode: "base"; readonly parent: null }
  | { readonly mode: "improve" | "debug"; readonly parent: number };

/** What a search knows of a node: of its response's scores, the one on validation alone. */
export type SearchedNode = SearchStep & {
  /** How many nodes up to this one were asked in mode `"debug"` in a row: 0 unless it was. */
  readonly debugDepth: number;
  /** The verdict's reward, in [0, 1]. */
  readonly validation: number;
  /** Whether the response failed. */
  readonly failed: boolean;
};

/**
 * The next step of a greedy search, as AIDE (Jiang et al. 2025, arXiv 2502.13138) takes it: drafts first; then with
 * `debugProbability`, if there is one, a failed leaf that at most `debugDepth` attempts at mending led to, each equally
 * likely; else an improvement of the best node by validation; a draft where every node has failed.
 *
 * @param nodes In the order of growth.
 * @param random A step takes one number, and one more where it mends.
 *
 * @example
 * ```ts
 * import { nextStep } from "exitlab/lib/loop/greedy_search.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const options = { drafts: 1, debugProbability: 1, debugDepth: 20 };
 * const draft = { mode: "base", parent: null, debugDepth: 0 } as const;
 * const good = { ...draft, validation: 0.5, failed: false };
 * const broken = { ...draft, validation: 0, failed: true };
 * assert.deepEqual(nextStep([], options, new Random(1)), { mode: "base", parent: null });
 * assert.deepEqual(nextStep([good], options, new Random(1)), { mode: "improve", parent: 0 });
 * assert.deepEqual(nextStep([good, broken], options, new Random(1)), { mode: "debug", parent: 1 });
 * ```
 */
export function nextStep(
  nodes: readonly SearchedNode[],
  { drafts, debugProbability, debugDepth }: GreedySearch,
  random: Random,
): SearchStep {
  const mends = random.chance(debugProbability);
  if (nodes.length < drafts) return { mode: "base", parent: null };
  const worked = new Set(nodes.map(({ parent }) => parent));
  const broken = [...nodes.keys()].filter((at) => {
    const node = nodes[at];
    return node?.failed === true && !worked.has(at) && node.debugDepth <= debugDepth;
  });
  if (mends && broken.length > 0) return { mode: "debug", parent: random.pick(broken) };
  const best = bestNode(nodes);
  return best === null ? { mode: "base", parent: null } : { mode: "improve", parent: best };
}

/** The best node by validation, of several the first; `null` if all have failed. */
export function bestNode(nodes: readonly Pick<SearchedNode, "validation" | "failed">[]): number | null {
  return nodes.reduce<number | null>(
    (best, { validation, failed }, at) =>
      !failed && validation > (best === null ? -Infinity : nodes[best]?.validation ?? -Infinity) ? at : best,
    null,
  );
}

/** How many nodes up to the next one will have been asked to mend in a row. */
export function debugDepthOf({ mode, parent }: SearchStep, nodes: readonly SearchedNode[]): number {
  return mode === "debug" ? 1 + (nodes[parent]?.debugDepth ?? 0) : 0;
}

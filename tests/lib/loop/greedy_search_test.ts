import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bestNode,
  debugDepthOf,
  nextStep,
  type SearchedNode,
  type SearchStep,
} from "exitlab/lib/loop/greedy_search.ts";
import type { GreedySearch } from "exitlab/lib/experiment/settings.ts";
import { Random } from "exitlab/lib/random.ts";

type Outcome = Pick<SearchedNode, "validation" | "failed">;

/** Grows a search over outcomes that are there before it: the k-th response scores the k-th of them. */
function search(outcomes: readonly Outcome[], options: GreedySearch, seed: number): SearchedNode[] {
  const nodes: SearchedNode[] = [];
  for (const [step, outcome] of outcomes.entries()) {
    const next = nextStep(nodes, options, new Random(seed, step));
    nodes.push({ ...next, debugDepth: debugDepthOf(next, nodes), ...outcome });
  }
  return nodes;
}

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ validation: 0, failed: true }),
  fc.double({ min: 0, max: 1, noNaN: true }).map((validation) => ({ validation, failed: false })),
  fc.integer({ min: 0, max: 2 }).map((half) => ({ validation: half / 2, failed: false })),
);
const searches = fc.record({
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 24 }),
  options: fc.record({
    drafts: fc.integer({ min: 1, max: 6 }),
    debugProbability: fc.constantFrom(0, 0.5, 1),
    debugDepth: fc.integer({ min: 0, max: 4 }),
  }),
  seed: fc.nat(),
});

const modes = (nodes: readonly SearchStep[]): string[] => nodes.map(({ mode }) => mode);
const broken = { validation: 0, failed: true };
const scored = (validation: number): Outcome => ({ validation, failed: false });
const aira: GreedySearch = { drafts: 1, debugProbability: 1, debugDepth: 20 };

Deno.test("nextStep() drafts, mends what failed and improves the best by validation", () => {
  const outcomes = [
    broken,
    broken,
    scored(0.5),
    scored(0.25),
    broken,
    scored(0.75),
    scored(0.75),
    scored(0.1),
  ];
  const nodes = search(outcomes, aira, 1);
  assert.deepEqual(nodes.map(({ mode, parent, debugDepth }) => [mode, parent, debugDepth]), [
    ["base", null, 0],
    ["debug", 0, 1],
    ["debug", 1, 2],
    ["improve", 2, 0],
    ["improve", 2, 0],
    ["debug", 4, 1],
    // Of equally good nodes the first is improved.
    ["improve", 5, 0],
    ["improve", 5, 0],
  ]);
});

Deno.test("nextStep() draws all drafts before it works on any of them", () => {
  fc.assert(fc.property(searches, ({ outcomes, options, seed }) => {
    const nodes = search(outcomes, options, seed);
    assert(nodes.slice(0, options.drafts).every(({ mode, parent }) => mode === "base" && parent === null));
    for (const [at, { mode }] of nodes.entries()) {
      if (mode === "base" && at >= options.drafts) {
        assert(nodes.slice(0, at).every(({ failed }) => failed), "a later draft only where nothing ran");
      }
    }
  }));
});

Deno.test("nextStep() mends failed leaves alone, and none that too many attempts at mending led to", () => {
  fc.assert(fc.property(searches, ({ outcomes, options, seed }) => {
    const nodes = search(outcomes, options, seed);
    for (const [at, node] of nodes.entries()) {
      assert(node.debugDepth <= options.debugDepth + 1);
      if (node.mode !== "debug") continue;
      const before = nodes.slice(0, at);
      assert.equal(before[node.parent]?.failed, true);
      assert((before[node.parent]?.debugDepth ?? 0) <= options.debugDepth);
      assert(before.every(({ parent }) => parent !== node.parent), "a node is mended once");
    }
  }));
});

Deno.test("nextStep() improves the best of all nodes before by validation", () => {
  fc.assert(fc.property(searches, ({ outcomes, options, seed }) => {
    const nodes = search(outcomes, options, seed);
    for (const [at, { mode, parent }] of nodes.entries()) {
      if (mode === "improve") assert.equal(parent, bestNode(nodes.slice(0, at)));
    }
  }));
});

Deno.test("nextStep() always mends with probability 1 where it can, and never with 0", () => {
  fc.assert(fc.property(searches, ({ outcomes, options, seed }) => {
    const never = search(outcomes, { ...options, debugProbability: 0 }, seed);
    assert(!modes(never).includes("debug"));
    const nodes = search(outcomes, { ...options, debugProbability: 1 }, seed);
    for (const [at, { mode }] of nodes.entries()) {
      const before = nodes.slice(0, at);
      const mendable = before.some(({ failed, debugDepth }, node) =>
        failed && debugDepth <= options.debugDepth && before.every(({ parent }) => parent !== node)
      );
      assert.equal(mode === "debug", at >= options.drafts && mendable);
    }
  }));
});

Deno.test("nextStep() mends with its probability, and one of several leaves as often as another", () => {
  const draft = { mode: "base", parent: null, debugDepth: 0 } as const;
  const nodes: SearchedNode[] = [{ ...draft, ...scored(0.5) }, { ...draft, ...broken }, {
    ...draft,
    ...broken,
  }];
  const options = { drafts: 3, debugProbability: 0.5, debugDepth: 3 };
  const chosen = Array.from({ length: 4000 }, (_, seed) => nextStep(nodes, options, new Random(seed)).parent);
  const share = (node: number): number => chosen.filter((parent) => parent === node).length / chosen.length;
  for (const [node, wanted] of [[0, 0.5], [1, 0.25], [2, 0.25]] as const) {
    assert(Math.abs(share(node) - wanted) < 0.03, `${node}: ${share(node)}`);
  }
});

Deno.test("bestNode() is the first of the best that ran, never gets worse as nodes come, and none where all failed", () => {
  assert.equal(bestNode([]), null);
  assert.equal(bestNode([broken, broken]), null);
  assert.equal(bestNode([broken, scored(0), scored(0)]), 1);
  fc.assert(fc.property(searches, ({ outcomes }) => {
    let so = -1;
    for (const [at] of outcomes.entries()) {
      const best = bestNode(outcomes.slice(0, at + 1));
      if (best === null) continue;
      const validation = outcomes[best]?.validation ?? NaN;
      assert(validation >= so);
      so = validation;
    }
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { searchTree, type TreeNode } from "exitlab/lib/report/search_tree.ts";

const plain = { mode: "improve", validation: 0.5, test: 0.5, failed: false, best: false, note: "" };

Deno.test("searchTree() draws several drafts, branches and the way to the best", () => {
  const text = searchTree([
    { ...plain, node: 0, parent: null, mode: "base", validation: 0.25, test: 0.5, best: true },
    {
      ...plain,
      node: 1,
      parent: null,
      mode: "base",
      validation: 0,
      test: 0,
      failed: true,
      note: "Line 2: no",
    },
    { ...plain, node: 2, parent: 1, mode: "debug", validation: 0.75, test: 0.125, best: true },
    { ...plain, node: 3, parent: 2, validation: null, test: null },
    { ...plain, node: 4, parent: 2, validation: 1, test: 0.25, best: true },
    { ...plain, node: 5, parent: 0 },
  ]);
  assert.equal(
    text,
    [
      "  node               validation   test",
      "  0 draft                 0.250  0.500",
      "  └─ 5 improve            0.500  0.500",
      "* 1 draft                failed      –  Line 2: no",
      "* └─ 2 debug              0.750  0.125",
      "     ├─ 3 improve             –      –",
      "*    └─ 4 improve         1.000  0.250  best",
    ].join("\n"),
  );
});

Deno.test("searchTree() has one line for each node of any tree, under the one that it works on", () => {
  const trees = fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 30 })
    .map((shapes) =>
      shapes.map(([drafted, parent, best], node): TreeNode => ({
        ...plain,
        node,
        parent: drafted || node === 0 ? null : parent % node,
        best,
      }))
    );
  fc.assert(fc.property(trees, (nodes) => {
    const [, ...lines] = searchTree(nodes).split("\n");
    const read = lines.map((line) => {
      const [, before = "", node = ""] = /^[* ] ([ │├└─]*)(\d+)/.exec(line) ?? [];
      return { node: Number(node), depth: before.length / 3 };
    });
    assert.deepEqual(read.map(({ node }) => node).toSorted((a, b) => a - b), nodes.map(({ node }) => node));
    for (const [at, { node, depth }] of read.entries()) {
      const above = read.slice(0, at).findLast((other) => other.depth === depth - 1);
      assert.equal(depth === 0 ? null : above?.node ?? NaN, nodes[node]?.parent ?? null);
    }
  }));
});

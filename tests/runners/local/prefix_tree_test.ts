import assert from "node:assert/strict";
import fc from "fast-check";
import { growTrees } from "../../../runners/local/prefix_tree.ts";

const sequence = fc.array(fc.nat(1), { minLength: 1, maxLength: 40 });

Deno.test("growTrees() puts every sequence in one tree whose shared part it begins with", () => {
  fc.assert(
    fc.property(
      fc.array(sequence, { maxLength: 30 }),
      fc.integer({ min: 40, max: 200 }),
      (batch, mostRows) => {
        const trees = growTrees(batch, [...batch.keys()], mostRows);
        const members = trees.flatMap((tree) => tree.members);
        assert.deepEqual(members.toSorted((a, b) => a - b), [...batch.keys()]);
        for (const { shared, members, rows } of trees) {
          const beginnings = new Set(members.map((index) => batch[index]?.slice(0, shared).join()));
          assert.equal(beginnings.size, 1);
          assert.equal(
            rows,
            members.reduce((sum, index) => sum + (batch[index]?.length ?? 0) - shared, shared),
          );
          assert.ok(rows <= mostRows);
        }
      },
    ),
  );
});

Deno.test("growTrees() finds groups whatever their order", () => {
  const prompts = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 9, 9, 9, 9, 9, 9, 9]];
  const batch = [0, 1, 2, 3].flatMap((end) => prompts.map((prompt) => [...prompt, end, end]));
  const trees = growTrees(batch, [...batch.keys()], 512);
  assert.deepEqual(trees.map(({ shared, members }) => [shared, members]), [[9, [0, 2, 4, 6]], [10, [
    1,
    3,
    5,
    7,
  ]]]);
});

Deno.test("growTrees() shares nothing among sequences that only begin alike", () => {
  const batch = [1, 2, 3].map((end) => [0, 0, 0, ...new Array<number>(20).fill(end)]);
  assert.equal(growTrees(batch, [0, 1, 2], 512).length, 3);
});

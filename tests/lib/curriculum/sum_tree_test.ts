import assert from "node:assert/strict";
import fc from "fast-check";
import { SumTree } from "../../../lib/curriculum/sum_tree.ts";

Deno.test("SumTree finds the weight that a target falls on", () => {
  const tree = new SumTree();
  for (const [index, weight] of [1, 0, 2, 0.5].entries()) tree.set(index, weight);
  assert.equal(tree.total, 3.5);
  assert.deepEqual([0, 0.99, 1, 2.99, 3, 3.49].map((target) => tree.find(target)), [0, 0, 2, 2, 3, 3]);
});

Deno.test("SumTree agrees with a running sum over any changes, and with a tree made afresh", () => {
  const change = fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 8 }));
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (changes, at) => {
        const tree = new SumTree();
        const weights: number[] = Array(41).fill(0);
        for (const [index, weight] of changes) {
          tree.set(index, weight);
          weights[index] = weight;
        }
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        assert.equal(tree.total, total);
        const fresh = new SumTree();
        fresh.fill(Float64Array.from(weights));
        assert.equal(fresh.total, total);
        const target = at * total;
        if (target >= total) return;
        const found = tree.find(target);
        const before = weights.slice(0, found).reduce((sum, weight) => sum + weight, 0);
        assert.ok(before <= target && target < before + (weights[found] ?? 0));
        assert.equal(fresh.find(target), found);
      },
    ),
  );
});

Deno.test("SumTree never finds a weight of 0, even past the end", () => {
  const tree = new SumTree();
  for (let index = 0; index < 100; index++) tree.set(index, index === 37 ? 0.1 : 0);
  for (const target of [0, 0.05, 0.1, 5]) assert.equal(tree.find(target), 37);
});

Deno.test("SumTree forgets: sums depend on the weights alone, bit for bit", () => {
  const [worn, fresh] = [new SumTree(), new SumTree()];
  for (let round = 0; round < 1000; round++) worn.set(round % 13, 10 ** (round % 30));
  for (let index = 0; index < 13; index++) {
    worn.set(index, 0.1 * index);
    fresh.set(index, 0.1 * index);
  }
  assert.equal(worn.total, fresh.total);
});

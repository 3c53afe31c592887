import assert from "node:assert/strict";
import { AgeTree } from "../../../lib/curriculum/age_tree.ts";
import { Random } from "../../../lib/random.ts";

Deno.test("AgeTree finds the slot that a target falls on, as time passes", () => {
  const tree = new AgeTree();
  assert.equal(tree.total(9), 0);
  for (const [slot, time] of [4, 5, 2].entries()) tree.set(slot, time);
  assert.equal(tree.total(5), 4);
  assert.deepEqual([0, 0.99, 1, 3.99].map((target) => tree.find(target, 5)), [0, 0, 2, 2]);
  assert.equal(tree.total(7), 10);
  assert.deepEqual([0, 2.99, 3, 4.99, 5, 9.99].map((target) => tree.find(target, 7)), [0, 0, 1, 1, 2, 2]);
});

Deno.test("AgeTree agrees with a list of ages over any changes", () => {
  const random = new Random(1);
  const tree = new AgeTree();
  const times: number[] = [];
  for (let now = 1; now < 3000; now++) {
    const slot = random.int(Math.min(times.length + 1, 70));
    tree.set(slot, now);
    times[slot] = now;
    const ages = times.map((time) => now + 2 - time);
    const total = ages.reduce((sum, age) => sum + age, 0);
    assert.equal(tree.total(now + 2), total);
    const target = random.next() * total;
    const found = tree.find(target, now + 2);
    const before = ages.slice(0, found).reduce((sum, age) => sum + age, 0);
    assert.ok(before <= target && target < before + (ages[found] ?? 0));
  }
});

Deno.test("AgeTree never finds an age of 0, even past the end", () => {
  const tree = new AgeTree();
  for (let slot = 0; slot < 100; slot++) tree.set(slot, slot === 37 ? 8 : 9);
  for (const target of [0, 0.5, 1, 5]) assert.equal(tree.find(target, 9), 37);
});

import assert from "node:assert/strict";
import { RankTree } from "../../../lib/curriculum/rank_tree.ts";
import { Random } from "../../../lib/random.ts";

Deno.test("RankTree has no places before anything came in", () => {
  const tree = new RankTree();
  assert.equal(tree.size, 0);
  assert.equal(tree.slotAt(0), -1);
});

Deno.test("RankTree agrees with a sorted list over any changes, ties included", () => {
  const random = new Random(1);
  const tree = new RankTree();
  const standings = new Map<number, { score: number; tie: number }>();
  for (let change = 0; change < 20_000; change++) {
    const slot = random.int(80);
    const standing = { score: random.int(12), tie: change };
    tree.set(slot, standing.score, standing.tie);
    standings.set(slot, standing);
    if (change % 50 !== 0) continue;
    const sorted = [...standings].toSorted(([, a], [, b]) => b.score - a.score || a.tie - b.tie);
    assert.equal(tree.size, sorted.length);
    for (const [place, [slot]] of sorted.entries()) {
      assert.equal(tree.slotAt(place), slot);
      assert.equal(tree.placeOf(slot), place);
    }
    assert.equal(tree.slotAt(sorted.length), -1);
  }
});

Deno.test("RankTree takes scores that come in order, and many slots", () => {
  const tree = new RankTree();
  for (let slot = 0; slot < 50_000; slot++) tree.set(slot, slot, 0);
  for (const place of [0, 1, 777, 49_999]) {
    assert.equal(tree.slotAt(place), 49_999 - place);
    assert.equal(tree.placeOf(49_999 - place), place);
  }
  for (let slot = 0; slot < 50_000; slot++) tree.set(slot, 1, slot);
  for (const place of [0, 1, 777, 49_999]) assert.equal(tree.slotAt(place), place);
});

import assert from "node:assert/strict";
import { UnseenRoots } from "../../../lib/curriculum/unseen_roots.ts";
import { Random } from "../../../lib/random.ts";
import { rootAt } from "./fixtures.ts";

const indices = (unseen: UnseenRoots, count: number): number[] => unseen.draw(count).map(({ task }) => task);

Deno.test("UnseenRoots agrees with a set over random changes, whatever share can be held", () => {
  for (const [size, capacity] of [[40, 40], [40, 20], [41, 20], [200, 20]] as const) {
    const random = new Random(size);
    const unseen = new UnseenRoots({ size, at: rootAt }, new Random(1), capacity);
    const held = new Set<number>();
    const counts = new Map<number, number>();
    for (let change = 0; change < 5000; change++) {
      const index = random.int(size);
      if (held.has(index)) {
        held.delete(index);
        unseen.release(index);
      } else if (held.size < capacity) {
        held.add(index);
        unseen.hold(index);
      }
      assert.equal(unseen.left, size - held.size);
      const drawn = indices(unseen, Math.min(3, unseen.left));
      assert.equal(new Set(drawn).size, Math.min(3, unseen.left));
      for (const index of drawn) {
        assert.ok(!held.has(index));
        counts.set(index, (counts.get(index) ?? 0) + 1);
      }
    }
    assert.equal(counts.size, size);
  }
});

Deno.test("UnseenRoots draws every root that is not held equally often", () => {
  for (const capacity of [8, 2]) {
    const unseen = new UnseenRoots({ size: 8, at: rootAt }, new Random(2), capacity);
    for (const index of [0, 5]) unseen.hold(index);
    const counts: number[] = Array(8).fill(0);
    for (let batch = 0; batch < 3000; batch++) {
      for (const index of indices(unseen, 2)) counts[index] = (counts[index] ?? 0) + 1;
    }
    assert.deepEqual([counts[0], counts[5]], [0, 0]);
    for (const [index, count] of counts.entries()) {
      assert.ok(index % 5 === 0 || Math.abs(count - 1000) < 120, `${counts}`);
    }
  }
});

Deno.test("UnseenRoots repeats roots only where a batch is larger than what is left", () => {
  for (const capacity of [5, 1]) {
    const unseen = new UnseenRoots({ size: 5, at: rootAt }, new Random(1), capacity);
    unseen.hold(3);
    const counts = Map.groupBy(indices(unseen, 8), (index) => index);
    assert.deepEqual([...counts.keys()].toSorted(), [0, 1, 2, 4]);
    assert.ok([...counts.values()].every(({ length }) => length === 2));
  }
});

Deno.test("UnseenRoots continues an endless source where it was", () => {
  const unseen = new UnseenRoots({ size: null, at: rootAt }, new Random(1), 10);
  assert.deepEqual(indices(unseen, 3), [0, 1, 2]);
  unseen.hold(1);
  assert.equal(unseen.left, Infinity);
  const resumed = new UnseenRoots({ size: null, at: rootAt }, new Random(9), 10);
  resumed.restore(unseen.state(), [1]);
  assert.deepEqual(indices(resumed, 2), [3, 4]);
});

Deno.test("UnseenRoots forgets what was held when it is restored", () => {
  for (const capacity of [3, 1]) {
    const unseen = new UnseenRoots({ size: 3, at: rootAt }, new Random(1), capacity);
    unseen.hold(0);
    unseen.restore(0, [2]);
    assert.equal(unseen.left, 2);
    assert.deepEqual(indices(unseen, 2).toSorted(), [0, 1]);
  }
});

Deno.test("UnseenRoots refuses a source without tasks, a draw where all are held, and strange states", () => {
  assert.throws(
    () => new UnseenRoots({ size: 0, at: rootAt }, new Random(1), 3),
    /without training tasks/,
  );
  const unseen = new UnseenRoots({ size: 1, at: rootAt }, new Random(1), 3);
  unseen.hold(0);
  assert.deepEqual(unseen.draw(0), []);
  assert.throws(() => unseen.draw(1), /all held/);
  for (const wrong of [null, -1, 0.5, "1"]) assert.throws(() => unseen.restore(wrong, []), TypeError);
});

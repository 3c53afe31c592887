import assert from "node:assert/strict";
import { SeededRandom } from "../../../../domains/mle/mlkit/seeded_random.ts";

Deno.test("SeededRandom draws numbers of the right moments", () => {
  const random = new SeededRandom(3);
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.01);
  assert.ok(Math.abs(mean(normal)) < 0.03);
  assert.ok(Math.abs(mean(normal.map((value) => value ** 2)) - 1) < 0.05);
  assert.ok(uniform.every((value) => value >= 0 && value < 1));
});

Deno.test("SeededRandom draws the same for a seed and other numbers for another, negative and large ones too", () => {
  const first = [0, 1, 2, -1, 2 ** 32, 2 ** 33, 1e15].map((seed) => new SeededRandom(seed).bits());
  assert.deepEqual(first, [0, 1, 2, -1, 2 ** 32, 2 ** 33, 1e15].map((seed) => new SeededRandom(seed).bits()));
  assert.equal(new Set(first).size, first.length);
});

Deno.test("permutation() holds each whole number once", () => {
  const order = new SeededRandom(5).permutation(100);
  assert.deepEqual(order.toSorted(), Int32Array.from({ length: 100 }, (_, at) => at));
  assert.notDeepEqual(order, order.toSorted());
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { ThinnedSeries } from "../../../../lib/report/live/thinned_series.ts";

Deno.test("ThinnedSeries keeps a short curve as it is, and leaves out what is not known", () => {
  const curve = new ThinnedSeries();
  for (let x = 1; x <= 200; x++) curve.add(x, x % 2 === 0 ? null : x / 7);
  assert.deepEqual(
    curve.points(),
    Array.from({ length: 100 }, (_, at) => ({ x: 2 * at + 1, y: (2 * at + 1) / 7 })),
  );
});

Deno.test("ThinnedSeries stays small, and each point is the mean of equally many iterations", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 64 }), (length, most) => {
      const curve = new ThinnedSeries(most);
      for (let x = 1; x <= length; x++) curve.add(x, x * x);
      const points = curve.points();
      assert(points.length <= most);
      assert(points.length >= Math.min(length, most / 2));
      let from = 1;
      for (const { x, y } of points) {
        const values = Array.from({ length: x - from + 1 }, (_, at) => (from + at) ** 2);
        assert(values.length === curve.width || x === length);
        assert.equal(y, values.reduce((sum, value) => sum + value) / values.length);
        from = x + 1;
      }
      assert.equal(from, length + 1);
    }),
  );
});

import assert from "node:assert/strict";
import { intervalEstimate } from "exitlab/lib/replay/interval.ts";

Deno.test("intervalEstimate() uses Student's t, also beyond its table", () => {
  // Published 97.5 % quantiles by degrees of freedom.
  for (
    const [freedom, quantile] of [[1, 12.7062], [9, 2.2622], [20, 2.086], [21, 2.0796], [30, 2.0423], [
      120,
      1.9799,
    ]] as const
  ) {
    const values = Array.from({ length: freedom + 1 }, (_, at) => at % 2);
    const { mean, error, high } = intervalEstimate(values) ?? assert.fail();
    assert(Math.abs(((high ?? 0) - mean) / (error ?? 1) - quantile) < 1e-3, `${freedom}`);
  }
});

Deno.test("intervalEstimate() of one value has no interval, of none is none", () => {
  assert.deepEqual(intervalEstimate([1]), { mean: 1, error: null, low: null, high: null });
  assert.equal(intervalEstimate([]), null);
});

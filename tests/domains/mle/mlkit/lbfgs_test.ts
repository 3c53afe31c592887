import assert from "node:assert/strict";
import { minimize } from "../../../../domains/mle/mlkit/lbfgs.ts";

Deno.test("minimize() finds the minimum of a long valley, and stops at the limit of iterations", () => {
  let calls = 0;
  const valley = (point: Float64Array, slope: Float64Array): number => {
    calls++;
    return point.reduce((sum, value, at) => {
      slope[at] = 2 * 10 ** (at % 5) * (value - at);
      return sum + 10 ** (at % 5) * (value - at) ** 2;
    }, 0);
  };
  const point = new Float64Array(20).fill(100);
  minimize(valley, point, { iterations: 500, tolerance: 1e-9 });
  for (const [at, value] of point.entries()) assert.ok(Math.abs(value - at) < 1e-8);
  calls = 0;
  minimize(valley, new Float64Array(20).fill(100), { iterations: 2, tolerance: 1e-9 });
  assert.ok(calls < 40);
});

Deno.test("minimize() leaves a point that is the minimum already", () => {
  const point = Float64Array.of(0);
  minimize(
    (at, slope) => {
      slope[0] = 2 * (at[0] ?? 0);
      return (at[0] ?? 0) ** 2;
    },
    point,
    { iterations: 5, tolerance: 0 },
  );
  assert.deepEqual(point, Float64Array.of(0));
});

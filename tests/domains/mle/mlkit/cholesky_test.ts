import assert from "node:assert/strict";
import { solveCholesky } from "../../../../domains/mle/mlkit/cholesky.ts";
import { SeededRandom } from "../../../../domains/mle/mlkit/seeded_random.ts";

Deno.test("solveCholesky() solves random systems of every size", () => {
  const random = new SeededRandom(1);
  for (let size = 1; size <= 23; size++) {
    const root = Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal()));
    const A = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        A[i * size + j] = (root[i] ?? []).reduce(
          (sum, v, k) => sum + v * (root[j]?.[k] ?? 0),
          i === j ? 1 : 0,
        );
      }
    }
    const wanted = Float64Array.from({ length: size }, () => random.normal());
    const b = wanted.map((_, i) => wanted.reduce((sum, value, j) => sum + value * (A[i * size + j] ?? 0), 0));
    const found = solveCholesky(A, b);
    assert.ok(found !== null);
    for (const [at, value] of wanted.entries()) assert.ok(Math.abs((found[at] ?? NaN) - value) < 1e-9);
  }
});

Deno.test("solveCholesky() refuses what is not positive definite", () => {
  for (const A of [[0], [-1], [NaN], [1, 0, 2, 1], [1, 0, 1, 1]]) {
    assert.equal(solveCholesky(Float64Array.from(A), new Float64Array(Math.sqrt(A.length))), null);
  }
});

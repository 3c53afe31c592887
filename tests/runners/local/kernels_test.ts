import assert from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../../../lib/random.ts";
import { buildKernels } from "../../../runners/local/build_kernels.ts";
import {
  bindKernels,
  kernelBuilds,
  kernelFile,
  loadKernels,
} from "../../../runners/local/kernels/kernels.ts";

for (const build of kernelBuilds) {
  Deno.test(`the committed ${build} kernels are the build of their source`, async () => {
    assert.deepEqual(await Deno.readFile(kernelFile(build)), await buildKernels(build));
  });

  Deno.test(`gemm() and gemmTransposed() of the ${build} build multiply matrices of any height`, async () => {
    const { module } = await loadKernels([build]);
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 256, shared: true });
    const kernels = bindKernels(module, memory);
    const numbers = new Float32Array(memory.buffer);
    const random = new Random(1, build);
    const [a, b, packed, c, scratch] = [2 ** 20, 3 * 2 ** 20, 5 * 2 ** 20, 7 * 2 ** 20, 9 * 2 ** 20];
    const at = (address: number, index: number): number => numbers[address / 4 + index] ?? NaN;
    const heights = fc.oneof(fc.integer({ min: 1, max: 13 }), fc.constantFrom(96, 97, 128, 131, 200));
    const sizes = fc.constantFrom(8, 16, 24, 520);
    fc.assert(
      fc.property(
        heights,
        sizes,
        fc.constantFrom(8, 24),
        fc.boolean(),
        fc.boolean(),
        (m, k, n, add, flipped) => {
          for (let index = 0; index < m * k; index++) numbers[a / 4 + index] = random.next() - 0.5;
          for (let index = 0; index < k * n; index++) numbers[b / 4 + index] = random.next() - 0.5;
          numbers.fill(0.25, c / 4, c / 4 + m * n + 8);
          if (flipped) kernels.packRows(b, 4 * k, n, k, packed);
          else kernels.packColumns(b, 4 * n, k, n, packed);
          kernels.gemm(a, 4 * k, packed, c, 4 * n, m, n, k, add, scratch);
          for (const row of [0, m >> 1, m - 1]) {
            for (let column = 0; column < n; column++) {
              let sum = add ? 0.25 : 0;
              for (let i = 0; i < k; i++) {
                sum += at(a, row * k + i) * at(b, flipped ? column * k + i : i * n + column);
              }
              assert.ok(Math.abs(at(c, row * n + column) - sum) < 1e-4);
            }
          }
          assert.equal(at(c, m * n), 0.25, "wrote beyond the last row");
        },
      ),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(heights, fc.constantFrom(8, 32), fc.constantFrom(8, 24), (rows, m, n) => {
        for (let index = 0; index < rows * m; index++) numbers[a / 4 + index] = random.next() - 0.5;
        for (let index = 0; index < rows * n; index++) numbers[b / 4 + index] = random.next() - 0.5;
        numbers.fill(0.25, c / 4, c / 4 + m * n);
        kernels.gemmTransposed(a, 4 * m, b, 4 * n, c, 4 * n, rows, m, n, scratch);
        for (let index = 0; index < m * n; index++) {
          let sum = 0.25;
          for (let r = 0; r < rows; r++) {
            sum += at(a, r * m + Math.floor(index / n)) * at(b, r * n + index % n);
          }
          assert.ok(Math.abs(at(c, index) - sum) < 1e-4);
        }
      }),
      { numRuns: 40 },
    );
  });
}

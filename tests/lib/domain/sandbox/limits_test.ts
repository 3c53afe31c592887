import assert from "node:assert/strict";
import * as fc from "fast-check";
import { limitsOf } from "../../../../lib/domain/sandbox/limits.ts";

Deno.test("limitsOf() fills in what is not given", () => {
  const { memory, ...others } = limitsOf({ memory: 64 });
  const { memory: _, ...usual } = limitsOf();
  assert.equal(memory, 64);
  assert.deepEqual(others, usual);
});

Deno.test("limitsOf() rounds processes and seconds of the processor up, as the kernel counts whole ones", () => {
  const { cpuSeconds, processes, seconds } = limitsOf({ cpuSeconds: 1.2, processes: 2.5, seconds: 0.5 });
  assert.deepEqual([cpuSeconds, processes, seconds], [2, 3, 0.5]);
});

Deno.test("limitsOf() refuses what is out of range, and what is no number", () => {
  const outside = [
    { seconds: 0 },
    { cpuSeconds: 0.5 },
    { memory: 15 },
    { output: 63 },
    { processes: 0 },
    { memory: Number.NaN },
    { seconds: Number.POSITIVE_INFINITY },
  ];
  for (const given of outside) {
    assert.throws(() => limitsOf(given), {
      name: "UserError",
      message: /from .* to .* but found .*limits of the sandbox/,
    });
  }
});

Deno.test("limitsOf() gives numbers that a shell can compare, whatever it accepts", () => {
  fc.assert(fc.property(fc.double({ min: 16, max: 80_000, noNaN: true }), (number) => {
    const limits = limitsOf({ seconds: number, cpuSeconds: number, processes: Math.min(number, 4096) });
    assert.ok(Number.isInteger(limits.cpuSeconds) && Number.isInteger(limits.processes));
  }));
});

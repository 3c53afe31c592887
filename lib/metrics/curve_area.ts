/**
 * The area under a curve of gains, a step: what self-improvement gains over the whole chain and not at its end alone.
 * With gains g_k = value_k − value_0 it is the trapezoid Σ (g_{k−1} + g_k) / 2 over k = 1 … K, divided by K.
 *
 * @param curve Values after k = 0 … K steps.
 * @returns A mean gain, in the values' own unit; 0 for K = 0.
 *
 * @example
 * ```ts
 * import { curveArea } from "exitlab/lib/metrics/curve_area.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(curveArea([0.5, 0.75, 0.75]), 0.1875);
 * ```
 */
export function curveArea(curve: readonly number[]): number {
  const steps = curve.length - 1;
  if (steps < 1) return 0;
  const start = curve[0] ?? NaN;
  let area = 0;
  for (let step = 1; step <= steps; step++) {
    area += ((curve[step - 1] ?? NaN) + (curve[step] ?? NaN)) / 2 - start;
  }
  return area / steps;
}

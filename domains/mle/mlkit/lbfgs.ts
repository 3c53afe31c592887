/** A function to make small: fills in the slope at a point and returns the value there. */
export type Objective = (point: Float64Array, slope: Float64Array) => number;

/** When to stop. */
export interface DescentLimits {
  /** The most iterations. */
  readonly iterations: number;
  /** The largest entry of the slope at which the point is good enough. */
  readonly tolerance: number;
}

/** How many earlier steps the curvature is estimated from. */
const memory = 10;

/** What a step must gain of what the slope promises. */
const sufficient = 1e-4;

/** How often a step is shortened before the point is taken as the best that rounding allows. */
const mostTrials = 40;

/**
 * Moves a point to the minimum of a convex function by the limited-memory method of Broyden, Fletcher, Goldfarb and
 * Shanno (Nocedal and Wright, Numerical Optimization, algorithm 7.4), each step shortened until it gains enough.
 *
 * @param point Where to begin; it is moved.
 *
 * @example
 * ```ts
 * import { minimize } from "exitlab/domains/mle/mlkit/lbfgs.ts";
 * import assert from "node:assert/strict";
 *
 * const point = Float64Array.of(5, 5);
 * minimize((at, slope) => {
 *   const [x = 0, y = 0] = at;
 *   slope.set([2 * (x - 1), 20 * (y - 2)]);
 *   return (x - 1) ** 2 + 10 * (y - 2) ** 2;
 * }, point, { iterations: 100, tolerance: 1e-8 });
 * assert.deepEqual([...point].map((value) => value.toFixed(6)), ["1.000000", "2.000000"]);
 * ```
 */
export function minimize(objective: Objective, point: Float64Array, limits: DescentLimits): void {
  const size = point.length;
  const steps: { readonly move: Float64Array; readonly bend: Float64Array; readonly product: number }[] = [];
  let slope = new Float64Array(size);
  let value = objective(point, slope);
  for (let iteration = 0; iteration < limits.iterations; iteration++) {
    if (slope.every((entry) => Math.abs(entry) <= limits.tolerance)) return;
    const direction = slope.map((entry) => -entry);
    const factors = new Float64Array(steps.length);
    for (let at = steps.length - 1; at >= 0; at--) {
      const step = steps[at];
      if (step === undefined) continue;
      const factor = dot(step.move, direction) / step.product;
      factors[at] = factor;
      add(direction, -factor, step.bend);
    }
    const latest = steps.at(-1);
    const size0 = latest === undefined
      ? 1 / Math.max(1, Math.sqrt(dot(slope, slope)))
      : latest.product / dot(latest.bend, latest.bend);
    for (let at = 0; at < size; at++) direction[at] = size0 * (direction[at] ?? 0);
    for (const [at, step] of steps.entries()) {
      add(direction, (factors[at] ?? 0) - dot(step.bend, direction) / step.product, step.move);
    }
    const promise = dot(slope, direction);
    if (!(promise < 0)) return;
    const found = search(objective, point, value, promise, direction);
    if (found === null) return;
    const move = found.point.map((entry, at) => entry - (point[at] ?? 0));
    const bend = found.slope.map((entry, at) => entry - (slope[at] ?? 0));
    const product = dot(move, bend);
    if (product > 0) steps.push({ move, bend, product });
    if (steps.length > memory) steps.shift();
    point.set(found.point);
    slope = found.slope;
    value = found.value;
  }
}

/** The first of ever shorter steps that gains enough, or `null`. */
function search(
  objective: Objective,
  point: Float64Array,
  value: number,
  promise: number,
  direction: Float64Array,
):
  | { readonly point: Float64Array; readonly slope: Float64Array<ArrayBuffer>; readonly value: number }
  | null {
  const slope = new Float64Array(point.length);
  let length = 1;
  for (let trial = 0; trial < mostTrials; trial++) {
    const next = point.map((entry, at) => entry + length * (direction[at] ?? 0));
    const reached = objective(next, slope);
    if (reached <= value + sufficient * length * promise) return { point: next, slope, value: reached };
    const best = -promise * length * length / (2 * (reached - value - promise * length));
    length = best > 0.1 * length && best < 0.5 * length ? best : 0.3 * length;
  }
  return null;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
}

function add(to: Float64Array, factor: number, what: Float64Array): void {
  for (let at = 0; at < to.length; at++) to[at] = (to[at] ?? 0) + factor * (what[at] ?? 0);
}

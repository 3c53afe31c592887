/**
 * What a training iteration costs the `exit()` curriculum: `next(128)` and `observe(128)` with task spaces of 10³ and
 * 10⁶ starts. The work a change takes is O(log n), so the ratio is to stay below 3.
 *
 * Usage: deno run benchmarks/task_space.ts [--json]
 *
 * @module
 */
import { exit } from "../lib/curriculum/exit.ts";
import type { Curriculum, GroupOutcome } from "../lib/curriculum/curriculum.ts";
import { rootStart, type Start } from "../lib/curriculum/start.ts";
import { Random } from "../lib/random.ts";

/** Groups an iteration; 50 iterations go by unmeasured. */
const groups = 128;
const groupSize = 8;

/** One measured size. */
export interface TaskSpaceTiming {
  /** Starts in the space. */
  readonly size: number;
  /** Mean time of `next(128)` and `observe(128)` together, in milliseconds, rebuilds of the tree included. */
  readonly milliseconds: number;
  /** The longest of these times. */
  readonly longest: number;
}

/** Measures one size, with graded rewards: every group has a score of its own. */
export function timeTaskSpace(size: number, iterations: number): TaskSpaceTiming {
  const random = new Random(1, "benchmark");
  const starts = Array.from({ length: 1000 }, (_, index) => rootStart(index, `task ${index}`, null));
  const roots = { size: starts.length, at: (index: number) => starts[index] ?? rootStart(index, "", null) };
  const curriculum = exit({ capacity: size, minimumFill: size })
    .create({ roots, random: new Random(1, "curriculum"), iterates: true });
  let iteration = 0;
  for (let filled = 0; filled < size; filled += starts.length) {
    iteration++;
    curriculum.observe(starts.map((start) => outcome(start, iteration, random, 2)));
  }
  for (let warmUp = 0; warmUp < 50; warmUp++) timeStep(curriculum, ++iteration, random);
  const times = Array.from({ length: iterations }, () => timeStep(curriculum, ++iteration, random));
  const sum = times.reduce((total, time) => total + time, 0);
  return { size, milliseconds: sum / iterations, longest: Math.max(...times) };
}

/** The outcomes are made outside the measured time: they are the loop's work, not the curriculum's. */
function timeStep(curriculum: Curriculum, iteration: number, random: Random): number {
  const before = performance.now();
  const starts = curriculum.next(groups);
  const between = performance.now();
  const outcomes = starts.map((start) => outcome(start, iteration, random, groupSize));
  const after = performance.now();
  curriculum.observe(outcomes);
  return performance.now() - after + between - before;
}

function outcome(start: Start, iteration: number, random: Random, size: number): GroupOutcome {
  const rollouts = Array.from({ length: size }, () => {
    const quality = random.next();
    const verdict = { quality, solved: false, reward: quality };
    const attempt = { response: String(random.bits()), verdict, feedback: null };
    const id = random.bits().toString(16) + random.bits().toString(16);
    const depth = start.depth + 1;
    return { verdict, successors: [{ ...start, id, parent: start.id, depth, attempt, born: iteration }] };
  });
  return { start, iteration, rollouts };
}

/** Measures and prints both sizes. */
function main(args: readonly string[]): void {
  const timings = [1e3, 1e6].map((size) => timeTaskSpace(size, 300));
  const [small, large] = timings;
  const ratio = (large?.milliseconds ?? NaN) / (small?.milliseconds ?? NaN);
  const lines = args.includes("--json") ? [JSON.stringify({ timings, ratio })] : [
    "starts     next(128) + observe(128)   longest",
    ...timings.map(({ size, milliseconds, longest }) =>
      `${String(size).padEnd(10)} ${milliseconds.toFixed(3).padStart(8)} ms ${
        longest.toFixed(3).padStart(22)
      } ms`
    ),
    `ratio      ${ratio.toFixed(2)} (mark: at most 3)`,
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

if (import.meta.main) main(Deno.args);

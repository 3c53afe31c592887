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

const groups = 128;
const groupSize = 8;

/** Iterations that go by unmeasured. */
const warmUp = 50;

/** One measured size. */
export interface TaskSpaceTiming {
  /** Starts in the space. */
  readonly size: number;
  /** Median time of `next(128)` and `observe(128)` together, in milliseconds. */
  readonly median: number;
  /** The mean: it includes what rebuilding the tree, garbage collection and other processes take now and then. */
  readonly mean: number;
}

/**
 * Measures task spaces of several sizes in turn, so that whatever else the machine does falls on all of them. Rewards
 * are graded: every group has a score of its own.
 */
export function timeTaskSpaces(sizes: readonly number[], iterations: number): TaskSpaceTiming[] {
  const random = new Random(1, "benchmark");
  const spaces = sizes.map((size) => ({
    size,
    curriculum: filledSpace(size, random),
    times: Array<number>(),
  }));
  for (let iteration = -warmUp; iteration < iterations; iteration++) {
    for (const { curriculum, times } of spaces) {
      const time = timeStep(curriculum, warmUp + iteration, random);
      if (iteration >= 0) times.push(time);
    }
  }
  return spaces.map(({ size, times }) => ({
    size,
    median: times.toSorted((a, b) => a - b)[Math.floor(iterations / 2)] ?? NaN,
    mean: times.reduce((sum, time) => sum + time, 0) / iterations,
  }));
}

function filledSpace(size: number, random: Random): Curriculum {
  const starts = Array.from({ length: 1000 }, (_, index) => rootStart(index, `task ${index}`, null));
  const roots = { size: starts.length, at: (index: number) => starts[index] ?? rootStart(index, "", null) };
  const curriculum = exit({ capacity: size, minimumFill: size })
    .create({ roots, random: new Random(1, "curriculum"), iterates: true });
  for (let filled = 0; filled < size; filled += starts.length) {
    curriculum.observe(starts.map((start) => outcome(start, 0, random, 2)));
  }
  return curriculum;
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
  const timings = timeTaskSpaces([1e3, 1e6], 300);
  const [small, large] = timings;
  const ratio = (large?.median ?? NaN) / (small?.median ?? NaN);
  const lines = args.includes("--json") ? [JSON.stringify({ timings, ratio })] : [
    "starts     next(128) + observe(128): median        mean",
    ...timings.map(({ size, median, mean }) =>
      `${String(size).padEnd(10)} ${median.toFixed(3).padStart(29)} ms ${mean.toFixed(3).padStart(8)} ms`
    ),
    `ratio of the medians ${ratio.toFixed(2)} (mark: at most 3)`,
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

if (import.meta.main) main(Deno.args);

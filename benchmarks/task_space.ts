/**
 * What a training iteration costs each curriculum: `next(128)` and `observe(128)` with 10³, 10⁵ and 10⁶ entries, which
 * are starts in the task space of `exit()`, scored roots of `prioritized()` and `learnability()`, and root tasks of the
 * others. The work takes O(log n) a start, so the ratio of 10⁶ to 10³ is to stay below 3 for `exit()`.
 *
 * Usage: deno run benchmarks/task_space.ts [--json]
 *
 * @module
 */
import type { Curriculum, CurriculumPart, GroupOutcome } from "../lib/curriculum/curriculum.ts";
import { exit } from "../lib/curriculum/exit.ts";
import { fixedDepth } from "../lib/curriculum/fixed_depth.ts";
import { learnability } from "../lib/curriculum/learnability.ts";
import { prioritized } from "../lib/curriculum/prioritized.ts";
import { rootStart, type Start } from "../lib/curriculum/start.ts";
import { uniform } from "../lib/curriculum/uniform.ts";
import { Random } from "../lib/random.ts";
import { textTable } from "../lib/report/text_table.ts";

const groups = 128;
const groupSize = 8;

/** Iterations that go by unmeasured. */
const warmUp = 50;

/** A curriculum to be measured. */
interface Subject {
  readonly name: string;
  /** Makes one with room for so many entries. */
  readonly make: (size: number) => CurriculumPart;
  /** What it has to be told of to hold them: a root each, or successors of roots. */
  readonly holds: "nothing" | "roots" | "successors";
}

const subjects: readonly Subject[] = [
  { name: "uniform", make: () => uniform(), holds: "nothing" },
  { name: "fixedDepth", make: () => fixedDepth(), holds: "nothing" },
  {
    name: "exit",
    make: (size) => exit({ capacity: size, minimumFill: size }),
    holds: "successors",
  },
  {
    name: "exit, staleness .1",
    make: (size) => exit({ capacity: size, minimumFill: size, staleness: 0.1 }),
    holds: "successors",
  },
  {
    name: "exit, distinct, oldest out",
    make: (size) => exit({ capacity: size, minimumFill: size, distinct: true, eviction: "oldest" }),
    holds: "successors",
  },
  { name: "prioritized by rank", make: (size) => prioritized({ capacity: size }), holds: "roots" },
  {
    name: "prioritized by score",
    make: (size) => prioritized({ capacity: size, prioritization: "score", temperature: 1 }),
    holds: "roots",
  },
  { name: "learnability", make: (size) => learnability({ poolSize: size }), holds: "roots" },
];

/** Times of one call in milliseconds. */
export interface CallTiming {
  /** The median. */
  readonly median: number;
  /** The mean: it includes what rebuilding a tree, garbage collection and other processes take now and then. */
  readonly mean: number;
}

/** One curriculum, measured at one size. */
export interface CurriculumTiming {
  /** Which curriculum. */
  readonly curriculum: string;
  /** Its entries. */
  readonly size: number;
  /** `next(128)`. */
  readonly next: CallTiming;
  /** `observe` of 128 groups. */
  readonly observe: CallTiming;
  /** Both together. */
  readonly both: CallTiming;
}

/** Times of an iteration in milliseconds. */
interface StepTimes {
  readonly next: number;
  readonly observe: number;
}

/**
 * Measures all curricula, each at several sizes in turn, so that whatever else the machine does falls on all of them.
 * Rewards are graded: every group has a score of its own.
 */
export function timeCurricula(sizes: readonly number[], iterations: number): CurriculumTiming[] {
  return subjects.flatMap((subject) => {
    const random = new Random(1, "benchmark");
    const runs = sizes.map((size) => ({
      size,
      curriculum: filled(subject, size, random),
      times: Array<StepTimes>(),
    }));
    for (let iteration = -warmUp; iteration < iterations; iteration++) {
      for (const { curriculum, times } of runs) {
        const step = timeStep(curriculum, warmUp + iteration, random);
        if (iteration >= 0) times.push(step);
      }
    }
    return runs.map(({ size, times }) => ({
      curriculum: subject.name,
      size,
      next: timing(times.map(({ next }) => next)),
      observe: timing(times.map(({ observe }) => observe)),
      both: timing(times.map(({ next, observe }) => next + observe)),
    }));
  });
}

function timing(times: readonly number[]): CallTiming {
  return {
    median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN,
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
  };
}

/** A root whose id costs nothing to make: hashing it would be most of the time. */
function rootAt(index: number): Start {
  return { ...template, id: String(index), task: index, root: `task ${index}` };
}
const template = rootStart(0, "task", null);

function filled({ make, holds }: Subject, size: number, random: Random): Curriculum {
  const roots = { size: holds === "successors" ? 1000 : size, at: rootAt };
  const curriculum = make(size).create({ roots, random: new Random(1, "curriculum"), iterates: true });
  if (holds === "nothing") return curriculum;
  const chunk = 1000;
  for (let from = 0; from < size; from += chunk) {
    const first = holds === "successors" ? 0 : from;
    const starts = Array.from({ length: Math.min(chunk, size - from) }, (_, index) => rootAt(first + index));
    curriculum.observe(starts.map((start) => outcome(start, 0, random, 2)));
  }
  return curriculum;
}

/** The outcomes are made outside the measured time: they are the loop's work, not the curriculum's. */
function timeStep(curriculum: Curriculum, iteration: number, random: Random): StepTimes {
  const before = performance.now();
  const starts = curriculum.next(groups);
  const between = performance.now();
  const outcomes = starts.map((start) => outcome(start, iteration, random, groupSize));
  const after = performance.now();
  curriculum.observe(outcomes);
  return { next: between - before, observe: performance.now() - after };
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

/** How many times as long an iteration takes at the largest size as at the smallest, by its median. */
function growth(timings: readonly CurriculumTiming[], curriculum: string): number {
  const own = timings.filter((timing) => timing.curriculum === curriculum);
  return (own.at(-1)?.both.median ?? NaN) / (own[0]?.both.median ?? NaN);
}

const sizes: ReadonlyMap<number, string> = new Map([[1e3, "10³"], [1e5, "10⁵"], [1e6, "10⁶"]]);

/** Measures and prints all sizes. */
function main(args: readonly string[]): void {
  const timings = timeCurricula([...sizes.keys()], 300);
  const ratio = growth(timings, "exit");
  const milliseconds = (time: number): string => `${time.toFixed(3)} ms`;
  const rows = timings.map(({ curriculum, size, next, observe, both }) => [
    curriculum,
    sizes.get(size) ?? String(size),
    ...[next.median, observe.median, both.median, both.mean].map(milliseconds),
    size === 1e6 ? growth(timings, curriculum).toFixed(2) : "",
  ]);
  const head = ["curriculum", "entries", "next(128)", "observe(128)", "both", "mean of both", "10⁶ / 10³"];
  const lines = args.includes("--json") ? [JSON.stringify({ timings, ratio })] : [
    textTable([head, ...rows]),
    `exit: ratio of the medians at 10⁶ and 10³ ${ratio.toFixed(2)} (mark: at most 3)`,
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

if (import.meta.main) main(Deno.args);

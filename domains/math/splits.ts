import { deriveSeed, type TaskInstance, type TaskSource, UserError } from "../../lib/domain/mod.ts";
import { problemKey } from "./problems/normal_problem.ts";
import type { Problem, ProblemSource } from "./problems/problem.ts";

/** What decides the splits beside the problems. */
export interface SplitRules {
  /** How many problems train; `"all"` for every one that may. */
  readonly trainingTasks: number | "all";
  /** The most problems of a benchmark. */
  readonly testTasks: number | "all";
  /** The share that is held out of a source that has neither a split of its own nor benchmarks beside it. */
  readonly heldOutShare: number;
  /** Decides which problems they are. */
  readonly seed: number;
}

/** How many problems came out on each side. */
export type SplitCounts = {
  /** Training tasks. */
  readonly train: number;
  /** Held-out tasks by benchmark. */
  readonly test: { readonly [benchmark: string]: number };
  /** Problems of the training side that were left out because a held-out benchmark has them too. */
  readonly leaked: number;
  /** Problems that were left out because they repeat another of their own side. */
  readonly duplicates: number;
};

/** The tasks of both splits. */
export interface MathSplits {
  /** What to train on, in an order that `seed` decides; fewer tasks are the first of more. */
  readonly train: TaskSource<Problem>;
  /** Held-out tasks, the benchmarks taking turns. */
  readonly test: TaskSource<Problem>;
  /** What came out. */
  readonly counts: SplitCounts;
}

/** Problems by key, each once. */
type Keyed = ReadonlyMap<string, Problem>;

/** Problems of a source with their keys, which take long enough to make only once. */
interface KeyedSource {
  readonly name: string;
  readonly train: KeyedList;
  readonly test: KeyedList | null;
}

interface KeyedList {
  readonly problems: Keyed;
  readonly duplicates: number;
}

/** Makes splits of the same problems under different rules. */
export type SplitMaker = (rules: SplitRules) => MathSplits;

/**
 * Prepares the splits of problems.
 *
 * @param heldOut Benchmarks: the test side of each, or all of one that has no split. `undefined` for the source's own test side, or a share.
 */
export function mathSplits(source: ProblemSource, heldOut: readonly ProblemSource[] | undefined): SplitMaker {
  const [own, others] = [keySource(source), heldOut?.map(keySource)];
  return (rules) => {
    const { train, benchmarks } = sides(own, others, rules);
    const out = new Set(benchmarks.flatMap(({ list }) => [...list.problems.keys()]));
    const kept = [...train.problems].filter(([key]) => !out.has(key));
    const chosen = chooseTraining(kept, rules, source.name);
    const tested = benchmarks.map(({ name, list }) => chooseTest(name, list.problems, rules));
    return {
      train: taskSource(chosen.map(([key, task]) => ({ id: `${source.name}:${key}`, task }))),
      test: taskSource(takeTurns(tested)),
      counts: {
        train: chosen.length,
        test: Object.fromEntries(benchmarks.map(({ name }, at) => [name, tested[at]?.length ?? 0])),
        leaked: train.problems.size - kept.length,
        duplicates: [train, ...benchmarks.map(({ list }) => list)].reduce(
          (sum, list) => sum + list.duplicates,
          0,
        ),
      },
    };
  };
}

function keySource({ name, train, test }: ProblemSource): KeyedSource {
  return { name, train: keyList(train), test: test === null ? null : keyList(test) };
}

function keyList(list: readonly Problem[]): KeyedList {
  const problems = new Map<string, Problem>();
  for (const problem of list) {
    const key = problemKey(problem.problem);
    // The first of its kind stays.
    if (!problems.has(key)) problems.set(key, problem);
  }
  return { problems, duplicates: list.length - problems.size };
}

interface Sides {
  readonly train: KeyedList;
  readonly benchmarks: readonly { readonly name: string; readonly list: KeyedList }[];
}

function sides(own: KeyedSource, others: readonly KeyedSource[] | undefined, rules: SplitRules): Sides {
  if (others !== undefined) {
    return {
      train: own.train,
      benchmarks: others.map(({ name, train, test }) => ({ name, list: test ?? train })),
    };
  }
  if (own.test !== null) return { train: own.train, benchmarks: [{ name: own.name, list: own.test }] };
  const { problems, duplicates } = own.train;
  const isOut = (key: string): boolean => rank(rules.seed, "held out", key) < rules.heldOutShare * 2 ** 32;
  const side = (out: boolean): Keyed => new Map([...problems].filter(([key]) => isOut(key) === out));
  return {
    train: { problems: side(false), duplicates },
    benchmarks: [{ name: own.name, list: { problems: side(true), duplicates: 0 } }],
  };
}

function chooseTraining(
  kept: readonly [key: string, problem: Problem][],
  { trainingTasks, seed }: SplitRules,
  name: string,
): [key: string, problem: Problem][] {
  if (kept.length === 0) {
    throw new UserError(
      `Expected problems to train on but found none in "${name}" that are not held out; ` +
        'take another "source", or another "heldOut", in math()',
    );
  }
  if (trainingTasks !== "all" && trainingTasks > kept.length) {
    throw new UserError(
      `Expected "trainingTasks" to be at most ${kept.length}, which is what "${name}" has to train on, ` +
        `but found ${trainingTasks} in math()`,
    );
  }
  return ranked(kept, seed, "train").slice(0, trainingTasks === "all" ? kept.length : trainingTasks);
}

function chooseTest(name: string, problems: Keyed, { testTasks, seed }: SplitRules): TaskInstance<Problem>[] {
  if (problems.size === 0) {
    throw new UserError(`Expected problems to hold out but found none in "${name}" in math()`);
  }
  return ranked([...problems], seed, "test")
    .slice(0, testTasks === "all" ? problems.size : testTasks)
    .map(([key, task]) => ({ id: `${name}:${key}`, task, benchmark: name }));
}

/** Problems in an order that the seed and their content decide, and no other problem. */
function ranked(
  problems: readonly [key: string, problem: Problem][],
  seed: number,
  purpose: string,
): [key: string, problem: Problem][] {
  return problems
    .map(([key, problem]) => ({ key, problem, at: rank(seed, purpose, key) }))
    .toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
    .map(({ key, problem }) => [key, problem]);
}

function rank(seed: number, purpose: string, key: string): number {
  return deriveSeed(seed, "math", purpose, key);
}

/** One of each list in turn, so that any first tasks are spread evenly over benchmarks. */
function takeTurns<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const rounds = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list.slice(round, round + 1)))
    .flat();
}

function taskSource(tasks: readonly TaskInstance<Problem>[]): TaskSource<Problem> {
  return {
    size: tasks.length,
    at: (index) => {
      const task = tasks[index];
      if (task === undefined) {
        throw new RangeError(`Expected a task below ${tasks.length} but found ${index}`);
      }
      return task;
    },
  };
}

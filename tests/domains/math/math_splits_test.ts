import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Problem, ProblemSource } from "exitlab/domains/math/problems/problem.ts";
import { problemSource } from "exitlab/domains/math/problems/problem_source.ts";
import { type MathSplits, mathSplits, type SplitRules } from "exitlab/domains/math/splits.ts";
import type { TaskSource } from "exitlab/lib/domain/domain.ts";

const rules: SplitRules = { trainingTasks: "all", testTasks: "all", heldOutShare: 0.1, seed: 0 };

function sums(from: number, to: number): Problem[] {
  return Array.from(
    { length: to - from },
    (_, at) => ({ problem: `What is ${from + at} + 1?`, answer: String(from + at + 1) }),
  );
}

function source(
  name: string,
  train: readonly Problem[],
  test: readonly Problem[] | null = null,
): ProblemSource {
  return problemSource(name, { train, test });
}

function split(
  own: ProblemSource,
  heldOut?: readonly ProblemSource[],
  change: Partial<SplitRules> = {},
): MathSplits {
  return mathSplits(own, heldOut)({ ...rules, ...change });
}

function ids(tasks: TaskSource<Problem>): string[] {
  return Array.from({ length: tasks.size ?? 0 }, (_, index) => tasks.at(index).id);
}

function benchmarks(tasks: TaskSource<Problem>): (string | undefined)[] {
  return Array.from({ length: tasks.size ?? 0 }, (_, index) => tasks.at(index).benchmark);
}

Deno.test("mathSplits() takes a source's own sides", () => {
  const { train, test, counts } = split(source("sums", sums(0, 20), sums(20, 25)));
  assert.deepEqual(counts, { train: 20, test: { sums: 5 }, leaked: 0, duplicates: 0 });
  assert.deepEqual([train.size, test.size], [20, 5]);
  assert.match(train.at(0).id, /^sums:[0-9a-f]{12}$/);
  assert.deepEqual(benchmarks(test), Array(5).fill("sums"));
  assert.equal(train.at(0).benchmark, undefined);
  assert.throws(() => train.at(20), RangeError);
  assert.throws(() => test.at(-1), RangeError);
});

Deno.test("mathSplits() holds out a share of a source without sides, fixed by seed and content", () => {
  const problems = sums(0, 1000);
  const first = split(source("sums", problems));
  const share = (first.test.size ?? 0) / 1000;
  assert.ok(share > 0.07 && share < 0.13, `${share}`);
  assert.deepEqual(
    ids(split(source("sums", problems.toReversed())).test),
    ids(first.test),
    "order does not matter",
  );
  const another = split(source("sums", problems), undefined, { seed: 1 });
  assert.notDeepEqual(new Set(ids(another.test)), new Set(ids(first.test)));
  const grown = split(source("sums", [...problems, ...sums(1000, 1200)]));
  const trained = new Set(ids(grown.train));
  assert.ok(
    ids(first.test).every((id) => !trained.has(id)),
    "what was held out never trains as the source grows",
  );
  const half = split(source("sums", problems), undefined, { heldOutShare: 0.5 });
  assert.ok(new Set(ids(half.test)).isSupersetOf(new Set(ids(first.test))));
});

Deno.test("mathSplits() are disjoint, whole and stable for any seed (property)", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.nat({ max: 60 }), { minLength: 30 }),
      fc.option(fc.array(fc.array(fc.nat({ max: 60 }), { minLength: 1 }), { minLength: 1, maxLength: 3 }), {
        nil: undefined,
      }),
      fc.constantFrom<number | "all">("all", 1, 3),
      (seed, own, others, testTasks) => {
        const problems = (numbers: readonly number[]): Problem[] => numbers.flatMap((at) => sums(at, at + 1));
        const make = (): MathSplits => {
          const trained = source("own", [...problems(own), ...sums(100, 120)]);
          const held = others?.map((numbers, at) => source(`b${at}`, problems(numbers)));
          return split(trained, held, { seed, testTasks, heldOutShare: 0.5 });
        };
        const { train, test, counts } = make();
        const texts = (tasks: TaskSource<Problem>): string[] =>
          Array.from({ length: tasks.size ?? 0 }, (_, index) => tasks.at(index).task.problem);
        const heldOut = new Set(
          others === undefined ? texts(test) : problems(others.flat()).map(({ problem }) => problem),
        );
        assert.ok(texts(train).every((text) => !heldOut.has(text)));
        assert.equal(new Set(ids(train)).size, train.size);
        assert.equal(new Set(ids(test)).size, test.size);
        assert.ok(new Set(ids(train)).isDisjointFrom(new Set(ids(test))));
        assert.deepEqual([ids(make().train), ids(make().test)], [ids(train), ids(test)]);
        assert.deepEqual(counts.train, train.size);
        assert.equal(Object.values(counts.test).reduce((sum, count) => sum + count, 0), test.size);
        if (others !== undefined) {
          const unique = new Set(own);
          const leaked = [...unique].filter((at) => others.flat().includes(at)).length;
          assert.equal(counts.leaked, leaked);
          assert.equal(counts.train, unique.size + 20 - leaked);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("mathSplits() leave leaked problems out of training, however they are printed", () => {
  const leaking = [
    { problem: "What is $5+1$ ?", answer: "6" },
    { problem: "WHAT IS 6 + 1", answer: "7" },
    { problem: "What is 100 + 1?", answer: "101" },
  ];
  const { train, test, counts } = split(source("own", leaking), [source("bench", sums(0, 10))]);
  assert.deepEqual(counts, { train: 1, test: { bench: 10 }, leaked: 2, duplicates: 0 });
  assert.deepEqual(train.at(0).task, leaking[2]);
  assert.equal(test.size, 10);
});

Deno.test("mathSplits() check leaks against whole benchmarks, also where few of their tasks are tested", () => {
  const { train, test, counts } = split(source("own", sums(0, 12)), [source("bench", sums(0, 10))], {
    testTasks: 1,
  });
  assert.deepEqual([train.size, test.size, counts.leaked], [2, 1, 10]);
});

Deno.test("mathSplits() drop repetitions, the later ones", () => {
  const repeated = [{ problem: "what is 0+1", answer: "one" }, ...sums(0, 3), ...sums(0, 2)];
  const { train, counts } = split(source("own", repeated), [
    source("bench", [...sums(10, 12), ...sums(10, 11)]),
  ]);
  assert.deepEqual(counts, { train: 3, test: { bench: 2 }, leaked: 0, duplicates: 4 });
  assert.ok(Array.from({ length: 3 }, (_, at) => train.at(at).task.answer).includes("one"));
});

Deno.test("mathSplits() keep a problem of two benchmarks in both", () => {
  const { test } = split(source("own", sums(50, 60)), [source("one", sums(0, 2)), source("two", sums(0, 2))]);
  assert.equal(test.size, 4);
  const suffix = (name: string): string[] =>
    ids(test).filter((id) => id.startsWith(`${name}:`)).map((id) => id.slice(4)).toSorted();
  assert.deepEqual(suffix("one"), suffix("two"));
});

Deno.test("mathSplits() let benchmarks take turns, so that the first tasks are spread evenly", () => {
  const held = [
    source("large", sums(0, 50)),
    source("small", sums(100, 103)),
    source("middle", [], sums(200, 210)),
  ];
  const { test, counts } = split(source("own", sums(500, 600)), held);
  const order = benchmarks(test);
  assert.deepEqual(order.slice(0, 9), [
    "large",
    "small",
    "middle",
    "large",
    "small",
    "middle",
    "large",
    "small",
    "middle",
  ]);
  assert.deepEqual(order.slice(9, 23), Array(7).fill(["large", "middle"]).flat());
  assert.deepEqual(new Set(order.slice(23)), new Set(["large"]));
  assert.deepEqual(counts.test, { large: 50, small: 3, middle: 10 });
  const few = split(source("own", sums(500, 600)), held, { testTasks: 5 });
  assert.deepEqual(few.counts.test, { large: 5, small: 3, middle: 5 });
  assert.deepEqual(
    ids(few.test).filter((id) => id.startsWith("large")),
    ids(test).filter((id) => id.startsWith("large")).slice(0, 5),
  );
});

Deno.test("mathSplits() train on a subset that the seed decides, and more tasks add to fewer", () => {
  const own = source("own", sums(0, 100), sums(100, 110));
  const all = ids(split(own).train);
  const few = ids(split(own, undefined, { trainingTasks: 10 }).train);
  assert.deepEqual(few, all.slice(0, 10));
  assert.notDeepEqual(ids(split(own, undefined, { trainingTasks: 10, seed: 1 }).train), few);
  assert.deepEqual(new Set(ids(split(own, undefined, { seed: 1 }).train)), new Set(all));
});

Deno.test("mathSplits() refuse sides without problems", () => {
  const refused: [() => unknown, RegExp][] = [
    [
      () => split(source("own", sums(0, 5)), [source("bench", sums(0, 10))]),
      /Expected problems to train on but found none in "own" that are not held out; take another "source", or another "heldOut", in math\(\)/,
    ],
    [() => split(source("own", [], sums(0, 3))), /problems to train on but found none in "own"/],
    [
      () => split(source("own", sums(0, 5), [])),
      /Expected problems to hold out but found none in "own" in math\(\)/,
    ],
    [
      () => split(source("own", sums(0, 5)), [source("bench", [])]),
      /problems to hold out but found none in "bench"/,
    ],
    [
      () => split(source("own", sums(0, 1)), undefined, { heldOutShare: 1e-9 }),
      /problems to hold out but found none in "own"/,
    ],
    [
      () => split(source("own", sums(0, 8)), [source("bench", sums(0, 2))], { trainingTasks: 7 }),
      /Expected "trainingTasks" to be at most 6, which is what "own" has to train on, but found 7 in math\(\)/,
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

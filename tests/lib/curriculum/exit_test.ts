import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import type { Curriculum } from "../../../lib/curriculum/curriculum.ts";
import { exit, type ExitInput } from "../../../lib/curriculum/exit.ts";
import { contentHash } from "../../../lib/json.ts";
import { Random } from "../../../lib/random.ts";
import { context, group, rootAt } from "./fixtures.ts";

/** A curriculum that keeps all rollouts and replays as soon as it can. */
function eager(options: ExitInput = {}, iterates = true): Curriculum {
  return exit({ keep: "all", minimumFill: 1, probability: 1, ...options }).create(context({ iterates }));
}

const responses = (curriculum: Curriculum): (string | undefined)[] =>
  curriculum.space().map(({ start }) => start.attempt?.response).toSorted();

Deno.test("exit() conforms to the curriculum contract in all its forms", async () => {
  const small = { capacity: 24, minimumFill: 8 } as const;
  const forms: ExitInput[] = [
    small,
    { ...small, effectiveSize: 0.3 },
    { ...small, keep: "all", score: "quality", kappa: 0 },
    { ...small, keep: "best", solvedStarts: false, roots: true },
    { ...small, keep: "worst", kappa: 100, probability: 1 },
    { ...small, probability: 0 },
    { ...small, staleness: 0.3, variance: "sample" },
    { ...small, eviction: "oldest", distinct: true, roots: true, effectiveSize: 0.3 },
    { ...small, eviction: "oldest", staleness: 1, probability: 1, distinct: true },
    { capacity: 1, minimumFill: 1 },
    { capacity: 1, minimumFill: 1, distinct: true, staleness: 0.5, roots: true, probability: 1 },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkCurriculum(exit(form), { iterations: 8 }), [], JSON.stringify(form));
  }
});

Deno.test("exit() has the documented defaults", () => {
  const part = exit();
  assert.deepEqual(part.options, {
    probability: 0.5,
    capacity: 512,
    minimumFill: 64,
    kappa: 3.75,
    effectiveSize: null,
    keep: "one-random",
    score: "reward",
    variance: "population",
    staleness: 0,
    eviction: "lowest",
    distinct: false,
    solvedStarts: true,
    roots: "auto",
  });
  assert.deepEqual([part.histories, part.longestChain], [true, 1]);
});

Deno.test("exit() replays nothing below the minimum fill, and its share of starts above", () => {
  const curriculum = exit({ minimumFill: 30, probability: 0.3 }).create(context({ size: null }));
  for (let iteration = 1; iteration <= 3; iteration++) {
    const starts = curriculum.next(10);
    assert.ok(starts.every(({ attempt }) => attempt === null));
    curriculum.observe(starts.map((start) => group(start, [0, 1], iteration)));
  }
  const starts = curriculum.next(10_000);
  const share = starts.filter(({ attempt }) => attempt !== null).length / starts.length;
  assert.ok(Math.abs(share - 0.3) < 0.02, `${share}`);
  assert.equal(curriculum.metrics().replay_share, share);
});

Deno.test("exit() lets children inherit their group's score until they are measured themselves", () => {
  const curriculum = eager();
  const root = rootAt(0);
  curriculum.observe([group(root, [0, 0, 1, 1])]);
  assert.deepEqual(
    curriculum.space().map(({ learnability, visits }) => [learnability, visits]),
    Array(4).fill([0.25, 0]),
  );
  const [child] = curriculum.next(1);
  assert.ok(child !== undefined && child.attempt !== null);
  curriculum.observe([group({ ...child, mode: "improve" }, [0, 0, 0, 1], 2)]);
  const scores = new Map(
    curriculum.space().map(({ start, learnability, visits }) => [start.id, [learnability, visits]]),
  );
  assert.deepEqual(scores.get(child.id), [0.1875, 1]);
  const grandchildren = curriculum.space().filter(({ start }) => start.depth === 2);
  assert.equal(grandchildren.length, 4);
  for (const { start, learnability } of grandchildren) {
    assert.deepEqual([start.parent, start.born, start.root, learnability], [child.id, 2, root.root, 0.1875]);
  }
});

Deno.test("exit() does not let a copied response overwrite a measured score", () => {
  const curriculum = eager();
  curriculum.observe([group(rootAt(0), [0, 1])]);
  const copied = curriculum.space()[0]?.start;
  assert.ok(copied !== undefined);
  curriculum.observe([group(copied, [1, 1], 2)]);
  curriculum.observe([group(rootAt(0), [0, 1], 3)]);
  const entry = curriculum.space().find(({ start }) => start.id === copied.id);
  assert.deepEqual([entry?.learnability, entry?.visits, entry?.start.born], [0, 1, 1]);
});

Deno.test("exit() replaces the lowest at capacity, ties included, and keeps what is better", () => {
  const curriculum = eager({ capacity: 2 });
  curriculum.observe([group(rootAt(0), [0, 1])]);
  curriculum.observe([group(rootAt(1), [1, 1])]);
  assert.deepEqual(curriculum.space().map(({ start }) => start.task), [0, 0]);
  curriculum.observe([group(rootAt(2), [0, 1])]);
  assert.deepEqual(curriculum.space().map(({ start }) => start.task), [2, 2]);
});

Deno.test("exit() hands histories out in base mode and remembers the mode that made them", () => {
  const curriculum = eager();
  const child = group(rootAt(0), [0, 1]).rollouts[0]?.successors[0] ?? rootAt(0);
  curriculum.observe([group({ ...child, mode: "diverge" }, [0, 1], 2)]);
  assert.deepEqual(curriculum.space().map(({ start }) => start.mode), ["diverge", "diverge"]);
  assert.ok(curriculum.next(10).every(({ mode, attempt }) => mode === "base" && attempt !== null));
});

Deno.test("exit() keeps solved attempts out only if told to", () => {
  const outcome = group(rootAt(0), [0, 1, 0, 1]);
  const [paper, filtered] = [eager(), eager({ solvedStarts: false })];
  for (const curriculum of [paper, filtered]) curriculum.observe([outcome]);
  assert.deepEqual(responses(paper), ["0", "1", "2", "3"]);
  assert.deepEqual(responses(filtered), ["0", "2"]);
  const one = eager({ solvedStarts: false, keep: "one-random" });
  one.observe([outcome, group(rootAt(1), [1, 1])]);
  assert.equal(one.space().length, 1);
  assert.equal(one.space()[0]?.start.attempt?.verdict.solved, false);
});

Deno.test("exit() takes roots in, and no attempts, where no operator iterates", () => {
  const curriculum = eager({}, false);
  curriculum.observe([group(rootAt(3), [0, 1]), group(rootAt(4), [1, 1])]);
  assert.deepEqual(curriculum.space(), [
    { start: rootAt(3), learnability: 0.25, visits: 1 },
    { start: rootAt(4), learnability: 0, visits: 1 },
  ]);
  curriculum.observe([group(rootAt(3), [1, 1], 2)]);
  assert.deepEqual(curriculum.space()[0], { start: rootAt(3), learnability: 0, visits: 2 });
});

Deno.test("exit() lets the option decide about roots", () => {
  const outcome = group(rootAt(0), [0, 1]);
  for (
    const [roots, iterates, kept] of [[true, true, 1], [false, false, 0], ["auto", true, 0], [
      "auto",
      false,
      1,
    ]] as const
  ) {
    const curriculum = eager({ roots }, iterates);
    curriculum.observe([outcome]);
    assert.equal(
      curriculum.space().filter(({ start }) => start.parent === null).length,
      kept,
      `${roots} ${iterates}`,
    );
  }
});

Deno.test("exit() scores by reward or by quality", () => {
  const outcome = group(rootAt(0), [0, 1]);
  const graded = {
    ...outcome,
    rollouts: outcome.rollouts.map((rollout, index) => ({
      ...rollout,
      verdict: { quality: 0.4 + 0.2 * index, solved: false, reward: index },
    })),
  };
  for (const [score, expected] of [["reward", 0.25], ["quality", 0.01]] as const) {
    const curriculum = eager({ score });
    curriculum.observe([graded]);
    assert.ok(Math.abs((curriculum.metrics().score_max ?? NaN) - expected) < 1e-12);
  }
});

Deno.test("exit() draws by learnability, whatever its scale", () => {
  for (const spread of [1, 0.01]) {
    const curriculum = eager({ kappa: 5 });
    curriculum.observe([group(rootAt(0), [0, spread]), group(rootAt(1), [spread, spread])]);
    const starts = curriculum.next(20_000);
    const ratio = starts.filter(({ task }) => task === 0).length /
      starts.filter(({ task }) => task === 1).length;
    assert.ok(Math.abs(Math.log(ratio) - 5) < 0.5, `${ratio}`);
  }
});

Deno.test("exit() replays roots alone however few there are", () => {
  for (const size of [1, 3]) {
    const curriculum = exit().create(context({ size, iterates: false }));
    for (let iteration = 1; iteration <= 5; iteration++) {
      curriculum.observe(curriculum.next(8).map((start) => group(start, [0, 1], iteration)));
    }
    assert.ok((curriculum.metrics()["replay_share"] ?? 0) > 0);
  }
});

Deno.test("exit() draws no more random numbers for options that are left at their defaults", () => {
  // Digests of what an implementation without staleness, eviction and distinct starts picks.
  const golden: [ExitInput, boolean, string][] = [
    [{ "minimumFill": 32 }, true, "ca7a4d2cd1b0bc0c"],
    [{ "minimumFill": 16 }, false, "6448d52c3bc0a464"],
    [{ "capacity": 40, "minimumFill": 20, "keep": "all", "effectiveSize": 0.4 }, true, "6a249a24e2e3958c"],
    [
      { "capacity": 60, "minimumFill": 1, "probability": 0.9, "kappa": 30, "roots": true },
      true,
      "f7757727170d7434",
    ],
  ];
  for (const [options, iterates, digest] of golden) {
    const curriculum = exit(options).create(context({ size: 30, seed: 7, iterates }));
    const picks: string[] = [];
    for (let iteration = 1; iteration <= 40; iteration++) {
      const starts = curriculum.next(16);
      picks.push(...starts.map(({ id }) => id));
      curriculum.observe(starts.map((start) => {
        const random = new Random(iteration, start.id);
        return group(start, Array.from({ length: 4 }, () => random.next()), iteration);
      }));
    }
    assert.equal(contentHash(picks).slice(0, 16), digest);
  }
});

Deno.test("exit() draws a share of replays by age where it is told to", () => {
  // A start that no score speaks for comes up by age alone: once everything else was drawn, it is the oldest.
  const replays = (staleness: number): number => {
    const curriculum = eager({ kappa: 100, staleness });
    curriculum.observe([group(rootAt(0), [0, 1]), group(rootAt(1), [1, 1])]);
    let dull = 0;
    for (let iteration = 2; iteration < 2000; iteration++) {
      const starts = curriculum.next(1);
      if (starts[0]?.task === 1) dull++;
      curriculum.observe(
        starts.map((start) => ({
          start,
          iteration,
          rollouts: group(start, start.task === 0 ? [0, 1] : [1, 1]).rollouts.map(({ verdict }) => ({
            verdict,
            successors: [],
          })),
        })),
      );
    }
    return dull / 1998;
  };
  assert.equal(replays(0), 0);
  // Of four starts, two are dull; over time P_C reaches all of them, less the one drawn last.
  assert.ok(replays(0.4) > 0.15 && replays(0.4) < 0.4, `${replays(0.4)}`);
  assert.ok(replays(1) > 0.45 && replays(1) < 0.55, `${replays(1)}`);
});

Deno.test("exit() takes every start in where the oldest makes room", () => {
  const curriculum = eager({ capacity: 2, eviction: "oldest" });
  curriculum.observe([group(rootAt(0), [0, 1])]);
  curriculum.observe([group(rootAt(1), [1, 1])]);
  assert.deepEqual(curriculum.space().map(({ start }) => start.task), [1, 1]);
});

Deno.test("exit() gives no start twice in a batch where starts are distinct, roots included", () => {
  const curriculum = eager({ distinct: true, roots: true, probability: 0.5 }, false);
  curriculum.observe(Array.from({ length: 20 }, (_, task) => group(rootAt(task), [0, task % 2])));
  for (let batch = 0; batch < 50; batch++) {
    assert.equal(new Set(curriculum.next(20).map(({ id }) => id)).size, 20);
  }
  const counts = Map.groupBy(curriculum.next(60), ({ id }) => id);
  assert.equal(counts.size, 20);
});

Deno.test("exit() scores by the sample variance where it is told to", () => {
  const curriculum = eager({ variance: "sample" });
  curriculum.observe([group(rootAt(0), [0, 0, 1, 1])]);
  assert.ok(Math.abs((curriculum.metrics().score_max ?? NaN) - 1 / 3) < 1e-15);
});

Deno.test("exit() trains on a single task", () => {
  const curriculum = exit({ minimumFill: 2, keep: "all", distinct: true }).create(context({ size: 1 }));
  for (let iteration = 1; iteration <= 5; iteration++) {
    const starts = curriculum.next(12);
    assert.equal(starts.length, 12);
    curriculum.observe(starts.map((start) => group(start, [0, 1], iteration)));
  }
  assert.ok((curriculum.metrics().space ?? 0) > 12 && (curriculum.metrics().depth_max ?? 0) > 2);
});

Deno.test("exit() follows the scores with κ where an effective size was asked for", () => {
  const curriculum = eager({ effectiveSize: 0.25, capacity: 400 });
  for (let task = 0; task < 200; task++) {
    curriculum.observe([group(rootAt(task), [0, (task % 50) / 50], 1)]);
  }
  curriculum.next(1);
  assert.ok(Math.abs((curriculum.metrics().effective_share ?? NaN) - 0.25) < 0.01);
});

Deno.test("exit() tells about its space", () => {
  const empty = exit().create(context()).metrics();
  assert.deepEqual([empty.space, empty.effective_size, empty.effective_share, empty.age_mean], [0, 0, 0, 0]);
  const curriculum = eager();
  curriculum.observe([group(rootAt(0), [0, 1], 2)]);
  const [child] = curriculum.next(1);
  curriculum.observe([group(child ?? rootAt(0), [0, 1], 6)]);
  const { effective_size, effective_share, ...figures } = curriculum.metrics();
  assert.ok(Math.abs((effective_size ?? NaN) - 4) < 1e-9 && Math.abs((effective_share ?? NaN) - 1) < 1e-9);
  assert.deepEqual(figures, {
    space: 4,
    kappa: 3.75,
    score_max: 0.25,
    depth_mean: 1.5,
    depth_max: 2,
    age_mean: 2,
    staleness_mean: 0.25,
    replay_share: 1,
  });
});

Deno.test("exit() refuses outcomes that cannot be scored before it changes anything", () => {
  const curriculum = eager();
  const before = curriculum.state();
  assert.throws(() => curriculum.observe([group(rootAt(0), [0, 1]), group(rootAt(1), [0, NaN])]), RangeError);
  assert.throws(() => curriculum.observe([group(rootAt(0), [])]), RangeError);
  assert.deepEqual(curriculum.state(), before);
  curriculum.observe([]);
  assert.deepEqual(curriculum.state(), before);
});

Deno.test("exit() refuses a state whose task space is broken, and stays as it was", () => {
  const curriculum = eager();
  curriculum.observe([group(rootAt(0), [0, 1])]);
  const before = curriculum.state();
  assert.ok(typeof before === "object" && before !== null && !Array.isArray(before));
  for (const change of [{ space: {} }, { random: [1, 2, 3] }, { roots: -1 }, { kappa: null }, { more: 1 }]) {
    assert.throws(() => curriculum.restore({ ...before, ...change }), TypeError);
    assert.deepEqual(curriculum.state(), before);
  }
});

Deno.test("exit() refuses options that are unknown, out of range or exclude each other", () => {
  const refused: [object, RegExp][] = [
    [{ probability: 1.2 }, /"probability" to be a probability in \[0, 1\] but found 1.2 in exit\(\)/],
    [{ capacity: 0 }, /"capacity"/],
    [{ capacity: 10 }, /"minimumFill" to be at most the capacity but found 64/],
    [{ kappa: -1 }, /"kappa" to be a number from 0 to 100 but found -1/],
    [{ kappa: 101 }, /"kappa"/],
    [{ effectiveSize: 0 }, /"effectiveSize" to be a share in \(0, 1\] but found 0/],
    [{ effectiveSize: 0.5, kappa: 2 }, /"effectiveSize" to be left out where kappa is given but found 0.5/],
    [{ keep: "most" }, /"keep"/],
    [{ score: "loss" }, /"score"/],
    [{ roots: "yes" }, /"roots"/],
    [{ variance: "biased" }, /"variance"/],
    [{ staleness: 1.1 }, /"staleness" to be a probability in \[0, 1\] but found 1.1/],
    [{ eviction: "newest" }, /"eviction"/],
    [{ distinct: 1 }, /"distinct" to be true or false but found 1/],
    [{ probabilty: 0.5 }, /Did you mean "probability"/],
  ];
  for (const [options, message] of refused) assert.throws(() => exit().rebuild({ ...options }), message);
});

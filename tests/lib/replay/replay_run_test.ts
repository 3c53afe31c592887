import assert from "node:assert/strict";
import type { CurriculumPart } from "exitlab/lib/curriculum/curriculum.ts";
import { exit } from "exitlab/lib/curriculum/exit.ts";
import { fixedDepth } from "exitlab/lib/curriculum/fixed_depth.ts";
import { uniform } from "exitlab/lib/curriculum/uniform.ts";
import type { LoggedIteration, LoggedRun, Measurement } from "exitlab/lib/replay/logged_run.ts";
import { loggedRoots, replayRun, type ReplaySubject } from "exitlab/lib/replay/replay_run.ts";
import { rootStart, type Start } from "exitlab/lib/curriculum/start.ts";
import { Random } from "exitlab/lib/random.ts";
import { exploring, job } from "../loop/job_variants.ts";
import { jobWith, small, withLog } from "./logged_jobs.ts";

function subject(part: CurriculumPart, name = part.kind): ReplaySubject {
  return { name, part, own: false };
}

Deno.test("replayRun() of uniform gives the known distribution on the log of another curriculum", async () => {
  const tasks = 32;
  await withLog(jobWith(small({}), { tasks, iterations: 10 }), async (log) => {
    const draws = 200;
    const { subjects: [replay], selections } = await replayRun(log, [subject(uniform())], { draws });
    assert(replay !== undefined);
    const { overlap, depth, roots, distinct, replayed } = replay.figures;
    assert.deepEqual([depth?.mean, replayed?.mean, roots?.mean], [0, 0, 1]);
    // Each root is as likely: the chi-square statistic with 31 degrees of freedom is above 61.1 once in a thousand times.
    const counts = replay.picked.map(({ picks }) => picks * draws);
    assert.equal(counts.length, tasks);
    const expected = selections * draws / tasks;
    assert.equal(Math.round(counts.reduce((sum, count) => sum + count, 0)), selections * draws);
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert(statistic < 61.1, `${statistic}`);
    // A pick is in the logged batch with the share of roots that the batch has.
    let hits = 0;
    for await (const { rounds } of log.read()) {
      for (const { asked, starts } of rounds) {
        hits += asked * new Set(starts.filter(({ attempt }) => attempt === null).map(({ id }) => id)).size /
          tasks;
      }
    }
    assert(typeof overlap?.error === "number");
    assert(Math.abs(overlap.mean - hits / selections) < 4 * overlap.error);
    // Ten batches of six different roots each: 32 (1 - (26 / 32)^10) different ones.
    const different = tasks * (1 - ((tasks - 6) / tasks) ** 10);
    assert(typeof distinct?.error === "number");
    assert(Math.abs(distinct.mean - different) < 4 * distinct.error);
  });
});

Deno.test("replayRun() weighs starts by what the log measured, so that a greedy space finds the learnable ones", async () => {
  await withLog(jobWith(uniform(), { tasks: 64, iterations: 20 }), async (log) => {
    const subjects = [
      subject(uniform()),
      subject(exit({ capacity: 64, minimumFill: 4, kappa: 100, probability: 1 })),
    ];
    const { subjects: [even, greedy] } = await replayRun(log, subjects, { draws: 5 });
    assert((greedy?.figures.learnability?.mean ?? 0) > (even?.figures.learnability?.mean ?? 1));
    assert((greedy?.figures.effective?.mean ?? 99) < (even?.figures.effective?.mean ?? 0));
    // Roots that the log never drew have no measurement, and stand-ins of their own.
    assert((even?.figures.unknown?.mean ?? 0) > 0.05);
    assert(even?.picked.some(({ root, measured }) => root.startsWith("unlogged ") && measured === 0));
  });
});

/** The log of a uniform run over tasks that are all alike: whether a group's rewards vary is a coin's toss. */
function alike(tasks: number, iterations: number, count: number): LoggedRun {
  const random = new Random(1, "alike");
  const curriculum = uniform().create({
    roots: { size: tasks, at: (index) => rootStart(index, `task ${index}`, null) },
    random: new Random(1, "curriculum"),
    iterates: false,
  });
  const measured = new Map<string, Measurement[]>();
  const rollout = (reward: number) => ({
    verdict: { quality: reward, solved: reward === 1, reward },
    successors: [],
  });
  const logged = Array.from({ length: iterations }, (_, at): LoggedIteration => {
    const iteration = at + 1;
    const starts = curriculum.next(count);
    const outcomes = starts.map((start) => {
      const varies = random.chance(0.5);
      const known = measured.get(start.id) ?? [];
      measured.set(start.id, [...known, {
        iteration,
        learnability: varies ? 0.25 : 0,
        flat: varies ? 0 : 1,
      }]);
      return { start, iteration, rollouts: [rollout(1), rollout(varies ? 0 : 1)] };
    });
    return { iteration, rounds: [{ round: 0, asked: count, starts, outcomes }] };
  });
  return {
    ...{ run: "alike", experiment: "alike", arm: "uniform", seed: 1, trainingTasks: tasks, iterates: false },
    ...{ curriculum: { kind: "uniform", options: {} }, iterations, measured },
    roots: new Map(
      Array.from({ length: tasks }, (_, index) => [index, rootStart(index, `task ${index}`, null)]),
    ),
    read: async function* () {
      yield* logged;
    },
  };
}

Deno.test("replayRun() shows that fresh measurements do not flatter who picks by measured scores", async () => {
  const subjects = [subject(exit({ capacity: 48, minimumFill: 8, probability: 1 })), subject(uniform())];
  const { subjects: [greedy, even] } = await replayRun(alike(48, 150, 8), subjects, { draws: 10 });
  const { learnability, freshLearnability: fresh } = greedy?.figures ?? assert.fail();
  assert(learnability !== null && fresh !== null);
  // There is nothing to find. The true value is 0.125; the share of groups that vary in the log is another 0.01 off at most.
  assert(learnability.mean > 0.16, `${learnability.mean}`);
  assert(Math.abs(fresh.mean - 0.125) < 0.02, `${fresh.mean}`);
  assert(Math.abs((even?.figures.learnability?.mean ?? 0) - 0.125) < 0.02);
});

Deno.test("replayRun() gives the same figures twice, and other draws other picks", async () => {
  await withLog(job("exit"), async (log) => {
    const subjects = [{ name: "own", part: exploring, own: true }, subject(fixedDepth({ depth: 2 }))];
    const first = await replayRun(log, subjects, { draws: 3 });
    assert.deepEqual(await replayRun(log, subjects, { draws: 3 }), first);
    const [own, chain] = first.subjects;
    assert.equal(own?.reproduction?.difference, null);
    assert(
      typeof own?.figures.overlap?.low === "number" && own.figures.overlap.mean < 1,
      "only the first draw is the log's",
    );
    assert.equal((await replayRun(log, subjects, { draws: 1 })).subjects[0]?.figures.overlap?.mean, 1);
    assert.equal(chain?.series.length, log.iterations);
    assert.equal(chain?.reproduction, null);
  });
});

Deno.test("replayRun() reports a curriculum that does not take others' outcomes, and replays the rest", async () => {
  const strict: CurriculumPart = {
    ...uniform(),
    kind: "strict",
    create: (context) => {
      const inner = uniform().create(context);
      let picked: string[] = [];
      return {
        ...inner,
        next: (count) => {
          const starts = inner.next(count);
          picked = starts.map(({ id }) => id);
          return starts;
        },
        observe: (outcomes) => {
          const strange = outcomes.find(({ start }) => !picked.includes(start.id));
          if (strange !== undefined) throw new RangeError(`Never picked ${strange.start.id}`);
        },
      };
    },
  };
  await withLog(job("exit"), async (log) => {
    const { subjects: [failed, sound] } = await replayRun(log, [subject(strict), subject(uniform())], {
      draws: 2,
    });
    assert.match(
      failed?.failure ?? "",
      /^Curriculum "strict" cannot be replayed: observe\(\) in iteration \d+ threw "Never picked [^"]+"; in a replay it is/,
    );
    assert.equal(failed?.figures.depth, null);
    assert.equal(sound?.failure, null);
    assert.equal(sound?.figures.depth?.mean, 0);
  });
});

Deno.test("replayRun() refuses what is no batch, in a sentence", async () => {
  await withLog(jobWith(uniform(), { iterations: 2 }), async (log) => {
    const batches: readonly (readonly [batch: (picks: Start[]) => Start[], what: RegExp])[] = [
      [() => [], /gives no start$/],
      [() => JSON.parse('"starts"'), /gives no array of starts$/],
      [(picks) => picks.map((pick) => ({ ...pick, depth: NaN })), /no start \(place 0 of its batch\)$/],
      [(picks) => [...picks.slice(1), JSON.parse("null")], /no start \(place 5 of its batch\)$/],
      [(picks) => picks.slice(1), /gives 5 starts that ask for 5 of 6 completions$/],
      [(picks) => [...picks, ...picks], /gives 12 starts that ask for 12 of 6 completions$/],
    ];
    for (const [batch, what] of batches) {
      const part: CurriculumPart = {
        ...uniform(),
        create: (context) => {
          const own = uniform().create(context);
          return { ...own, next: (count) => batch(own.next(count)), observe: () => {} };
        },
      };
      const { subjects: [replay] } = await replayRun(log, [subject(part, "wrong")], { draws: 1 });
      assert.match(
        replay?.failure ?? "",
        /^Curriculum "wrong" cannot be replayed: next\(\) in iteration 1 gives /,
      );
      assert.match(replay?.failure ?? "", what);
    }
  });
});

Deno.test("replayRun() shields curricula from one that changes what it is told", async () => {
  await withLog(jobWith(uniform(), { iterations: 4 }), async (log) => {
    const part: CurriculumPart = {
      ...uniform(),
      create: (context) => ({
        ...uniform().create(context),
        next: (count) => uniform().create(context).next(count),
        observe: (outcomes) => {
          for (const { start } of outcomes) Object.assign(start, { id: "mine", depth: 9 });
        },
      }),
    };
    const even = subject(uniform(), "even");
    const [alone, beside] = [
      await replayRun(log, [even], { draws: 1 }),
      await replayRun(log, [subject(part, "changing"), even], { draws: 1 }),
    ];
    assert.match(
      beside.subjects[0]?.failure ?? "",
      /observe\(\) in iteration 1 threw "Cannot assign to read only/,
    );
    assert.deepEqual(beside.subjects[1], alone.subjects[0]);
  });
});

Deno.test("loggedRoots() has the logged roots, and a stand-in for each other", () => {
  const root = { ...loggedRoots({ roots: new Map(), trainingTasks: 3 }).at(1), id: "known", root: "task" };
  const source = loggedRoots({ roots: new Map([[1, root]]), trainingTasks: 3 });
  assert.equal(source.size, 3);
  assert.equal(source.at(1), root);
  assert.notEqual(source.at(0).id, source.at(2).id);
  assert.deepEqual(source.at(2), source.at(2));
});

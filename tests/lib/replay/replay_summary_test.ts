import assert from "node:assert/strict";
import type { CurriculumPart } from "exitlab/lib/curriculum/curriculum.ts";
import { uniform } from "exitlab/lib/curriculum/uniform.ts";
import { mean } from "exitlab/lib/metrics/estimate.ts";
import { mergedStarts, type PickedStart, pickedStarts } from "exitlab/lib/replay/picked_starts.ts";
import type { RunReplay } from "exitlab/lib/replay/replay_results.ts";
import { replayRun } from "exitlab/lib/replay/replay_run.ts";
import { summariseReplays } from "exitlab/lib/replay/replay_summary.ts";
import { rootStart } from "exitlab/lib/curriculum/start.ts";
import { exploring, job } from "../loop/job_variants.ts";
import { withLog } from "./logged_jobs.ts";

async function replayed(seed: number, part: CurriculumPart, draws = 1): Promise<RunReplay> {
  const { promise, resolve } = Promise.withResolvers<RunReplay>();
  await withLog({ ...job("exit"), seed }, async (log) => {
    const subjects = [{ name: "own", part, own: true }, { name: "uniform", part: uniform(), own: false }];
    resolve(await replayRun(log, subjects, { draws }));
  });
  return await promise;
}

Deno.test("summariseReplays() takes means over runs of one arm, with intervals over runs", async () => {
  const runs = [
    await replayed(1, exploring, 3),
    await replayed(2, exploring, 3),
    await replayed(3, exploring, 3),
  ];
  const [summary, ...others] = summariseReplays(runs);
  assert.deepEqual(others, []);
  assert(summary !== undefined);
  assert.equal(summary.over, "runs");
  assert.deepEqual(summary.runs.map(({ seed, reproduction }) => [seed, reproduction?.difference]), [
    [1, null],
    [2, null],
    [3, null],
  ]);
  for (const [at, subject] of summary.subjects.entries()) {
    const each = runs.map((run) => run.subjects[at]?.figures.depth?.mean ?? NaN);
    assert.equal(subject.figures.depth?.mean, mean(each));
    const [first] = subject.series;
    assert.equal(subject.series.length, 9);
    assert.equal(
      first?.figures.overlap?.mean,
      mean(runs.map((run) => run.subjects[at]?.series[0]?.figures.overlap?.mean ?? NaN)),
    );
  }
  const [own, even] = summary.subjects;
  assert.equal(own?.minusOwn, null);
  const differences = runs.map(({ subjects: [first, second] }) =>
    (second?.figures.depth?.mean ?? NaN) - (first?.figures.depth?.mean ?? NaN)
  );
  assert.equal(even?.minusOwn?.depth?.mean, mean(differences));
  assert((even?.minusOwn?.depth?.high ?? 1) < 0, "uniform has no depth");
  assert(
    (summary.subjects[1]?.figures.overlap?.low ?? 1) < (summary.subjects[1]?.figures.overlap?.mean ?? 0),
  );
});

Deno.test("summariseReplays() keeps a single run's intervals over draws, and arms of other settings apart", async () => {
  const run = await replayed(1, exploring, 4);
  const [single] = summariseReplays([run]);
  assert.equal(single?.over, "draws");
  assert.deepEqual(single?.subjects[1]?.figures, run.subjects[1]?.figures);
  const other: RunReplay = {
    ...run,
    subjects: run.subjects.map((subject) => ({ ...subject, options: { ...subject.options, capacity: 1 } })),
  };
  assert.equal(summariseReplays([run, other]).length, 2);
});

Deno.test("summariseReplays() leaves out a curriculum that failed on one of the runs, and says why", async () => {
  const run = await replayed(1, exploring);
  const failed: RunReplay = {
    ...run,
    run: "two",
    subjects: run.subjects.map((subject) => subject.own ? { ...subject, failure: "It threw" } : subject),
  };
  const [summary] = summariseReplays([run, failed]);
  assert.deepEqual(summary?.subjects.map(({ name }) => name), ["uniform"]);
  assert.deepEqual(summary?.failures, ['Run "two": It threw']);
  assert.deepEqual(summary?.runs.map(({ reproduction }) => reproduction?.difference), [null, undefined]);
});

Deno.test("pickedStarts() counts over draws, and mergedStarts() over runs", () => {
  const [a, b] = [{ ...rootStart(0, "a", null), id: "a" }, { ...rootStart(1, "b", null), id: "b" }];
  const measured = new Map([["a", [{ iteration: 1, learnability: 0.25, flat: 0 }, {
    iteration: 2,
    learnability: 0,
    flat: 1,
  }]]]);
  const picked = pickedStarts([[{ start: a, picks: 3 }], [{ start: b, picks: 2 }, { start: a, picks: 1 }]], {
    measured,
  });
  const place = { turn: 0, depth: 0 };
  assert.deepEqual(picked, [
    { id: "a", root: "a", ...place, picks: 2, measured: 2, learnability: 0.125 },
    { id: "b", root: "b", ...place, picks: 1, measured: 0, learnability: null },
  ]);
  const other: PickedStart = { id: "b", root: "b", ...place, picks: 9, measured: 1, learnability: 0.1875 };
  assert.deepEqual(mergedStarts([picked, [other]]), [
    { ...other, picks: 5 },
    { id: "a", root: "a", ...place, picks: 1, measured: 2, learnability: 0.125 },
  ]);
});

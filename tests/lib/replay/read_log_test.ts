import assert from "node:assert/strict";
import type { GroupOutcome } from "exitlab/lib/curriculum/curriculum.ts";
import type { Start } from "exitlab/lib/curriculum/start.ts";
import type { Attempt, Verdict } from "exitlab/lib/domain/verdict.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { readLog } from "exitlab/lib/replay/read_log.ts";
import { job, type Variant } from "../loop/job_variants.ts";
import { batch, begin, inFolder, runRow } from "../metrics/fabricate.ts";
import { withLog } from "./logged_jobs.ts";

/** A job whose curriculum writes down what it is asked and told. */
function recorded(at: Job): { readonly job: Job; readonly asked: number[]; readonly told: GroupOutcome[][] } {
  const asked: number[] = [];
  const told: GroupOutcome[][] = [];
  const { curriculum } = at.settings;
  const recording: Job = {
    ...at,
    settings: {
      ...at.settings,
      curriculum: {
        ...curriculum,
        create: (context) => {
          const inner = curriculum.create(context);
          return {
            next: (count) => {
              asked.push(count);
              return inner.next(count);
            },
            observe: (outcomes) => {
              told.push(outcomes.map(asLogged));
              inner.observe(outcomes);
            },
            space: () => inner.space(),
            state: () => inner.state(),
            restore: (state) => inner.restore(state),
            metrics: () => inner.metrics(),
          };
        },
      },
    },
  };
  return { job: recording, asked, told };
}

/** An outcome without what a log leaves out: state and feedback, and whether it was said that nothing failed. */
function asLogged({ start, iteration, rollouts }: GroupOutcome): GroupOutcome {
  return {
    start: bare(start),
    iteration,
    rollouts: rollouts.map(({ verdict, successors }) => ({
      verdict: onlyTrue(verdict),
      successors: successors.map(bare),
    })),
  };
}

function bare(start: Start): Start {
  const { attempt } = start;
  const shown: Attempt | null = attempt === null ? null : { ...attempt, feedback: null };
  return { ...start, state: null, attempt: shown };
}

function onlyTrue({ failed, ...verdict }: Verdict): Verdict {
  return failed === true ? { ...verdict, failed } : verdict;
}

const followed: readonly Variant[] = [
  ...["exit", "chain", "redrawn", "ahead", "mending", "turns", "turnsChain"] as const,
];

for (const variant of followed) {
  Deno.test(`readLog() has what the curriculum of ${variant} was asked and told`, async () => {
    const { job: recording, asked, told } = recorded(job(variant));
    await withLog(recording, async (log) => {
      const rounds = [];
      for await (const iteration of log.read()) rounds.push(...iteration.rounds);
      // What is drawn ahead of the last iteration is no part of the run.
      assert(asked.length - rounds.length <= 2);
      assert.deepEqual(rounds.map(({ asked }) => asked), asked.slice(0, rounds.length));
      for (const [at, { outcomes }] of rounds.entries()) assert.deepEqual(outcomes, told[at], `round ${at}`);
    });
  });
}

Deno.test("readLog() knows each root that was drawn, and each measurement", async () => {
  await withLog(job("exit"), async (log) => {
    const { domain } = job("exit").settings;
    for (const [task, { root, id }] of log.roots) {
      assert.equal(root, domain.tasks("train").at(task).id);
      assert((log.measured.get(id) ?? []).length > 0);
    }
    const seen = new Map<string, number[]>();
    for await (const { iteration, rounds } of log.read()) {
      for (const { start } of rounds.flatMap(({ outcomes }) => outcomes)) {
        const known = seen.get(start.id) ?? [];
        seen.set(start.id, known.at(-1) === iteration ? known : [...known, iteration]);
      }
    }
    assert.deepEqual(
      new Map([...log.measured].map(([id, values]) => [id, values.map(({ iteration }) => iteration)])),
      new Map(
        [...seen].toSorted(([a], [b]) =>
          [...log.measured.keys()].indexOf(a) - [...log.measured.keys()].indexOf(b)
        ),
      ),
    );
  });
});

Deno.test("readLog() refuses what cannot be replayed, in one sentence", () =>
  inFolder(async (runs) => {
    const live = await begin(runs, "live");
    await live.write(batch(1));
    const old = await begin(runs, "old", { row: { ...runRow, trainingTasks: null, iterates: null } });
    await old.write(batch(1));
    await old.finish("finished");
    // Begun by an older exitlab, and continued by this one.
    const partly = await begin(runs, "partly");
    const { groups = [], rollouts = [], ...others } = batch(1);
    await partly.write({
      ...others,
      groups: groups.map((row) => ({ ...row, asked: null })),
      rollouts: rollouts.map((row) => ({ ...row, successors: null })),
    });
    await partly.write(batch(2));
    await partly.finish("finished");
    const empty = await begin(runs, "empty");
    await empty.finish("failed");
    const reader = await openRuns(runs);
    try {
      await assert.rejects(readLog(reader, "none"), /Found no run "none" that can be read/);
      await assert.rejects(
        readLog(reader, "live"),
        /Run "live" has not ended, and its rollouts cannot be read/,
      );
      await assert.rejects(
        readLog(reader, "old"),
        /Run "old" was logged, at least in part, by an exitlab that/,
      );
      await assert.rejects(readLog(reader, "partly"), /Run "partly" was logged, at least in part/);
      await assert.rejects(readLog(reader, "empty"), /Run "empty" has no training iteration/);
    } finally {
      reader.close();
      live.close();
    }
  }));

import assert from "node:assert/strict";
import { exit } from "exitlab/lib/curriculum/exit.ts";
import { uniform } from "exitlab/lib/curriculum/uniform.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { builtInCurriculum } from "exitlab/lib/replay/built_in_curricula.ts";
import type { LoggedRun } from "exitlab/lib/replay/logged_run.ts";
import type { Reproduction } from "exitlab/lib/replay/replay_results.ts";
import { replayRun } from "exitlab/lib/replay/replay_run.ts";
import { exploring, job, variantNames } from "../loop/job_variants.ts";
import { curricula, endless, jobWith, small, withLog } from "./logged_jobs.ts";

/** What replaying a run's own curriculum, made anew from the log, comes to. */
async function reproduction(log: LoggedRun, part = own(log)): Promise<Reproduction> {
  const { subjects: [subject], selections } = await replayRun(log, [{ name: "own", part, own: true }], {
    draws: 1,
  });
  assert.equal(subject?.failure, null);
  const found = subject?.reproduction ?? assert.fail();
  if (found.difference === null) assert.equal(found.selections, selections);
  return found;
}

function own({ curriculum: { kind, options } }: LoggedRun) {
  return builtInCurriculum(kind, options);
}

async function expectReproduced(at: Job, stopAt?: number): Promise<void> {
  await withLog(at, async (log) => {
    const { difference, selections } = await reproduction(log);
    assert.equal(difference, null);
    assert(selections >= log.iterations);
  }, stopAt);
}

for (const variant of variantNames) {
  Deno.test(`replayRun() gives the logged starts of ${variant} under its own settings`, () =>
    expectReproduced(job(variant)));
}

for (const [name, curriculum] of Object.entries(curricula)) {
  Deno.test(`replayRun() gives the logged starts of a curriculum with ${name}`, () =>
    withLog(jobWith(curriculum), async (log) => {
      assert.equal((await reproduction(log)).difference, null);
      // Else there would be nothing to reproduce but draws of roots.
      const histories = [...log.measured.keys()].length - log.roots.size;
      assert(curriculum.histories ? histories > 8 : log.roots.size === 8, `${histories} histories`);
    }));
}

Deno.test("replayRun() gives the logged starts of endless sources", async () => {
  for (const curriculum of [uniform(), small({})]) {
    await withLog(endless(jobWith(curriculum)), async (log) => {
      assert.equal(log.trainingTasks, null);
      assert.equal((await reproduction(log)).difference, null);
    });
  }
});

Deno.test("replayRun() gives the logged starts of a run that was stopped and resumed", async () => {
  for (const variant of ["redrawn", "ahead", "turns"] as const) await expectReproduced(job(variant), 4);
});

Deno.test("replayRun() says where other settings or another seed first differ from the log", async () => {
  await withLog(job("exit"), async (log) => {
    const settings = await reproduction(log, exit({ capacity: 16, minimumFill: 4, probability: 1 }));
    const { difference } = settings;
    assert(difference !== null && difference.iteration > 1 && difference.picked !== difference.logged);
    assert.equal(settings.selections, 6 * (difference.iteration - 1) + difference.place);
    const other = await reproduction({ ...log, seed: log.seed + 1 }, exploring);
    assert.equal(other.difference?.iteration, 1);
    const fewer = await reproduction({ ...log, trainingTasks: 4 }, exploring);
    assert.equal(fewer.difference?.iteration, 1);
  });
});

Deno.test("replayRun() notices an outcome that is not what the curriculum saw", async () => {
  await withLog(jobWith(small({ probability: 1 }), { iterations: 20 }), async (log) => {
    assert.equal((await reproduction(log)).difference, null);
    const tampered: LoggedRun = {
      ...log,
      read: async function* () {
        for await (const { iteration, rounds } of log.read()) {
          const flip = (reward: number): number => iteration === 2 ? 1 - reward : reward;
          yield {
            iteration,
            rounds: rounds.map((round) => ({
              ...round,
              outcomes: round.outcomes.map((outcome) => ({
                ...outcome,
                rollouts: outcome.rollouts.map(({ verdict, successors }, at) => ({
                  verdict: { ...verdict, reward: at === 0 ? flip(verdict.reward) : verdict.reward },
                  successors,
                })),
              })),
            })),
          };
        }
      },
    };
    assert(((await reproduction(tampered)).difference?.iteration ?? 0) > 2);
  });
});

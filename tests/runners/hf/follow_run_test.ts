import assert from "node:assert/strict";
import { join } from "node:path";
import { followRun } from "exitlab/runners/hf/follow_run.ts";
import { JobCosts } from "exitlab/runners/hf/job_costs.ts";
import { allRows } from "../../support/all_rows.ts";
import { containerExecutor } from "../../support/hub/container.ts";
import type { Fault, Hub } from "../../support/hub/hub_server.ts";
import type { JobExecutor } from "../../support/hub/jobs_routes.ts";
import { following, localRows, smallCell, submitSmall } from "../../support/hub/small_submission.ts";
import { startStorageHub } from "../../support/hub/storage_routes.ts";

/** Uses a stand-in that runs jobs for real unless an executor is given, and a folder beside it. */
async function withHub(
  { executor, faults = [] }: { readonly executor?: JobExecutor; readonly faults?: readonly Fault[] },
  use: (hub: Hub, folder: string) => Promise<void>,
): Promise<void> {
  const hub = await startStorageHub({ faults, ...executor === undefined ? {} : { executor } });
  if (executor === undefined) hub.state.jobs.executor = containerExecutor({ state: () => hub.state });
  const folder = await Deno.makeTempDir();
  try {
    await use(hub, folder);
  } finally {
    await hub.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("followRun() loses 20 connections and a job to its time-out, and ends with the rows of a local run", async () => {
  const lost: readonly Fault[] = Array.from(
    { length: 20 },
    (_, index) => ({ path: /\/logs/, log: { cutAfterEvents: index + 1 } }),
  );
  const faults: readonly Fault[] = [
    { method: "POST", path: /^\/api\/jobs\/me$/, status: 500, carriedOut: true },
    { method: "GET", path: /^\/api\/jobs\/me\?/, status: 503 },
    { method: "POST", path: /xorbs/, status: 500 },
    { method: "POST", path: /\/batch$/, status: 502 },
    { method: "GET", path: /\/resolve\//, cut: "before" },
    ...lost,
  ];
  await withHub({ faults }, async (hub, folder) => {
    const { state } = hub;
    const run = state.jobs.executor;
    state.jobs.executor = (job) =>
      run({
        ...job,
        log: (line) => {
          job.log(line);
          if (state.jobs.list.length === 1 && line.startsWith("iteration 10 ")) state.jobs.timeOut(job.id);
        },
      });
    const compiled = smallCell(14);
    const runs = join(folder, "remote");
    const { remotes: [remote] } = await submitSmall(hub, runs, compiled);
    assert.ok(remote);
    const { context, told } = following(hub, runs);
    assert.equal(await followRun(remote, context), "finished");
    assert.equal(state.jobs.list.length, 2);
    assert.ok(lost.every(({ times }) => times === 0));
    assert.equal(told.filter((word) => word.startsWith("resuming after ERROR from")).length, 1);
    for (let iteration = 1; iteration <= 14; iteration++) assert.ok(told.includes(`step ${iteration}`));
    assert.deepEqual(await allRows(runs), await localRows(join(folder, "local"), compiled));
  });
});

Deno.test("followRun() fills the tail while the job runs, as other processes read it", async () => {
  await withHub({}, async (hub, folder) => {
    const runs = join(folder, "remote");
    const { remotes: [remote] } = await submitSmall(hub, runs, smallCell(10));
    assert.ok(remote);
    const stop = new AbortController();
    const { context, told } = following(hub, runs, { signal: stop.signal });
    const { observer } = context;
    const end = followRun(remote, {
      ...context,
      observer: {
        ...observer,
        step: (of, step) => {
          observer.step(of, step);
          if (step.iteration === 3) stop.abort();
        },
      },
    });
    assert.equal(await end, "left");
    const { steps = [], runs: known = [] } = await allRows(runs);
    assert.ok(steps.length >= 3, `Expected 3 steps but found ${steps.length}`);
    assert.equal(known.length, 1);
    // The job was left alone; following it again takes it up.
    const again = following(hub, runs);
    assert.equal(await followRun(remote, again.context), "finished");
    assert.equal(hub.state.jobs.list.length, 1);
    assert.ok(told.includes("submitted") && !again.told.includes("submitted"));
  });
});

Deno.test("followRun() makes no further job after one that saved nothing, and shows its last words", async () => {
  const executor: JobExecutor = ({ log }) => {
    log("Installing Deno 2.9.6");
    log("error: no space left");
    return Promise.resolve({ ok: false, message: "Job failed with exit code: 1" });
  };
  await withHub({ executor }, async (hub, folder) => {
    const { remotes: [remote] } = await submitSmall(hub, folder, smallCell(2));
    assert.ok(remote);
    await assert.rejects(
      followRun(remote, following(hub, folder).context),
      /ended as ERROR \(Job failed with exit code: 1\) before a new checkpoint was saved.*\n.*\n? *error: no space left/s,
    );
    assert.equal(hub.state.jobs.list.length, 1);
  });
});

Deno.test("followRun() says so when its job is cancelled elsewhere", async () => {
  const executor: JobExecutor = ({ signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: false })));
  await withHub({ executor }, async (hub, folder) => {
    const { remotes: [remote] } = await submitSmall(hub, folder, smallCell(2));
    assert.ok(remote);
    const { context } = following(hub, folder);
    const { observer } = context;
    const stage: typeof observer.stage = (of, job) => {
      observer.stage(of, job);
      if (job.stage === "RUNNING") hub.state.jobs.cancel(job.id);
    };
    await assert.rejects(
      followRun(remote, { ...context, observer: { ...observer, stage } }),
      /was cancelled; run the same command again to go on/,
    );
  });
});

Deno.test("followRun() makes no job that could cost more than allowed", async () => {
  await withHub({ executor: () => Promise.resolve({ ok: true }) }, async (hub, folder) => {
    const { remotes: [remote] } = await submitSmall(hub, folder, smallCell(2), { pricePerHour: 6 });
    assert.ok(remote);
    const { context } = following(hub, folder, { costs: new JobCosts(1.5) });
    await assert.rejects(followRun(remote, context), /may cost \$2\.00.* more than --max-cost 1\.5/);
    assert.equal(hub.state.jobs.list.length, 0);
  });
});

Deno.test("upload() sends a bundle once", async () => {
  await withHub({ executor: () => Promise.resolve({ ok: true }) }, async (hub, folder) => {
    const first = await submitSmall(hub, folder, smallCell(2));
    assert.ok(first.bytes > 1e6);
    const second = await submitSmall(hub, folder, smallCell(2));
    assert.equal(second.bytes, 0);
    assert.deepEqual(second.remotes, first.remotes);
    const other = await submitSmall(hub, folder, smallCell(3));
    assert.ok(other.bytes > 1e6);
    assert.notDeepEqual(other.remotes[0]?.job.command, first.remotes[0]?.job.command);
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { bringBack } from "exitlab/runners/hf/bring_back.ts";
import { lockFollowing } from "exitlab/runners/hf/follow_lock.ts";
import { followRun } from "exitlab/runners/hf/follow_run.ts";
import { followRuns } from "exitlab/runners/hf/follow_runs.ts";
import { Carrier } from "exitlab/runners/hf/job/carry.ts";
import type { RemoteRun } from "exitlab/runners/hf/remote_run.ts";
import { storedState } from "exitlab/runners/hf/stored_state.ts";
import { writeRemoteRun } from "exitlab/runners/hf/remote_run.ts";
import { TailMirror } from "exitlab/runners/hf/tail_mirror.ts";
import type { Fault, Hub } from "../../support/hub/hub_server.ts";
import type { JobExecutor } from "../../support/hub/jobs_routes.ts";
import { following, smallCell, submitSmall } from "../../support/hub/small_submission.ts";
import { startStorageHub } from "../../support/hub/storage_routes.ts";

/** A run whose jobs are not run for real. */
function remoteRun(hub: Hub, run: string): RemoteRun {
  return {
    format: "exitlab.remote/1",
    hub: hub.url,
    namespace: "me",
    bucket: "me/exitlab-runs",
    run,
    arm: "exit",
    seed: 1,
    cell: `cell-of-${run}`,
    job: {
      dockerImage: "denoland/deno:debian-2.9.6",
      command: ["bash", "/exitlab/x/start.sh", run],
      arguments: [],
      flavor: "cpu-basic",
      environment: {},
      timeoutSeconds: 3600,
      volumes: [],
    },
    secrets: [],
    pricePerHour: 1,
  };
}

/** Uses a stand-in with a bucket, the folder of a run's states in it, and a folder of runs. */
async function withRun(
  { executor, faults = [] }: { readonly executor?: JobExecutor; readonly faults?: readonly Fault[] },
  use: (hub: Hub, remote: RemoteRun, states: string, runs: string) => Promise<void>,
): Promise<void> {
  const hub = await startStorageHub({ faults, ...executor === undefined ? {} : { executor } });
  const runs = await Deno.makeTempDir();
  try {
    const remote = remoteRun(hub, "small-exit-s1");
    await writeRemoteRun(runs, remote);
    await following(hub, runs).context.files.create();
    await use(hub, remote, join(hub.state.folder, "buckets/me/exitlab-runs/runs", remote.run), runs);
  } finally {
    await hub.close();
    await Deno.remove(runs, { recursive: true });
  }
}

/** Leaves a state in the bucket as a job does. */
async function leave(
  states: string,
  job: string,
  content: string,
  iteration: number,
  status: "finished" | "unfinished",
): Promise<void> {
  const home = await Deno.makeTempDir();
  for (
    const path of [
      ...["run/a.parquet", "run/runs.parquet", "run/run.duckdb", "run/events.jsonl"],
      ...["run/checkpoints/000003/policy.bin", "engine/model/weights"],
      ...status === "finished" ? ["run/finished"] : [],
    ]
  ) {
    const file = join(home, path);
    await Deno.mkdir(join(file, ".."), { recursive: true });
    await Deno.writeTextFile(file, path === "run/finished" ? "" : `${content} of ${path}`);
  }
  await new Carrier({ run: join(home, "run"), engine: join(home, "engine") }, states, job).save(
    iteration,
    status,
  );
  await Deno.remove(home, { recursive: true });
}

const endless: JobExecutor = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: false })));

Deno.test("followRun() refuses a run that somebody else follows, and names who", async () => {
  await withRun({ executor: endless }, async (hub, remote, _states, runs) => {
    const release = await lockFollowing(join(runs, remote.run));
    await assert.rejects(
      followRun(remote, following(hub, runs).context),
      new RegExp(`is followed by another process \\(${Deno.pid}\\) already`),
    );
    assert.equal(hub.state.jobs.list.length, 0);
    release();
    (await lockFollowing(join(runs, remote.run)))();
  });
});

Deno.test("followRun() makes no job for a run that is finished here, whatever became of the bucket", async () => {
  await withRun({}, async (hub, remote, states, runs) => {
    await leave(states, "a", "first", 5, "finished");
    assert.equal(await followRun(remote, following(hub, runs).context), "finished");
    await Deno.remove(states, { recursive: true });
    assert.equal(await followRun(remote, following(hub, runs).context), "finished");
    await assert.rejects(
      followRun(remote, following(hub, runs, { weights: true }).context),
      /Found no checkpoints of small-exit-s1 in me\/exitlab-runs any more/,
    );
    assert.equal(hub.state.jobs.list.length, 0);
  });
});

Deno.test("followRun() takes up a run that another plan began, such as one with fewer seeds", async () => {
  await withRun({ executor: endless }, async (hub, _remote, states, runs) => {
    const { remotes: [first] } = await submitSmall(hub, runs, smallCell(5));
    const { remotes: [second, other] } = await submitSmall(hub, runs, smallCell(5, [1, 2]));
    assert.ok(first && second && other);
    assert.notDeepEqual(second.job.command, first.job.command);
    await leave(join(states, "..", first.run), "a", "some", 5, "finished");
    assert.equal(await followRun(second, following(hub, runs).context), "finished");
    assert.equal(hub.state.jobs.list.length, 0);
  });
});

Deno.test("bringBack() goes on where it was cut off, with the marks of a closed and a finished run last", async () => {
  await withRun({}, async (hub, remote, states, runs) => {
    await leave(states, "a", "first", 5, "finished");
    const { files } = following(hub, runs).context;
    const stop = new AbortController();
    const fetched: string[] = [];
    const bring = async (signal: AbortSignal, most: number): Promise<boolean> => {
      const state = await storedState(files, remote.run);
      assert.ok(state);
      fetched.length = 0;
      const progress = ({ path }: { readonly path: string }): void => {
        fetched.push(path);
        if (fetched.length === most) stop.abort();
      };
      return await bringBack(files, remote, state, { runs, weights: false, signal, progress }) !== undefined;
    };
    assert.equal(await bring(stop.signal, 3), false);
    assert.equal(fetched.length, 3);
    const draft = join(runs, remote.run, `run.duckdb.${crypto.randomUUID()}.new`);
    await Deno.writeTextFile(draft, "half");
    assert.equal(await bring(new AbortController().signal, 0), true);
    assert.equal(new Set(fetched).size, fetched.length);
    assert.ok(fetched.length < 6, fetched.join(" "));
    assert.deepEqual(fetched.slice(-2), ["runs.parquet", "finished"]);
    await assert.rejects(Deno.stat(draft), Deno.errors.NotFound);
  });
});

Deno.test("bringBack() keeps nothing of another state that was begun before, of the same sizes though it is", async () => {
  await withRun({}, async (hub, remote, states, runs) => {
    await leave(states, "a", "first", 5, "finished");
    const { files } = following(hub, runs).context;
    const stop = new AbortController();
    const bring = async (signal: AbortSignal, path: string): Promise<void> => {
      const state = await storedState(files, remote.run);
      assert.ok(state);
      const progress = (file: { readonly path: string }): void => {
        if (file.path === path) stop.abort();
      };
      await bringBack(files, remote, state, { runs, weights: false, signal, progress });
    };
    await bring(stop.signal, "runs.parquet");
    await leave(states, "b", "other", 6, "finished");
    await bring(new AbortController().signal, "");
    for (
      const path of ["run.duckdb", "runs.parquet", "checkpoints/000003/policy.bin", "engine/model/weights"]
    ) {
      assert.match(await Deno.readTextFile(join(runs, remote.run, path)), /^other of /, path);
    }
  });
});

Deno.test("followRun() makes no further job where the bucket is late to show what one that is done left", async () => {
  const holder: { leave?: () => Promise<void> } = {};
  await withRun({}, async (hub, remote, states, runs) => {
    holder.leave = () => leave(states, "a", "late", 5, "finished");
    const { context, told } = following(hub, runs);
    let looks = 0;
    const { files } = context;
    const late: typeof files = {
      name: files.name,
      create: () => files.create(),
      list: async (folder) => {
        if (++looks === 4) await holder.leave?.();
        return await files.list(folder);
      },
      upload: (all, title) => files.upload(all, title),
      read: (path) => files.read(path),
      download: (path, file) => files.download(path, file),
      remove: (paths) => files.remove(paths),
    };
    assert.equal(await followRun(remote, { ...context, files: late }), "finished");
    assert.equal(hub.state.jobs.list.length, 1);
    assert.ok(told.includes("finished"));
  });
  await withRun({}, async (hub, remote, _states, runs) => {
    await assert.rejects(
      followRun(remote, following(hub, runs).context),
      /is done but the bucket does not show its last files; run the same command again/,
    );
    assert.equal(hub.state.jobs.list.length, 1);
  });
});

Deno.test("followRun() does not make job after job where each fails early, though each gets further", async () => {
  await withRun({}, async (hub, remote, states, runs) => {
    hub.state.jobs.executor = async ({ log }) => {
      const iteration = hub.state.jobs.list.length;
      if (iteration > 9) throw new Error("Expected the follower to have given up");
      log("out of memory");
      await leave(states, `job-${iteration}`, "some", iteration, "unfinished");
      return { ok: false, message: "Job failed with exit code: 1" };
    };
    await assert.rejects(
      followRun(remote, following(hub, runs).context),
      /4 jobs of small-exit-s1 in a row ended long before their time, .* out of memory/s,
    );
    assert.equal(hub.state.jobs.list.length, 4);
  });
});

Deno.test("followRun() ends other jobs of a run that is finished, and hides secrets that a job prints", async () => {
  await withRun({ executor: endless }, async (hub, remote, states, runs) => {
    hub.state.jobs.executor = async ({ id, log, signal }) => {
      if (id !== hub.state.jobs.list[0]?.id) return await endless({ id, spec: anySpec(hub), log, signal });
      log("the key is sesame-open-up");
      // As where two jobs were made, for lists that were late.
      const spec = anySpec(hub);
      hub.state.jobs.create("me", spec).labels = hub.state.jobs.list[0]?.labels ?? {};
      await leave(states, "a", "first", 5, "finished");
      return { ok: true };
    };
    const said: string[] = [];
    const { context } = following(hub, runs, { secret: () => "sesame-open-up" });
    const observer = {
      ...context.observer,
      said: (_remote: RemoteRun, line: string) => void said.push(line),
    };
    await followRun({ ...remote, secrets: ["KEY"] }, { ...context, observer });
    assert.deepEqual(hub.state.jobs.list.map(({ stage }) => stage), ["COMPLETED", "CANCELED"]);
    assert.ok(said.includes("the key is …"));
  });
});

function anySpec(hub: Hub): Parameters<JobExecutor>[0]["spec"] {
  const [job] = hub.state.jobs.list;
  assert.ok(job);
  return job.spec;
}

Deno.test("followRuns() cancels what it can when it is left, and tells of the rest", async () => {
  const faults: readonly Fault[] = [{
    method: "POST",
    path: /\/cancel$/,
    status: 403,
    body: { error: "No" },
  }];
  await withRun({ executor: endless, faults }, async (hub, remote, _states, runs) => {
    const others = ["b", "c"].map((run) => remoteRun(hub, run));
    for (const other of others) await writeRemoteRun(runs, other);
    const stop = new AbortController();
    const { context } = following(hub, runs, { signal: stop.signal });
    let running = 0;
    const observer: typeof context.observer = {
      ...context.observer,
      stage: (_remote, { stage }) => {
        if (stage === "RUNNING" && ++running === 3) stop.abort();
      },
    };
    const all = { ...context, observer, cancel: true, atOnce: 3 };
    await assert.rejects(followRuns([remote, ...others], all), /403|right|No/);
    const stages = hub.state.jobs.list.map(({ stage }) => stage).toSorted();
    assert.deepEqual(stages, ["CANCELED", "CANCELED", "RUNNING"]);
  });
});

Deno.test("TailMirror goes on after a line that its process was killed over", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "events.jsonl");
  await Deno.writeTextFile(path, "header\none\nha");
  const mirror = await TailMirror.open(folder);
  assert.equal(await mirror.write({ index: 2, text: "half" }), true);
  assert.equal(await Deno.readTextFile(path), "header\none\nhalf\n");
  await Deno.remove(folder, { recursive: true });
});

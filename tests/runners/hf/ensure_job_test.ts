import assert from "node:assert/strict";
import { ensureJob } from "exitlab/runners/hf/ensure_job.ts";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { cellLabels } from "exitlab/runners/hf/labels.ts";
import { orphans } from "exitlab/runners/hf/orphans.ts";
import { listJobs } from "exitlab/runners/hf/hub/jobs.ts";
import type { RemoteRun } from "exitlab/runners/hf/remote_run.ts";
import { Spending } from "exitlab/runners/hf/spending.ts";
import { type Hub, withHub } from "../../support/hub/hub_server.ts";
import type { JobExecutor } from "../../support/hub/jobs_routes.ts";

const remote: RemoteRun = {
  format: "exitlab.remote/1",
  hub: "https://huggingface.co",
  namespace: "me",
  bucket: "me/exitlab-runs",
  folder: "0123",
  run: "small-exit-s1-1a2b",
  arm: "exit",
  seed: 1,
  cell: "1a2b",
  job: {
    dockerImage: "denoland/deno:debian-2.9.6",
    command: ["bash", "/exitlab/bundles/x/start.sh", "small-exit-s1-1a2b"],
    arguments: [],
    flavor: "cpu-basic",
    environment: {},
    timeoutSeconds: 7200,
    volumes: [],
  },
  secrets: ["HF_TOKEN"],
  pricePerHour: 2,
};

/** A job that goes on until it is cancelled. */
const endless: JobExecutor = ({ signal }) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve({ ok: false });
    signal.addEventListener("abort", () => resolve({ ok: false }));
  });

const secret = (name: string): string => `value of ${name}`;
const live = (hub: Hub) => hub.state.jobs.list.filter(({ stage }) => stage === "RUNNING");

Deno.test("ensureJob() submits once, finds it again, and counts attempts", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    const asked: number[] = [];
    const first = await ensureJob(client, remote, secret, (dollars) => asked.push(dollars));
    assert.equal(first.found, false);
    assert.deepEqual(first.job.labels, {
      exitlab: "cell",
      cell: "1a2b",
      name: "small-exit-s1-1a2b",
      attempt: "1",
    });
    const second = await ensureJob(client, remote, secret, (dollars) => asked.push(dollars));
    assert.deepEqual([second.found, second.job.id], [true, first.job.id]);
    hub.state.jobs.timeOut(first.job.id);
    const third = await ensureJob(client, remote, secret, (dollars) => asked.push(dollars));
    assert.equal(third.job.labels["attempt"], "2");
    assert.deepEqual(asked, [4, 4]);
    // Another cell's jobs are not this one's.
    const other = await ensureJob(client, { ...remote, cell: "3c4d" }, secret, () => {});
    assert.equal(other.job.labels["attempt"], "1");
    assert.deepEqual(hub.state.jobs.list[0]?.spec.secrets, { HF_TOKEN: "value of HF_TOKEN" });
  });
});

Deno.test("ensureJob() leaves one job where several submit at the same moment", async () => {
  for (const listLag of [0, 1]) {
    await withHub({ executor: endless }, async (hub) => {
      hub.state.jobs.listLag = listLag;
      const client = new HubClient(hub.access);
      const found = await Promise.all(
        Array.from({ length: 4 }, () => ensureJob(client, remote, secret, () => {})),
      );
      if (listLag === 0) {
        assert.equal(live(hub).length, 1);
        assert.deepEqual(new Set(found.map(({ job }) => job.id)), new Set(live(hub).map(({ id }) => id)));
      }
      // What lists are late to show is found by a sweep.
      const jobs = await listJobs(client, "me", { labels: { exitlab: "cell" } });
      const extra = orphans(jobs, [remote]);
      assert.equal(extra.length, live(hub).length - 1);
      assert.ok(extra.every(({ foreign }) => !foreign));
    });
  }
});

Deno.test("ensureJob() refuses without a secret, and submits nothing", async () => {
  await withHub({}, async (hub) => {
    await assert.rejects(
      ensureJob(new HubClient(hub.access), remote, () => undefined, () => {}),
      /Expected the secret HF_TOKEN in the environment but found none/,
    );
    assert.equal(hub.state.jobs.list.length, 0);
  });
});

Deno.test("orphans() tells second jobs from those of another folder", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    await ensureJob(client, remote, secret, () => {});
    await ensureJob(client, { ...remote, cell: "ffff", run: "elsewhere" }, secret, () => {});
    const jobs = await listJobs(client, "me", {
      labels: cellLabels({ ...remote, cell: "ffff", run: "elsewhere" }),
    });
    assert.equal(jobs.length, 1);
    const all = await listJobs(client, "me", { labels: { exitlab: "cell" } });
    assert.deepEqual(orphans(all, [remote]).map(({ job, foreign }) => [job.labels["name"], foreign]), [
      ["elsewhere", true],
    ]);
    hub.state.jobs.cancel(jobs[0]?.id ?? "");
    assert.deepEqual(orphans(await listJobs(client, "me", { labels: { exitlab: "cell" } }), [remote]), []);
  });
});

Deno.test("Spending counts what jobs may still cost, and what they did", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const { job } = await ensureJob(new HubClient(hub.access), remote, secret, () => {});
    const spending = new Spending(10);
    spending.allow(4);
    spending.count(job, false, 2, 4);
    assert.equal(spending.total, 4);
    assert.throws(() => spending.allow(7), /may cost \$7\.00, and with \$4\.00 .* --max-cost 10/);
    spending.count({ ...job, runningSeconds: 1800 }, true, 2, 4);
    assert.equal(spending.total, 1);
    spending.allow(7);
    new Spending(null).allow(1e9);
  });
});

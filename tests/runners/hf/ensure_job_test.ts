import assert from "node:assert/strict";
import { countEarlier, ensureJob } from "exitlab/runners/hf/ensure_job.ts";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { JobCosts } from "exitlab/runners/hf/job_costs.ts";
import { cellLabels, nameLabel } from "exitlab/runners/hf/labels.ts";
import { orphans } from "exitlab/runners/hf/orphans.ts";
import { listJobs } from "exitlab/runners/hf/hub/jobs.ts";
import type { RemoteRun } from "exitlab/runners/hf/remote_run.ts";
import { type Hub, withHub } from "../../support/hub/hub_server.ts";
import type { JobExecutor } from "../../support/hub/jobs_routes.ts";

const remote: RemoteRun = {
  format: "exitlab.remote/1",
  hub: "https://huggingface.co",
  namespace: "me",
  bucket: "me/exitlab-runs",
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

const unlimited = (): JobCosts => new JobCosts(null);
const secret = (name: string): string => `value of ${name}`;
const live = (hub: Hub) => hub.state.jobs.list.filter(({ stage }) => stage === "RUNNING");

Deno.test("ensureJob() submits once, finds it again, and counts attempts", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    const costs = unlimited();
    const first = await ensureJob(client, remote, secret, costs);
    assert.equal(first.found, false);
    assert.deepEqual(first.job.labels, {
      exitlab: "cell",
      cell: "1a2b",
      name: "small-exit-s1-1a2b",
      attempt: "1",
      price: "2.000000",
      timeout: "7200",
    });
    const second = await ensureJob(client, remote, secret, costs);
    assert.deepEqual([second.found, second.job.id], [true, first.job.id]);
    hub.state.jobs.timeOut(first.job.id);
    const third = await ensureJob(client, remote, secret, costs);
    assert.equal(third.job.labels["attempt"], "2");
    // Another cell's jobs are not this one's.
    const other = await ensureJob(client, { ...remote, cell: "3c4d" }, secret, costs);
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
        Array.from({ length: 4 }, () => ensureJob(client, remote, secret, unlimited())),
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
      ensureJob(new HubClient(hub.access), remote, () => undefined, unlimited()),
      /Expected the secret HF_TOKEN in the environment but found none/,
    );
    assert.equal(hub.state.jobs.list.length, 0);
  });
});

Deno.test("orphans() tells second jobs from those of another folder", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    await ensureJob(client, remote, secret, unlimited());
    await ensureJob(client, { ...remote, cell: "ffff", run: "elsewhere" }, secret, unlimited());
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

Deno.test("JobCosts counts what jobs may still cost, and what they did", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const { job } = await ensureJob(new HubClient(hub.access), remote, secret, unlimited());
    const costs = new JobCosts(10);
    costs.count(job, remote);
    assert.equal(costs.total, 4);
    const release = costs.reserve(remote);
    // Another job that is being made at the same moment is reckoned with.
    assert.throws(() => costs.reserve(remote), /may cost \$4\.00, and with \$8\.00 .* --max-cost 10/);
    release();
    const over = { ...job, stage: "ERROR", startedAt: job.createdAt };
    costs.count({ ...over, runningSeconds: 1800 }, remote);
    assert.equal(costs.total, 1);
    // Where the Hub does not say how long a job ran, its dates do; without them it may have been its whole time.
    costs.count({ ...over, runningSeconds: null, finishedAt: null }, remote);
    assert.equal(costs.total, 4);
    const finishedAt = new Date(Date.parse(job.createdAt) + 900_000).toISOString();
    costs.count({ ...over, runningSeconds: null, finishedAt }, remote);
    assert.equal(costs.total, 0.5);
    new JobCosts(null).reserve({ ...remote, pricePerHour: 1e9 });
  });
});

Deno.test("countEarlier() takes in what earlier commands spent, at the price of then", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    const dear = { ...remote, pricePerHour: 40 };
    const { job } = await ensureJob(client, dear, secret, unlimited());
    const stored = hub.state.jobs.get(job.id);
    assert.ok(stored);
    stored.started = stored.created - 3600;
    hub.state.jobs.timeOut(job.id);
    await ensureJob(client, { ...remote, cell: "ffff" }, secret, unlimited());
    const costs = new JobCosts(43);
    await countEarlier(client, [remote], costs);
    assert.ok(costs.total > 39.9 && costs.total < 40.1, String(costs.total));
    await assert.rejects(ensureJob(client, remote, secret, costs), /with \$40\.\d+ .* --max-cost 43/);
  });
});

Deno.test("ensureJob() keeps to a limit where several cells are submitted at the same moment", async () => {
  await withHub({ executor: endless }, async (hub) => {
    const client = new HubClient(hub.access);
    const costs = new JobCosts(9);
    const ends = await Promise.allSettled(
      ["a", "b", "c", "d"].map((cell) => ensureJob(client, { ...remote, cell }, secret, costs)),
    );
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 2);
    assert.equal(live(hub).length, 2);
  });
});

Deno.test("nameLabel() keeps apart what differs at the end alone", () => {
  const names = [1, 2].map((seed) => nameLabel(`${"long-".repeat(40)}exit-s${seed}-1a2b3c4d`));
  assert.ok(names.every((name) => /^[A-Za-z0-9._-]{1,100}$/.test(name)));
  assert.equal(new Set(names).size, 2);
  assert.equal(nameLabel("größe 1"), "gr--e-1");
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { HubClient, HubError } from "exitlab/runners/hf/hub/hub_client.ts";
import { isOver } from "exitlab/runners/hf/hub/job.ts";
import type { JobSpec } from "exitlab/runners/hf/hub/job_spec.ts";
import { cancelJob, createJob, getJob, listJobs } from "exitlab/runners/hf/hub/jobs.ts";
import { badGateway, type Fault, noCredit, noQuota, tooMany } from "../../../support/hub/faults.ts";
import { type Hub, withHub } from "../../../support/hub/hub_server.ts";

const spec: JobSpec = {
  dockerImage: "python:3.12",
  command: ["python"],
  flavor: "cpu-basic",
  timeoutSeconds: 60,
  labels: { run: "r1", attempt: "1" },
};
const creation = { method: "POST", path: /^\/api\/jobs\/me$/ } as const;

/** Runs until it is cancelled. */
const lasting = ({ signal }: { signal: AbortSignal }) =>
  new Promise<{ ok: boolean }>((resolve) => signal.addEventListener("abort", () => resolve({ ok: false })));

const posts = ({ state }: Hub) =>
  state.requests.filter(({ method, path }) => method === "POST" && path === "/api/jobs/me").length;
const living = ({ state }: Hub) => state.jobs.list.filter(({ stage }) => stage !== "CANCELED").length;

Deno.test("createJob() creates one job and tells of it", async () => {
  await withHub({}, async (hub) => {
    const job = await createJob(new HubClient(hub.access), "me", spec);
    assert.equal(job.stage, "RUNNING");
    assert.equal(job.flavor, "cpu-basic");
    assert.deepEqual(job.labels, spec.labels);
    assert.equal(job.url, `${hub.url}/jobs/me/${job.id}`);
    assert.deepEqual([posts(hub), hub.state.jobs.list.length], [1, 1]);
  });
});

Deno.test("createJob() makes one job, whatever happens to its requests and answers", async () => {
  const trouble: fc.Arbitrary<Omit<Fault, "path">> = fc.constantFrom(
    { cut: "before" },
    { cut: "after" },
    { status: 500 },
    { status: 500, carriedOut: true },
    { ...badGateway },
    { ...badGateway, carriedOut: true },
    { status: 504, carriedOut: true },
    { status: 408, carriedOut: true },
    { status: 200, body: "<html>welcome</html>", carriedOut: true },
    { ...tooMany },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(trouble, { maxLength: 3 }),
      fc.nat(2),
      fc.nat(2),
      async (troubles, listLag, older) => {
        await withHub({ executor: lasting }, async (hub) => {
          const client = new HubClient(hub.access);
          // Jobs of earlier attempts with the same labels, and one of another run, are not it.
          for (let count = 0; count < older; count++) await createJob(client, "me", spec);
          for (const job of hub.state.jobs.list) hub.state.jobs.timeOut(job.id);
          await createJob(client, "me", { ...spec, labels: { run: "r2" } });
          hub.state.jobs.listLag = listLag;
          hub.state.faults.push(...troubles.map((fault) => ({ ...fault, ...creation })));
          const job = await createJob(client, "me", spec);
          assert.ok(!isOver(await getJob(client, "me", job.id)));
          const alive = hub.state.jobs.list.filter(({ stage, labels }) =>
            stage === "RUNNING" && labels["run"] === "r1"
          );
          assert.deepEqual(alive.map(({ id }) => id), [job.id]);
          assert.equal(living(hub), older + 2);
        });
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("createJob() takes a job that was made all the same, and sends nothing again", async () => {
  await withHub({ faults: [{ ...creation, cut: "after" }] }, async (hub) => {
    const job = await createJob(new HubClient(hub.access), "me", spec);
    assert.equal(job.id, hub.state.jobs.list[0]?.id);
    assert.deepEqual([posts(hub), hub.state.jobs.list.length], [1, 1]);
    assert.deepEqual(hub.waits, [1000]);
  });
});

Deno.test("createJob() cancels the double of a job that lists showed too late", async () => {
  await withHub({ executor: lasting, faults: [{ ...creation, cut: "after" }] }, async (hub) => {
    hub.state.jobs.listLag = 3;
    const job = await createJob(new HubClient(hub.access), "me", spec);
    assert.equal(hub.state.jobs.list.length, 2);
    assert.deepEqual(hub.state.jobs.list.map(({ stage }) => stage), ["RUNNING", "CANCELED"]);
    assert.equal(job.id, hub.state.jobs.list[0]?.id);
  });
});

Deno.test("createJob() looks long enough for a double when two requests may have been carried out", async () => {
  const faults: Fault[] = [{ ...creation, status: 500, carriedOut: true, times: 2 }];
  await withHub({ executor: lasting, faults }, async (hub) => {
    hub.state.jobs.listLag = 3;
    const onRetry = () => void (hub.state.jobs.listLag = 1);
    const job = await createJob(new HubClient({ ...hub.access, onRetry }), "me", spec);
    assert.deepEqual(hub.state.jobs.list.map(({ stage }) => stage), ["RUNNING", "CANCELED"]);
    assert.equal(job.id, hub.state.jobs.list[0]?.id);
  });
});

Deno.test("createJob() gives up at once what will not pass: no credit, no quota, no right, a bad spec", async () => {
  const faults = [noCredit, noQuota, { status: 401 }, { status: 429 }, { status: 422 }];
  for (const fault of faults) {
    await withHub({ faults: [{ ...creation, ...fault }] }, async (hub) => {
      await assert.rejects(
        createJob(new HubClient(hub.access), "me", spec),
        (error: unknown) => error instanceof HubError && error.status === fault.status && !error.ambiguous,
      );
      assert.deepEqual([posts(hub), hub.state.jobs.list.length], [1, 0]);
    });
  }
});

Deno.test("createJob() looks for the job after an answer that it cannot read, and sends nothing again", async () => {
  for (const listLag of [0, 2, 3]) {
    const fault: Fault = { ...creation, status: 200, body: { ok: true }, carriedOut: true };
    await withHub({ faults: [fault] }, async (hub) => {
      hub.state.jobs.listLag = listLag;
      const creating = createJob(new HubClient(hub.access), "me", spec);
      if (listLag < 3) assert.equal((await creating).id, hub.state.jobs.list[0]?.id);
      else await assert.rejects(creating, (error: unknown) => error instanceof HubError && error.ambiguous);
      assert.deepEqual([posts(hub), hub.state.jobs.list.length], [1, 1]);
    });
  }
});

Deno.test("createJob() waits as long as a rate limit says", async () => {
  await withHub({ faults: [{ ...creation, ...tooMany, times: 2 }] }, async (hub) => {
    await createJob(new HubClient(hub.access), "me", spec);
    assert.deepEqual(hub.waits, [2000, 2000]);
    assert.equal(hub.state.jobs.list.length, 1);
  });
});

Deno.test("createJob() says that there may be a job when it cannot know", async () => {
  const isDoubtful = (error: unknown) => error instanceof HubError && error.ambiguous;
  // Without labels it could not be found: nothing is sent again.
  await withHub({ faults: [{ ...creation, cut: "after" }] }, async (hub) => {
    await assert.rejects(createJob(new HubClient(hub.access), "me", { ...spec, labels: {} }), isDoubtful);
    assert.equal(posts(hub), 1);
  });
  // The list fails as well.
  const list = { method: "GET", path: /^\/api\/jobs\/me\?/, status: 500, skip: 1, times: Infinity };
  await withHub({ faults: [{ ...creation, cut: "after" }, list] }, async (hub) => {
    await assert.rejects(createJob(new HubClient(hub.access), "me", spec), isDoubtful);
    assert.equal(posts(hub), 1);
  });
  // It is refused the second time, but the first may have come through.
  await withHub({ faults: [{ ...creation, cut: "after" }, { ...creation, ...noCredit }] }, async (hub) => {
    hub.state.jobs.listLag = 99;
    await assert.rejects(createJob(new HubClient(hub.access), "me", spec), isDoubtful);
    assert.deepEqual([posts(hub), hub.state.jobs.list.length], [2, 1]);
  });
  await withHub({ faults: [{ ...creation, status: 500, times: Infinity }] }, async (hub) => {
    await assert.rejects(createJob(new HubClient(hub.access), "me", spec), isDoubtful);
    assert.equal(posts(hub), 4);
  });
});

Deno.test("createJob() shows no secret that the Hub gives back", async () => {
  const [token, key] = ["hf_SECRETmarker", "wandb-SECRETmarker"];
  const fault: Fault = { ...creation, status: 400, body: { error: `Bad job: ${token} ${key}` } };
  await withHub({ token, faults: [fault] }, async (hub) => {
    await assert.rejects(
      createJob(new HubClient(hub.access), "me", {
        ...spec,
        secrets: { HF_TOKEN: token, WANDB_API_KEY: key, EMPTY: "" },
      }),
      (error: unknown) =>
        error instanceof HubError && error.message.includes('"Bad job: … …"') &&
        !/SECRET/.test(error.stack ?? ""),
    );
  });
});

Deno.test("listJobs() reads all pages, the newest first, and only what was asked for", async () => {
  await withHub({ executor: lasting }, async ({ access, state }) => {
    const client = new HubClient(access);
    const wanted: string[] = [];
    for (let index = 0; index < 47; index++) {
      const labels = { run: `r${index % 2}`, cell: String(index % 3) };
      const { id } = await createJob(client, "me", { ...spec, labels });
      if (index % 6 === 0) wanted.unshift(id);
    }
    state.jobs.pageSize = 5;
    state.requests.length = 0;
    assert.equal((await listJobs(client, "me")).length, 47);
    assert.equal(state.requests.length, 10);
    assert.deepEqual(
      (await listJobs(client, "me", { labels: { run: "r0", cell: "0" } })).map(({ id }) => id),
      wanted,
    );
    const [last = "", next = ""] = wanted;
    await cancelJob(client, "me", last);
    state.jobs.timeOut(next);
    const stages = ["CANCELED", "ERROR"];
    assert.deepEqual((await listJobs(client, "me", { stages })).map(({ id }) => id), [last, next]);
    assert.ok(state.requests.some(({ path }) => path.includes("?stage=CANCELED&stage=ERROR")));
    const running = await listJobs(client, "me", { labels: { run: "r0", cell: "0" }, stages: ["RUNNING"] });
    assert.deepEqual(running.map(({ id }) => id), wanted.slice(2));
    assert.deepEqual(await listJobs(client, "me", { labels: { run: "none" } }), []);
  });
});

Deno.test("listJobs() filters by itself too, and ends where pages lead in a circle", async () => {
  const job = (id: string, run: string) => ({
    id,
    createdAt: `2026-01-01T00:00:0${id}Z`,
    status: { stage: "RUNNING" },
    labels: { run },
  });
  let asked = 0;
  const client = new HubClient({
    host: "https://hub.test",
    token: "hf_test",
    fetch: () => {
      asked++;
      const headers = { link: '</api/jobs/me?label=run%3Dr1>; rel="next"' };
      return Promise.resolve(Response.json([job("1", "r1"), job("2", "r2"), job("3", "r1")], { headers }));
    },
  });
  assert.deepEqual((await listJobs(client, "me", { labels: { run: "r1" } })).map(({ id }) => id), ["3", "1"]);
  assert.equal(asked, 1);
});

Deno.test("getJob() takes stages, flavours and fields that are new, and fields that are missing", async () => {
  const answers = [
    {
      type: "job",
      id: "6a2b",
      createdAt: "2026-11-01T12:00:00Z",
      status: { stage: "WAITING_FOR_A_GPU", message: "Soon", queue: { place: 3 } },
      flavor: "b300x16",
      region: "moon",
      labels: { a: "b" },
      durations: { runningSecs: 2, coolingSecs: 9 },
      startedAt: "2026-11-01T12:01:00Z",
    },
    {
      id: "6a2b",
      createdAt: "",
      status: { stage: "DELETED", message: null },
      labels: null,
      durations: null,
      flavor: null,
    },
  ];
  const client = new HubClient({
    host: "https://hub.test",
    token: "hf_test",
    fetch: () => Promise.resolve(Response.json(answers.shift())),
  });
  const url = "https://hub.test/jobs/me/6a2b";
  const [first, second] = [await getJob(client, "me", "6a2b"), await getJob(client, "me", "6a2b")];
  assert.deepEqual(first, {
    id: "6a2b",
    createdAt: "2026-11-01T12:00:00Z",
    stage: "WAITING_FOR_A_GPU",
    message: "Soon",
    flavor: "b300x16",
    labels: { a: "b" },
    startedAt: "2026-11-01T12:01:00Z",
    finishedAt: null,
    runningSeconds: 2,
    url,
  });
  assert.ok(!isOver(first));
  const none = { message: null, labels: {}, startedAt: null, finishedAt: null, runningSeconds: null };
  assert.deepEqual(second, { id: "6a2b", createdAt: "", stage: "DELETED", flavor: "", url, ...none });
  assert.ok(isOver(second));
});

Deno.test("getJob() passes trouble over, and refuses what is not there", async () => {
  const faults: Fault[] = [{ path: /./, status: 503, times: 2, skip: 2 }, {
    path: /./,
    cut: "before",
    skip: 2,
  }];
  await withHub({ faults }, async (hub) => {
    const client = new HubClient(hub.access);
    const { id } = await createJob(client, "me", spec);
    assert.equal((await getJob(client, "me", id)).id, id);
    // Deno's fetch sends a GET once more by itself when a connection ends.
    assert.ok(hub.waits.length >= 2);
    await assert.rejects(getJob(client, "me", "nothing"), /found 404 "Job not found"/);
    await assert.rejects(getJob(client, "others", id), /right to write.* found 403/);
  });
});

Deno.test("getJob() shows no token in the Hub's message", async () => {
  const executor = () => Promise.resolve({ ok: false, message: "Bad token hf_SECRETmarker" });
  await withHub({ token: "hf_SECRETmarker", executor }, async (hub) => {
    const client = new HubClient(hub.access);
    const { id } = await createJob(client, "me", spec);
    await hub.state.jobs.get(id)?.done;
    assert.equal((await getJob(client, "me", id)).message, "Bad token …");
  });
});

Deno.test("cancelJob() ends a job, and leaves one that is over as it is", async () => {
  await withHub({ executor: lasting }, async ({ access, state }) => {
    const client = new HubClient(access);
    const { id } = await createJob(client, "me", spec);
    state.faults.push({ method: "POST", path: /cancel$/, status: 500, carriedOut: true });
    await cancelJob(client, "me", id);
    await cancelJob(client, "me", id);
    assert.equal(state.jobs.get(id)?.stage, "CANCELED");
    await assert.rejects(cancelJob(client, "me", "nothing"), /404/);
    const other = await createJob(client, "me", spec);
    state.faults.push({ method: "POST", path: /cancel$/, ...noQuota });
    await assert.rejects(cancelJob(client, "me", other.id), /403/);
    assert.equal(state.jobs.get(other.id)?.stage, "RUNNING");
    state.token = "hf_another";
    await assert.rejects(cancelJob(client, "me", other.id), /401/);
  });
});

Deno.test("the names of namespaces and jobs stay in their part of the path", async () => {
  const asked: string[] = [];
  const client = new HubClient({
    host: "https://hub.test",
    token: "hf_test",
    fetch: (input) => {
      asked.push(String(input));
      return Promise.resolve(new Response("{}", { status: 404 }));
    },
  });
  await assert.rejects(getJob(client, "me/../you", "1?x=2#3"), HubError);
  await assert.rejects(cancelJob(client, "me", "../../datasets"), HubError);
  assert.deepEqual(asked.slice(0, 2), [
    "https://hub.test/api/jobs/me%2F..%2Fyou/1%3Fx%3D2%233",
    "https://hub.test/api/jobs/me/..%2F..%2Fdatasets/cancel",
  ]);
});

/**
 * The stand-in for the Hub against the Hub's own client for JavaScript, and against the documented rules of jobs: what other tests
 * show on it must not rest on shapes that we made up.
 */
import assert from "node:assert/strict";
import {
  cancelJob,
  duplicateJob,
  getJob,
  HubApiError,
  listJobHardware,
  listJobs,
  runJob,
  streamJobLogs,
  whoAmI,
} from "@huggingface/hub";
import { type Hub, type JobExecutor, withHub } from "../../../support/hub/hub_server.ts";

const two: JobExecutor = ({ log }) => {
  log("one");
  log("two");
  return Promise.resolve({ ok: true });
};

const lasting: JobExecutor = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: true })));

const spec: { dockerImage: string; command: string[]; flavor: "cpu-basic" } = {
  dockerImage: "python:3.12",
  command: ["python"],
  flavor: "cpu-basic",
};
const credentials = ({ url }: Hub) => ({ hubUrl: url, accessToken: "hf_test", namespace: "me" });

/** A request with the token; gives the status and the JSON. */
async function ask({ url }: Hub, method: string, path: string, body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: "Bearer hf_test", "content-type": "application/json" },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  });
  return [response.status, await response.json()];
}

async function textOf({ url }: Hub, path: string): Promise<string> {
  return await (await fetch(`${url}${path}`, { headers: { authorization: "Bearer hf_test" } })).text();
}

Deno.test("the stand-in answers the Hub's own client as the Hub does", async () => {
  await withHub({ executor: two }, async (hub) => {
    const access = credentials(hub);
    assert.equal((await whoAmI(access)).name, "me");
    assert.ok(
      (await listJobHardware(access)).some(({ name, unitLabel }) =>
        name === "a100x4" && unitLabel === "minute"
      ),
    );
    const made = await runJob({
      ...access,
      ...spec,
      labels: { name: "a" },
      secrets: { TOKEN: "hf_SECRETmarker" },
    });
    assert.deepEqual([made.type, made.dockerImage, made.flavor, made.secrets], [
      "job",
      "python:3.12",
      "cpu-basic",
      ["TOKEN"],
    ]);
    assert.ok(!JSON.stringify(made).includes("SECRET"));
    const said = await Array.fromAsync(
      streamJobLogs({ ...access, jobId: made.id }),
      ({ message }) => message,
    );
    assert.deepEqual(said.slice(1), ["one", "two"]);
    assert.match(said[0] ?? "", /^===== Job started/);
    const job = await getJob({ ...access, jobId: made.id });
    assert.equal(String(job.status.stage), "COMPLETED");
    const copy = await duplicateJob({ ...access, jobId: made.id });
    assert.deepEqual([copy.command, copy.labels], [made.command, made.labels]);
    assert.deepEqual((await listJobs(access)).map(({ id }) => id), [copy.id, made.id]);
  });
  await withHub({ executor: lasting }, async (hub) => {
    const access = credentials(hub);
    const { id } = await runJob({ ...access, ...spec });
    assert.equal(String((await cancelJob({ ...access, jobId: id })).status.stage), "CANCELED");
    await assert.rejects(
      listJobs({ ...access, accessToken: "hf_other" }),
      (error: unknown) => error instanceof HubApiError && error.statusCode === 401,
    );
  });
});

Deno.test("the stand-in wants the token wherever the Hub does", async () => {
  await withHub({}, async ({ url }) => {
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${url}${path}`, { headers });
      return [response.status, (await response.text()).replace(/^\[.*$/s, "a list")];
    };
    const refused = [401, '{"error":"Invalid username or password."}'];
    assert.deepEqual(await status("/api/jobs/me"), refused);
    assert.deepEqual(await status("/api/whoami-v2"), refused);
    assert.deepEqual(await status("/api/jobs/me", { authorization: "Bearer hf_tes" }), refused);
    assert.deepEqual(await status("/api/jobs/me", { authorization: "hf_test" }), refused);
    assert.deepEqual(await status("/api/jobs/me", { authorization: "Bearer hf_test" }), [200, "a list"]);
    assert.deepEqual(await status("/api/jobs/hardware"), [200, "a list"]);
  });
});

Deno.test("the stand-in ends a job without a time-out after the Hub's 30 minutes, and any other when its time is up", async () => {
  await withHub({ executor: lasting }, async (hub) => {
    hub.state.jobs.secondLength = 0.01;
    const [, made] = await ask(hub, "POST", "/api/jobs/me", spec);
    assert.ok(typeof made === "object" && made !== null && "timeoutSeconds" in made);
    assert.equal(made.timeoutSeconds, 1800);
    await ask(hub, "POST", "/api/jobs/me", { ...spec, timeoutSeconds: 100 });
    await ask(hub, "POST", "/api/jobs/me", { ...spec, timeoutSeconds: 1e9 });
    const [first, second, third] = hub.state.jobs.list;
    await Promise.all([first?.done, second?.done]);
    for (const job of [first, second]) {
      assert.deepEqual([job?.stage, job?.message], ["ERROR", "Job timed out"]);
    }
    assert.equal(third?.stage, "RUNNING");
    assert.ok((second?.finished ?? 0) < (first?.finished ?? 0));
  });
});

Deno.test("the stand-in gives a log from the start at each connection, with comments between, or its tail", async () => {
  await withHub({ executor: two }, async (hub) => {
    await ask(hub, "POST", "/api/jobs/me", spec);
    const job = hub.state.jobs.list[0];
    await job?.done;
    const path = `/api/jobs/me/${job?.id}/logs`;
    const whole = await textOf(hub, path);
    assert.equal(await textOf(hub, path), whole);
    assert.match(
      whole,
      /^: keep-alive\n\ndata: \{"timestamp":"[^"]+","data":"===== Job started at [^"]+ ====="\}\n\ndata: /,
    );
    assert.match(await textOf(hub, `${path}?tail=1`), /^data: \{"timestamp":"[^"]+","data":"two"\}\n\n$/);
  });
});

Deno.test("the stand-in lists by stages and labels, in pages that a header leads through", async () => {
  await withHub({ executor: lasting }, async (hub) => {
    hub.state.jobs.pageSize = 2;
    for (const name of ["a", "b", "a", "a"]) {
      await ask(hub, "POST", "/api/jobs/me", { ...spec, labels: { name } });
    }
    const headers = { authorization: "Bearer hf_test" };
    const first = await fetch(`${hub.url}/api/jobs/me?label=name%3Da`, { headers });
    const next = /<(.*)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await fetch(next, { headers });
    assert.deepEqual(
      [(await first.json()).length, (await second.json()).length, second.headers.has("link")],
      [2, 1, false],
    );
    hub.state.jobs.cancel(hub.state.jobs.list[0]?.id ?? "");
    const found = async (query: string) => (await ask(hub, "GET", `/api/jobs/me?${query}`))[1];
    assert.deepEqual(await found("stage=COMPLETED&stage=ERROR"), []);
    const [one, ...others] = [await found("stage=CANCELED&stage=ERROR&label=name%3Da")].flat();
    assert.deepEqual([typeof one, others], ["object", []]);
  });
});

Deno.test("the stand-in replaces labels, and refuses what the reference has not", async () => {
  await withHub({ executor: lasting }, async (hub) => {
    await ask(hub, "POST", "/api/jobs/me", { ...spec, labels: { name: "a" } });
    const id = hub.state.jobs.list[0]?.id;
    const [status, job] = await ask(hub, "PUT", `/api/jobs/me/${id}/labels`, { labels: { other: "b" } });
    assert.equal(status, 200);
    assert.ok(typeof job === "object" && job !== null && "labels" in job);
    assert.deepEqual(job.labels, { other: "b" });
    assert.equal((await ask(hub, "PUT", `/api/jobs/me/${id}/labels`, {}))[0], 400);
    for (
      const change of [{ expose: { ports: [1] } }, { flavor: undefined }, { timeoutSeconds: "1h" }, {
        labels: { a: "/" },
      }]
    ) {
      assert.equal((await ask(hub, "POST", "/api/jobs/me", { ...spec, ...change }))[0], 400);
    }
    assert.equal((await ask(hub, "POST", "/api/jobs/others", spec))[0], 403);
    assert.equal((await ask(hub, "DELETE", "/api/jobs/me"))[0], 405);
    assert.equal((await ask(hub, "GET", "/api/jobs/me/nothing"))[0], 404);
    assert.equal((await ask(hub, "GET", `/api/jobs/me/${id}/nothing`))[0], 404);
    assert.equal((await ask(hub, "GET", "/api/nothing"))[0], 404);
  });
});

Deno.test("the stand-in lets looks decide how long a job waits, and what they see meanwhile", async () => {
  await withHub({ executor: two }, async (hub) => {
    hub.state.jobs.scheduling = 2;
    hub.state.jobs.between = ["PULLING_IMAGE"];
    await ask(hub, "POST", "/api/jobs/me", spec);
    const stored = hub.state.jobs.list[0];
    const stage = async () =>
      JSON.stringify((await ask(hub, "GET", `/api/jobs/me/${stored?.id}`))[1]).match(/"stage":"(\w+)"/)?.[1];
    assert.deepEqual([await stage(), await stage(), await stage()], [
      "SCHEDULING",
      "SCHEDULING",
      "PULLING_IMAGE",
    ]);
    assert.equal(await textOf(hub, `/api/jobs/me/${stored?.id}/logs`), "");
    assert.equal(await stage(), "RUNNING");
    await stored?.done;
    assert.equal(await stage(), "COMPLETED");
  });
});

Deno.test("the stand-in tells of an executor that fails", async () => {
  const failing: JobExecutor[] = [
    () => Promise.reject(new Error("Exit code 1")),
    () => Promise.resolve({ ok: false, message: "Exit code 1" }),
  ];
  for (const executor of failing) {
    await withHub({ executor }, async (hub) => {
      await ask(hub, "POST", "/api/jobs/me", spec);
      const job = hub.state.jobs.list[0];
      await job?.done;
      assert.deepEqual([job?.stage, job?.message], ["ERROR", "Exit code 1"]);
    });
  }
});

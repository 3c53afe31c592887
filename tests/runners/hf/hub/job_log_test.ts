import assert from "node:assert/strict";
import { HubClient, HubError } from "exitlab/runners/hf/hub/hub_client.ts";
import type { JobInfo } from "exitlab/runners/hf/hub/job.ts";
import { followJob } from "exitlab/runners/hf/hub/job_log.ts";
import { cancelJob, createJob } from "exitlab/runners/hf/hub/jobs.ts";
import type { LogTrouble } from "../../../support/hub/faults.ts";
import {
  inspection,
  logs,
  quick,
  says,
  saysAndWaits,
  spec,
  started,
  troubles,
  withJob,
} from "../../../support/hub/followed_job.ts";
import { withHub } from "../../../support/hub/hub_server.ts";

Deno.test("followJob() gives each line once, and the job when it is over", async () => {
  await withJob(
    { executor: says(["one", "two\n", "", "three\nfour\r\n"]) },
    async ({ id, texts, stages, reconnects, follow }) => {
      const job = await follow();
      assert.deepEqual(texts, [started, "one", "two", "", "three", "four"]);
      assert.deepEqual([job.id, job.stage], [id, "COMPLETED"]);
      assert.equal(stages.at(-1), "COMPLETED");
      assert.deepEqual(reconnects, []);
    },
  );
});

Deno.test("followJob() asks for the stage of a job that says nothing, and keeps its connection", async () => {
  const { executor, end } = saysAndWaits(["a"]);
  await withHub({ executor }, async ({ access, state }) => {
    const encoder = new TextEncoder();
    let opened = 0;
    const client = new HubClient({
      ...access,
      fetch(input, init) {
        if (!logs.test(String(input))) return fetch(input, init);
        opened++;
        let beat: ReturnType<typeof setInterval>;
        const body = new ReadableStream<Uint8Array>({
          start(out) {
            out.enqueue(encoder.encode('data: {"data":"a"}\n\n'));
            beat = setInterval(() => out.enqueue(encoder.encode(": keep-alive\n\n")), 2);
          },
          cancel: () => clearInterval(beat),
        });
        return Promise.resolve(new Response(body));
      },
    });
    const { id } = await createJob(client, "me", spec);
    const lines = followJob(client, "me", id, {
      signal: new AbortController().signal,
      ...quick,
    });
    const texts = Array.fromAsync(lines, ({ text }) => text);
    while (state.requests.filter(({ path }) => inspection.test(path)).length < 4) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    end();
    assert.deepEqual(await texts, ["a"]);
    assert.equal(opened, 1);
  });
});

Deno.test("followJob() waits while a job is scheduled, and is not put off by stages it does not know", async () => {
  await withJob({ executor: says(["a"]) }, async ({ hub, texts, stages, follow }) => {
    await follow({ poll: 7000 });
    assert.deepEqual(texts, [started, "a"]);
    assert.deepEqual([stages[0], stages.at(-1)], ["SCHEDULING", "COMPLETED"]);
    assert.deepEqual(hub.waits.slice(0, 100), Array(100).fill(7000));
    // One request made the job, and one more look saw it run.
    assert.equal(hub.state.requests.findIndex(({ path }) => logs.test(path)), 102);
  }, 100);
  await withHub({ executor: says(["a"]) }, async ({ access, state }) => {
    const client = new HubClient(access);
    state.jobs.scheduling = 1;
    state.jobs.between = ["PULLING_IMAGE", "UPDATING", "PAUSED", "STOPPED", "DELETING"];
    const { id } = await createJob(client, "me", spec);
    const stages: string[] = [];
    const onState = ({ stage }: JobInfo) => void stages.push(stage);
    const lines = followJob(client, "me", id, { signal: new AbortController().signal, ...quick, onState });
    assert.deepEqual(await Array.fromAsync(lines, ({ text }) => text), [started, "a"]);
    assert.deepEqual(stages.slice(0, 6), ["SCHEDULING", ...[
      "PULLING_IMAGE",
      "UPDATING",
      "PAUSED",
      "STOPPED",
      "DELETING",
    ]]);
  });
});

Deno.test("followJob() gives up at once what the Hub refuses", async () => {
  for (const status of [400, 401, 402, 403, 404, 410]) {
    for (const path of [logs, inspection]) {
      const { executor } = saysAndWaits([]);
      await withJob({ executor, faults: [{ path, status }] }, async ({ hub, reconnects, follow }) => {
        await assert.rejects(
          follow(),
          (error: unknown) => error instanceof HubError && error.status === status,
        );
        assert.deepEqual([reconnects, hub.waits], [[], []]);
      });
    }
  }
});

Deno.test("followJob() ends when the token expires in between", async () => {
  const { executor } = saysAndWaits(["a"]);
  await withJob({ executor, faults: troubles({ cutAfterEvents: 2 }) }, async ({ hub, texts, follow }) => {
    const watched = follow({ onReconnect: () => void (hub.state.token = "hf_another") });
    await assert.rejects(watched, /not expired.* found 401/);
    assert.deepEqual(texts, [started, "a"]);
  });
});

Deno.test("followJob() ends with a job that is cancelled or runs out of time, running or not", async () => {
  for (const looks of [0, Infinity]) {
    const { executor } = saysAndWaits(["a"]);
    await withJob({ executor }, async ({ client, id, texts, follow }) => {
      const watched = follow({
        onState: ({ stage }) => void (stage === "SCHEDULING" && cancelJob(client, "me", id)),
      });
      if (looks === 0) {
        while (texts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
        await cancelJob(client, "me", id);
      }
      assert.equal((await watched).stage, "CANCELED");
      assert.deepEqual(texts, looks === 0 ? [started, "a"] : []);
    }, looks);
  }
  const { executor } = saysAndWaits(["a"]);
  await withJob({ executor }, async ({ hub, id, texts, follow }) => {
    const watched = follow();
    while (texts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    hub.state.jobs.timeOut(id);
    const { stage, message } = await watched;
    assert.deepEqual([stage, message], ["ERROR", "Job timed out"]);
  });
});

Deno.test("followJob() ends with the reason of its signal, and leaves the job alone", async () => {
  const reason = new Error("enough");
  const places: [LogTrouble | undefined, number][] = [[undefined, 0], ["silent", 0], ["keep-alives", 0], [
    undefined,
    Infinity,
  ]];
  for (const [trouble, looks] of places) {
    const { executor } = saysAndWaits([]);
    const faults = trouble === undefined ? [] : troubles(trouble);
    await withJob({ executor, faults }, async ({ hub, id, follow }) => {
      const ending = new AbortController();
      const watched = follow({ signal: ending.signal, silence: 60_000 });
      while (hub.state.requests.length < (looks === 0 ? 3 : 4)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      ending.abort(reason);
      await assert.rejects(watched, reason);
      assert.equal(hub.state.jobs.get(id)?.stage, looks === 0 ? "RUNNING" : "SCHEDULING");
      await assert.rejects(follow({ signal: ending.signal }), reason);
    }, looks);
  }
});

Deno.test("followJob() closes its connection when it is left early", async () => {
  const { executor, end } = saysAndWaits(["a"]);
  await withJob({ executor }, async ({ client, id }) => {
    const ending = new AbortController();
    for await (const { text } of followJob(client, "me", id, { signal: ending.signal })) {
      assert.equal(text, started);
      break;
    }
    end();
  });
});

Deno.test("followJob() shows no token that a job says", async () => {
  const token = "hf_SECRETmarker";
  await withJob({ token, executor: says([`using ${token}`]) }, async ({ texts, follow }) => {
    await follow();
    assert.deepEqual(texts, [started, "using …"]);
  });
});

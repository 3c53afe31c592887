import assert from "node:assert/strict";
import fc from "fast-check";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { followJob } from "exitlab/runners/hf/hub/job_log.ts";
import { createJob } from "exitlab/runners/hf/hub/jobs.ts";
import type { Fault, LogTrouble } from "../../../support/hub/faults.ts";
import {
  inspection,
  logs,
  many,
  quick,
  says,
  saysAndWaits,
  spec,
  started,
  troubles,
  withJob,
} from "../../../support/hub/followed_job.ts";
import { type JobExecutor, withHub } from "../../../support/hub/hub_server.ts";

Deno.test("followJob() loses nothing and repeats nothing when the connection is lost 20 times at random places", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3500), { minLength: 20, maxLength: 20 }),
      fc.constantFrom(1, 4, Infinity),
      async (cuts, pauseEvery) => {
        const faults = troubles(...cuts.map((cutAfterBytes) => ({ cutAfterBytes })));
        await withJob({ executor: says(many, pauseEvery), faults }, async ({ texts, follow }) => {
          assert.equal((await follow()).stage, "COMPLETED");
          assert.deepEqual(texts, [started, ...many]);
          assert.ok(faults.every(({ times }) => times === 0));
        });
      },
    ),
    { numRuns: 12 },
  );
});

Deno.test("followJob() stands any mixture of trouble with its log and its stage", async () => {
  const trouble: fc.Arbitrary<Fault> = fc.oneof(
    fc.nat(3500).map((cutAfterBytes): Fault => ({ path: logs, log: { cutAfterBytes } })),
    fc.nat(32).map((cutAfterEvents): Fault => ({ path: logs, log: { cutAfterEvents } })),
    fc.nat(15).map((stallAfterEvents): Fault => ({ path: logs, log: { stallAfterEvents } })),
    fc.nat(15).map((endAfterEvents): Fault => ({ path: logs, log: { endAfterEvents } })),
    fc.constantFrom<LogTrouble>("silent", "empty", "keep-alives").map((log): Fault => ({ path: logs, log })),
    fc.constantFrom(408, 429, 500, 502, 503).map((status): Fault => ({ path: logs, status })),
    fc.constantFrom(logs, inspection).map((path): Fault => ({ path, cut: "before" })),
    fc.nat(8).map((times): Fault => ({ path: inspection, status: 500, times })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(trouble, { maxLength: 6 }),
      fc.nat(3),
      fc.nat(2),
      async (faults, looks, strange) => {
        const { executor, end } = saysAndWaits(many);
        await withHub({ executor, faults: faults.map((fault) => ({ ...fault })) }, async (hub) => {
          const client = new HubClient(hub.access);
          hub.state.jobs.scheduling = looks;
          hub.state.jobs.between = Array.from({ length: strange }, () => "WAITING_FOR_A_GPU");
          const { id } = await createJob(client, "me", spec);
          const lines = followJob(client, "me", id, {
            signal: new AbortController().signal,
            silence: 10,
            grace: 10,
          });
          const texts: string[] = [];
          for (;;) {
            const { done, value } = await lines.next();
            if (done === true) break;
            texts.push(value.text);
            if (texts.length === 16) end();
          }
          assert.deepEqual(texts.slice(1), many);
        });
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("followJob() leaves a log that never ends, once the job is over", async () => {
  await withJob({ executor: says(many), faults: troubles("never ends") }, async ({ hub, texts, follow }) => {
    assert.equal((await follow()).stage, "COMPLETED");
    assert.deepEqual(texts, [started, ...many]);
    assert.equal(hub.state.requests.filter(({ path }) => logs.test(path)).length, 1);
  });
});

Deno.test("followJob() leaves a log that is kept alive for ever, once the job is over", async () => {
  await withJob({ executor: says(many) }, async ({ hub, id, texts, follow }) => {
    await hub.state.jobs.get(id)?.done;
    hub.state.faults.push(...troubles({ cutAfterEvents: 31 }, "keep-alives", "keep-alives", "never ends"));
    assert.equal((await follow()).stage, "COMPLETED");
    assert.deepEqual(texts, [started, ...many]);
    assert.equal(hub.state.requests.filter(({ path }) => logs.test(path)).length, 4);
  });
});

Deno.test("followJob() opens a silent log again, for as long as the job runs", async () => {
  const { executor, end } = saysAndWaits(["a", "b"]);
  await withJob(
    { executor, faults: troubles("silent", "silent", "silent") },
    async ({ texts, reconnects, follow }) => {
      const watched = follow({ onReconnect: (why) => void reconnects.push(why), silence: 10 });
      while (texts.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
      end();
      assert.equal((await watched).stage, "COMPLETED");
      assert.deepEqual(texts, [started, "a", "b"]);
      assert.deepEqual(reconnects.slice(0, 3), Array(3).fill("The log said nothing for 0.01 s"));
    },
  );
});

Deno.test("followJob() opens a log again that is kept alive without what was said before", async () => {
  const { executor, end } = saysAndWaits(["a", "b"]);
  const faults = troubles("keep-alives", { cutAfterEvents: 2 }, "keep-alives");
  await withJob({ executor, faults }, async ({ texts, reconnects, follow }) => {
    const watched = follow({ silence: 40 });
    while (texts.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    end();
    await watched;
    assert.deepEqual(texts, [started, "a", "b"]);
    const silent = "The log said nothing for 0.04 s";
    assert.deepEqual(reconnects.slice(0, 3), [silent, "The log's connection was cut", silent]);
  });
});

Deno.test("followJob() opens a log again that has stopped in the middle", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const executor: JobExecutor = async ({ log }) => {
    log("a");
    await promise;
    log("b");
    return { ok: true };
  };
  await withJob(
    { executor, faults: troubles({ stallAfterEvents: 2 }) },
    async ({ texts, reconnects, follow }) => {
      const watched = follow({ silence: 40 });
      while (reconnects.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      resolve();
      await watched;
      assert.deepEqual(texts, [started, "a", "b"]);
      assert.equal(reconnects[0], "The log said nothing for 0.04 s");
    },
  );
});

Deno.test("followJob() does not take an end for the log's that comes before what was said already", async () => {
  await withJob({ executor: says(many) }, async ({ hub, id, texts, follow }) => {
    await hub.state.jobs.get(id)?.done;
    hub.state.faults.push(
      ...troubles({ cutAfterEvents: 10 }, { endAfterEvents: 5 }, { stallAfterEvents: 7 }),
    );
    await follow();
    assert.deepEqual(texts, [started, ...many]);
  });
});

Deno.test("followJob() opens a log again that was empty right after the start", async () => {
  const { executor, end } = saysAndWaits(["a"]);
  await withJob(
    { executor, faults: troubles("empty", "empty", "empty") },
    async ({ hub, texts, reconnects, follow }) => {
      hub.waits.length = 0;
      const watched = follow();
      while (texts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
      end();
      await watched;
      assert.deepEqual(texts, [started, "a"]);
      assert.deepEqual(reconnects.slice(0, 3), Array(3).fill("The log's connection ended"));
      assert.deepEqual(hub.waits.slice(0, 3), [2000, 4000, 8000]);
    },
  );
});

Deno.test("followJob() reads the log once more when it ended before the job, as a cut may look like an end", async () => {
  const { executor, end } = saysAndWaits(["a", "b"]);
  await withHub({ executor }, async ({ access, state }) => {
    let opened = 0;
    const client = new HubClient({
      ...access,
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (!logs.test(String(input)) || ++opened > 1) return response;
        await response.body?.cancel();
        end();
        await state.jobs.list[0]?.done;
        return new Response(`data: {"data":"first"}\n\n`);
      },
    });
    const { id } = await createJob(client, "me", spec);
    const lines = followJob(client, "me", id, { signal: new AbortController().signal, ...quick });
    const texts = await Array.fromAsync(lines, ({ text }) => text);
    assert.deepEqual(texts, ["first", "a", "b"]);
    assert.equal(opened, 2);
  });
});

Deno.test("followJob() goes on for as long as the Hub is away", async () => {
  const faults: Fault[] = [
    { path: inspection, status: 503, times: 40 },
    { path: logs, status: 500, times: 30 },
    { path: logs, cut: "before", times: 10 },
  ];
  await withJob({ executor: says(many), faults }, async ({ hub, texts, follow }) => {
    assert.equal((await follow()).stage, "COMPLETED");
    assert.deepEqual(texts, []);
    assert.ok(hub.waits.every((wait) => wait >= 1000 && wait <= 30_000));
  });
  const { executor, end } = saysAndWaits(many);
  await withJob(
    { executor, faults: faults.map((fault) => ({ ...fault, times: 50 })) },
    async ({ texts, follow }) => {
      const watched = follow();
      while (texts.length <= many.length) await new Promise((resolve) => setTimeout(resolve, 1));
      end();
      await watched;
      assert.deepEqual(texts, [started, ...many]);
    },
  );
});

Deno.test("followJob() leaves the log of a job that is over when it cannot be read, and says so", async () => {
  const cases: [Omit<Fault, "path">, number][] = [
    [{ status: 500 }, 24],
    [{ cut: "before" }, 24],
    [{ log: "silent" }, 4],
    [{ log: "empty" }, 4],
    [{ log: { cutAfterEvents: 0 } }, 24],
    [{ status: 404 }, 4],
  ];
  for (const [fault, tries] of cases) {
    await withJob(
      { faults: [{ path: logs, ...fault, times: Infinity }] },
      async ({ hub, id, texts, reconnects, follow }) => {
        await hub.state.jobs.get(id)?.done;
        assert.equal((await follow({ grace: 2 })).stage, "COMPLETED");
        assert.deepEqual(texts, []);
        assert.match(reconnects.at(-1) ?? "", /the log of a job that is over is left as it is$/);
        const opened = hub.state.requests.filter(({ path }) => logs.test(path)).length;
        // Deno's fetch sends a GET once more by itself when a connection ends.
        assert.ok(opened >= tries && opened <= 2 * tries, String(opened));
      },
    );
  }
});

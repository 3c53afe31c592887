import assert from "node:assert/strict";
import { ServerLostError, TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import type { RetryEvent } from "exitlab/runners/tgi/tinker/retry.ts";
import {
  batch,
  down,
  draw,
  interceptor,
  refusal,
  spec,
  trainOnce,
  withServer,
} from "../../../support/tinker_client.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

Deno.test("a session is opened once, and its heartbeat goes on until it is closed", async () => {
  const beats: (() => void)[] = [];
  const periods: number[] = [];
  let stopped = 0;
  const every = (beat: () => void, milliseconds: number) => {
    beats.push(beat);
    periods.push(milliseconds);
    return () => stopped++;
  };
  await withServer({}, { every }, async (client, server) => {
    await Promise.all([client.openModel(spec), client.openModel(spec)]);
    assert.deepEqual([server.sessions, periods], [1, [10_000]]);
    const count = () => server.calls.filter((call) => call.endsWith("/session_heartbeat")).length;
    for (let beat = 1; beat <= 3; beat++) {
      const answered = Promise.withResolvers<void>();
      beats[0]?.();
      // A beat that is late is not overtaken by the next.
      beats[0]?.();
      const poll = setInterval(() => count() === beat ? answered.resolve() : undefined, 1);
      await answered.promise;
      clearInterval(poll);
      await client.tokenize("a");
      await client.tokenize("a");
    }
    assert.equal(stopped, 0);
  });
  assert.equal(stopped, 1);
});

Deno.test("a heartbeat that fails is no failure", async () => {
  const { of, intercept } = interceptor();
  const beats: (() => void)[] = [];
  const every = (beat: () => void) => {
    beats.push(beat);
    return () => undefined;
  };
  await withServer({ intercept }, { every }, async (client) => {
    const model = await client.openModel(spec);
    of.set("session_heartbeat", () => down);
    beats[0]?.();
    await trainOnce(model);
  });
});

Deno.test("a server that was started again is a ServerLostError, and its client goes on with a new model", async () => {
  await withServer({}, {}, async (client, server) => {
    const model = await client.openModel(spec);
    await trainOnce(model);
    const path = await model.save("kept");
    const [wanted] = await model.logprobs([[1, 2, 3]], { temperature: 1 });
    await model.publish();
    server.restart();
    const lost = [
      () => model.sample([{ ...draw, prompt: [1], seed: 1 }]),
      () => model.logprobs([[1, 2]], { temperature: 1 }),
      () => model.forwardBackward(batch, { temperature: 1 }),
      () => model.publish(),
    ];
    for (const ask of lost) await assert.rejects(ask(), ServerLostError);
    const again = await client.openModel(spec);
    await again.load(path, true);
    assert.deepEqual(await again.logprobs([[1, 2, 3]], { temperature: 1 }), [wanted]);
  });
});

Deno.test("a server that is started again while a result is waited for is a ServerLostError", async () => {
  const { of, intercept } = interceptor();
  await withServer({ intercept }, {}, async (client, server) => {
    const model = await client.openModel(spec);
    await model.publish();
    of.set("retrieve_future", () => {
      server.restart();
      of.clear();
      return null;
    });
    await assert.rejects(model.forwardBackward(batch, { temperature: 1 }), ServerLostError);
  });
});

Deno.test("a cut answer to a creating call leaves no second session or model behind", async () => {
  const events: RetryEvent[] = [];
  const server = await TinkerServer.start();
  const [cutOnce, seen]: [Set<string>, string[]] = [new Set(["create_session", "create_model"]), []];
  const client = await TinkerClient.connect({
    url: server.url,
    sleep: () => Promise.resolve(),
    onRetry: (event) => events.push(event),
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const name = String(input).split("/").at(-1) ?? "";
      if (!cutOnce.delete(name)) return response;
      await response.body?.cancel();
      seen.push(name);
      throw new TypeError("connection closed before message completed");
    },
  });
  await client.openModel(spec);
  assert.deepEqual([seen, server.models, server.sessions], [["create_session", "create_model"], 1, 1]);
  assert.deepEqual(events.map(({ reason }) => reason), ["cut", "cut"]);
  await client.close();
  assert.equal(server.models, 0);
  await server.stop();
});

Deno.test("TinkerClient.close() unloads every model after an error", async () => {
  const { of, intercept } = interceptor();
  const server = await TinkerServer.start({ intercept });
  const client = await TinkerClient.connect({ url: server.url });
  const [model] = [await client.openModel(spec), await client.openModel(spec)];
  of.set("forward_backward", () => refusal);
  await assert.rejects(model.forwardBackward(batch, { temperature: 1 }));
  await client.close();
  await client.close();
  assert.equal(server.models, 0);
  await assert.rejects(client.openModel(spec), /The client was closed/);
  await server.stop();
});

Deno.test("TinkerModel.unload() unloads one model, once; nothing can be asked of it any more", async () => {
  await withServer({}, {}, async (client, server) => {
    const [model, other] = [await client.openModel(spec), await client.openModel(spec)];
    await model.unload();
    await model.unload();
    assert.equal(server.models, 1);
    assert.equal(server.calls.filter((call) => call.endsWith("/unload_model")).length, 1);
    await assert.rejects(model.publish(), /one that was unloaded/);
    await trainOnce(other);
  });
});

Deno.test("TinkerClient.close() unloads after an abort, which ends what was under way", async () => {
  const { of, intercept } = interceptor();
  const server = await TinkerServer.start({ intercept });
  const controller = new AbortController();
  const client = await TinkerClient.connect({ url: server.url, signal: controller.signal });
  const model = await client.openModel(spec);
  await model.publish();
  of.set("optim_step", () => {
    controller.abort(new Error("Stopped by hand"));
    return null;
  });
  await assert.rejects(trainOnce(model), /Stopped by hand/);
  await assert.rejects(model.publish(), /Stopped by hand/);
  await assert.rejects(client.openModel(spec), /Stopped by hand/);
  assert.equal(server.models, 1);
  await client.close();
  assert.equal(server.models, 0);
  await server.stop();
});

Deno.test("TinkerClient.close() unloads a model whose opening was aborted", async () => {
  const { of, intercept } = interceptor();
  const server = await TinkerServer.start({ intercept });
  const controller = new AbortController();
  const client = await TinkerClient.connect({ url: server.url, signal: controller.signal });
  of.set("create_model", () => {
    controller.abort(new Error("Stopped by hand"));
    return null;
  });
  await assert.rejects(client.openModel(spec), /Stopped by hand/);
  await client.close();
  assert.deepEqual([server.models, server.calls.filter((call) => call.endsWith("/unload_model")).length], [
    0,
    1,
  ]);
  await server.stop();
});

Deno.test("TinkerClient.close() does not wait for a server that is gone", async () => {
  const server = await TinkerServer.start();
  const sleep = (_: number, signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  const client = await TinkerClient.connect({ url: server.url, sleep, retry: { patience: 0 } });
  const model = await client.openModel(spec);
  await server.stop();
  await assert.rejects(model.publish(), /makes no progress: it cannot be reached/);
  await client.close();
});

import assert from "node:assert/strict";
import { CutError, ServerLostError } from "exitlab/runners/tgi/tinker/failure.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import { readObject } from "exitlab/runners/tgi/tinker/retry.ts";
import { Transport } from "exitlab/runners/tgi/tinker/transport.ts";
import { spec, trainOnce, withServer } from "../../../support/tinker_client.ts";
import { type FaultKind, FaultPlan } from "../../../support/tinker_faults.ts";
import { answer, cut, fine, post, script } from "../../../support/tinker_script.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

/** One fault, at the first request of a route. */
class OneFault extends FaultPlan {
  readonly #route: string;
  #kind: FaultKind | null;

  constructor(route: string, kind: FaultKind) {
    super(0, 0);
    this.#route = route;
    this.#kind = kind;
  }

  override next(route: string): FaultKind | null {
    if (!route.endsWith(this.#route)) return null;
    const kind = this.#kind;
    this.#kind = null;
    return kind;
  }
}

for (const route of ["/forward_backward", "/optim_step"]) {
  for (const kind of ["cut after", "cut half", "502", "cut before", "503", "garbage"] as const) {
    Deno.test(`TinkerModel sends ${route} once where it would count twice, after ${kind}`, async () => {
      const options = { extended: false, faults: new OneFault(route, kind) };
      await withServer(options, { profile: profiles.verl }, async (client, server) => {
        const model = await client.openModel({ ...spec, rank: 0 });
        await assert.rejects(trainOnce(model), (error) => {
          assert.ok(error instanceof ServerLostError);
          assert.match(error.message, new RegExp(`may have done this or not, .*\\(POST /api/v1${route}\\)$`));
          return true;
        });
        assert.equal(server.calls.filter((call) => call.endsWith(route)).length, 1);
      });
      const again = { extended: false, faults: new OneFault(route, kind) };
      await withServer(again, { profile: profiles.skyrl }, async (client, server) => {
        await trainOnce(await client.openModel(spec));
        assert.equal(server.calls.filter((call) => call.endsWith(route)).length, 2);
      });
    });
  }
}

Deno.test("TinkerModel asks again for what verl did not take, or has not done yet", async () => {
  for (const kind of ["429", "429 with Retry-After"] as const) {
    const options = { extended: false, faults: new OneFault("/forward_backward", kind) };
    await withServer(options, { profile: profiles.verl }, async (client) => {
      await trainOnce(await client.openModel({ ...spec, rank: 0 }));
    });
  }
  const options = { extended: false, faults: new OneFault("/retrieve_future", "408") };
  await withServer(options, { profile: profiles.verl }, async (client) => {
    await trainOnce(await client.openModel({ ...spec, rank: 0 }));
  });
});

Deno.test("TinkerModel does not send again what verl has forgotten", async () => {
  const faults = new OneFault("/retrieve_future", "429");
  await withServer({ extended: false, faults }, { profile: profiles.verl }, async (client, server) => {
    const model = await client.openModel({ ...spec, rank: 0 });
    await model.publish();
    const forgetful = new OneFault("/retrieve_future", "410");
    faults.next = (route) => forgetful.next(route);
    await assert.rejects(trainOnce(model), (error) => {
      assert.ok(error instanceof ServerLostError);
      assert.match(error.message, /forgotten a request that it would do twice \(POST .*forward_backward\)$/);
      return true;
    });
    assert.equal(server.calls.filter((call) => call.endsWith("/forward_backward")).length, 1);
  });
});

Deno.test("Caller.call() sends an unrepeatable request again if there was no connection", async () => {
  const unreached = () =>
    new TypeError("error sending request", { cause: new Error("client error (Connect): tcp connect error") });
  const { caller, sent } = script([unreached, unreached, fine]);
  assert.deepEqual(await caller.call({ ...post, unrepeatable: true }, readObject), { ok: true });
  assert.equal(sent.length, 3);
  for (const trouble of [cut, answer(500, ""), answer(408, ""), answer(400, ""), answer(200, "<html>")]) {
    const { caller, sent } = script([trouble, fine]);
    await assert.rejects(caller.call({ ...post, unrepeatable: true }, readObject), ServerLostError);
    assert.equal(sent.length, 1);
  }
});

Deno.test("Transport.send() knows that a request did not come where nothing listens", async () => {
  const server = await TinkerServer.start({
    intercept: () => null,
    faults: new OneFault("step", "cut after"),
  });
  const transport = new Transport({ url: server.url, timeout: 5000, mostReplyBytes: 1000, fetch });
  const arrival = async () => {
    try {
      return await transport.send(post, new AbortController().signal);
    } catch (error) {
      return error instanceof CutError ? error.hasArrived : error;
    }
  };
  assert.equal(await arrival(), true);
  await server.stop();
  assert.equal(await arrival(), false);
});

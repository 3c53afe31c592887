import assert from "node:assert/strict";
import { TinkerClient, type TinkerModel } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles, type ServerProfile } from "exitlab/runners/tgi/tinker/profile.ts";
import type { Answer } from "../../../support/tinker_answers.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

const spec = { model: "table", rank: 8, seed: 3, stop: [0] };
const adam = { learningRate: 0.5, beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weightDecay: 0, clipNorm: Infinity };
const batch = [{ tokens: [1, 2, 3, 4], coefficients: Float32Array.of(0, 1, -1, 2) }];
const requests = [1, 2, 3].map((seed) => ({ prompt: [seed], maxTokens: 8, temperature: 1, topP: 1, seed }));
const heat = { temperature: 1 };

/** A server that trains and samples a model in one slot. */
async function withSlots(
  use: (client: TinkerClient, server: TinkerServer) => Promise<void>,
  profile: ServerProfile = profiles["skyrl-jax"],
  intercept?: (route: string) => Answer | null,
): Promise<void> {
  const server = await TinkerServer.start({
    extended: false,
    reduction: "sequence-mean",
    loadsAnytime: false,
    sharesSlot: true,
    ...intercept === undefined ? {} : { intercept },
  });
  const client = await TinkerClient.connect({ url: server.url, profile, sleep: () => Promise.resolve() });
  try {
    await use(client, server);
  } finally {
    await client.close();
    await server.stop();
  }
}

async function trainOnce(model: TinkerModel): Promise<number> {
  const added = model.forwardBackward(batch, heat);
  const { gradientNorm } = await model.optimStep(adam);
  await added;
  return gradientNorm;
}

/** How far the log-probabilities of draws are from those of the weights of now. */
async function samplerGap(model: TinkerModel): Promise<number> {
  const drawn = await model.sample(requests);
  const sequences = drawn.map(({ tokens }, at) => [...requests[at]?.prompt ?? [], ...tokens]);
  const scores = await model.logprobs(sequences, heat);
  return Math.max(
    ...drawn.flatMap(({ logprobs }, at) =>
      Array.from(logprobs, (value, index) => Math.abs(value - (scores[at]?.[index + 1] ?? NaN)))
    ),
  );
}

Deno.test("TinkerModel.publish() draws before anything trains, where that loads what was published", async () => {
  const scores = async (profile: ServerProfile) => {
    let found: number[] = [];
    await withSlots(async (client) => {
      const model = await client.openModel(spec);
      await trainOnce(model);
      // Asked for at once: neither is waited for.
      await Promise.all([model.publish(), trainOnce(model)]);
      await model.sample(requests);
      found = (await model.logprobs([[1, 2, 3, 4]], heat)).flatMap((row) => [...row]);
    }, profile);
    return found;
  };
  const kept = await scores(profiles["skyrl-jax"]);
  // The draw comes too late where the profile does not know of it: the second step is lost.
  const lost = await scores({ ...profiles["skyrl-jax"], sharesSlot: false });
  assert.notDeepEqual(kept, lost);
  await withSlots(async (client) => {
    const model = await client.openModel(spec);
    await trainOnce(model);
    await model.publish();
    await trainOnce(model);
    assert.deepEqual((await model.logprobs([[1, 2, 3, 4]], heat)).flatMap((row) => [...row]), kept);
  });
});

Deno.test("TinkerModel samples what was published, and goes on training it, in one slot", async () => {
  await withSlots(async (client) => {
    const model = await client.openModel(spec);
    for (let round = 0; round < 3; round++) {
      await trainOnce(model);
      await model.publish();
      assert.ok(await samplerGap(model) < 1e-6);
    }
    const path = await model.save("here");
    const [before] = await model.logprobs([[1, 2, 3]], heat);
    await trainOnce(model);
    await model.load(path, true);
    await model.publish();
    assert.ok(await samplerGap(model) < 1e-6);
    assert.deepEqual(await model.logprobs([[1, 2, 3]], heat), [before]);
  });
});

Deno.test("a publish that fails lets what comes after it go on", async () => {
  let fails = true;
  const answer = (route: string): Answer | null =>
    fails && route.endsWith("/asample")
      ? { status: 400, type: "application/json", body: '{"detail":"No draw"}' }
      : null;
  await withSlots(
    async (client) => {
      const model = await client.openModel(spec);
      const [published, trained] = await Promise.allSettled([
        model.publish(),
        model.logprobs([[1, 2]], heat),
      ]);
      assert.equal(published.status, "rejected");
      assert.equal(trained.status, "fulfilled");
      fails = false;
      await model.publish();
      assert.ok(await samplerGap(model) < 1e-6);
    },
    profiles["skyrl-jax"],
    answer,
  );
});

Deno.test("TinkerModel.unload() clears a gradient that no step took, which the next model would have", async () => {
  for (const sharesSlot of [true, false]) {
    let fails = false;
    const answer = (route: string): Answer | null => {
      if (!fails || !route.endsWith("/optim_step")) return null;
      fails = false;
      return { status: 400, type: "application/json", body: '{"detail":"No step"}' };
    };
    await withSlots(
      async (client) => {
        const model = await client.openModel(spec);
        await model.publish();
        fails = true;
        await assert.rejects(trainOnce(model), /No step/);
        await model.unload();
        const next = await client.openModel(spec);
        await next.publish();
        const { gradientNorm } = await next.optimStep({ ...adam, learningRate: 0 });
        assert.equal(gradientNorm === 0, sharesSlot);
      },
      { ...profiles["skyrl-jax"], sharesSlot },
      answer,
    );
  }
});

Deno.test("TinkerModel.publish() removes what the publish before left, and unload() what the last one did", async () => {
  await withSlots(async (client, server) => {
    const [model, other] = [await client.openModel(spec), await client.openModel(spec)];
    for (const own of [model, other, model, model]) await own.publish();
    assert.equal(server.leftovers.length, 2);
    await model.sample(requests);
    await model.unload();
    assert.equal(server.leftovers.length, 1);
    const path = await other.save("here");
    await other.load(path, true);
    assert.deepEqual([server.leftovers, server.checkpoints], [[], [path]]);
  });
});

Deno.test("TinkerModel sends no pass without sequences, which would never end", async () => {
  await withSlots(async (client, server) => {
    const model = await client.openModel(spec);
    await model.publish();
    assert.deepEqual(await model.logprobs([], heat), []);
    await model.forwardBackward([], heat);
    await model.forwardBackward([{ tokens: [4], coefficients: Float32Array.of(0) }], heat);
    await model.forwardBackward([{ tokens: [4, 5], coefficients: Float32Array.of(0, 0) }], heat);
    assert.equal((await model.optimStep(adam)).gradientNorm, 0);
    assert.ok(!server.calls.includes("POST /api/v1/forward_backward"));
    assert.equal(server.calls.filter((call) => call === "POST /api/v1/forward").length, 1);
  });
});

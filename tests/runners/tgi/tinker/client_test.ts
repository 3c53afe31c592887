import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "exitlab/lib/errors.ts";
import { TinkerClient, type TinkerModel } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import { groupSeed } from "exitlab/runners/tgi/tinker/sampling.ts";
import {
  adam,
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

Deno.test("TinkerModel.sample() draws from what was published last, at first from the initial weights", async () => {
  await withServer({}, {}, async (client, server) => {
    const model = await client.openModel(spec);
    const requests = [1, 2, 3].map((seed) => ({ ...draw, prompt: [seed], seed }));
    await trainOnce(model);
    const early = await model.sample(requests);
    const untrained = await client.openModel(spec);
    assert.deepEqual(await untrained.sample(requests), early);
    await model.publish();
    const late = await model.sample(requests);
    assert.notDeepEqual(late, early);
    const [scores] = await model.logprobs([[1, ...late[0]?.tokens ?? []]], { temperature: 1 });
    assert.deepEqual(scores?.subarray(1), late[0]?.logprobs);
    assert.equal(server.models, 2);
    assert.equal(model.parameters, 144);
  });
});

Deno.test("TinkerModel.sample() sends each prompt once, and gives completions in the order asked", async () => {
  await withServer({}, {}, async (client, server) => {
    const model = await client.openModel(spec);
    const requests = [[1, 2], [3], [1, 2], [3], [4, 4]].map((prompt, seed) => ({ ...draw, prompt, seed }));
    const together = await model.sample(requests);
    const apart = [];
    for (const request of requests) apart.push(...await model.sample([request]));
    assert.deepEqual(together, apart);
    assert.equal(server.calls.filter((call) => call.endsWith("exitlab/sample")).length, 6);
    assert.deepEqual(await model.sample([]), []);
  });
});

Deno.test("TinkerModel.sample() asks a plain server once for each run of alike requests", async () => {
  await withServer({ extended: false }, { profile: profiles.skyrl }, async (client, server) => {
    const model = await client.openModel(spec);
    const requests = Array.from(
      { length: 40 },
      (_, index) => ({ ...draw, prompt: [1 + (index >> 2)], seed: index }),
    );
    const drawn = await model.sample(requests);
    assert.equal(server.calls.filter((call) => call.endsWith("/asample")).length, 10);
    assert.equal(drawn.length, 40);
    const [fifth] = await model.sample(requests.slice(16, 17));
    assert.deepEqual(drawn[16], fifth);
    const [short] = await model.sample([{ ...draw, maxTokens: 2, prompt: [1], seed: 1 }]);
    assert.ok((short?.tokens.length ?? 0) <= 2);
  });
});

Deno.test("TinkerModel's requests arrive in the order of its calls, and each is done once", async () => {
  const { of, intercept } = interceptor();
  await withServer({ intercept }, {}, async (client, server) => {
    const model = await client.openModel(spec);
    await model.publish();
    let troubles = 0;
    // Each of these is done by the server when it is sent again, and not before.
    of.set("forward_backward", () => ++troubles <= 3 ? down : null);
    of.set("optim_step", () => ++troubles <= 5 ? down : null);
    const started = server.calls.length;
    await Promise.all([
      model.forwardBackward(batch, { temperature: 1 }),
      model.optimStep(adam),
      model.publish(),
      model.forwardBackward(batch, { temperature: 1 }),
    ]);
    const posts = server.calls.slice(started).filter((call) => !call.endsWith("retrieve_future"));
    const names = posts.map((call) => call.split("/").at(-1));
    assert.deepEqual(names.filter((name, index) => name !== names[index - 1]), [
      "forward_backward",
      "optim_step",
      "save_weights_for_sampler",
      "forward_backward",
    ]);
    assert.equal(names.length, 4 + 4);
  });
});

Deno.test("a request that the server refuses leaves its number to the next", async () => {
  const { of, intercept } = interceptor();
  await withServer({ intercept }, {}, async (client) => {
    const model = await client.openModel(spec);
    await model.publish();
    of.set("forward_backward", () => refusal);
    await assert.rejects(model.forwardBackward(batch, { temperature: 1 }), /refused \(400\): No/);
    of.clear();
    await trainOnce(model);
  });
});

Deno.test("a number that the server knows with another body is an error that says so", async () => {
  await withServer({}, {}, async (client, server) => {
    const model = await client.openModel(spec);
    await model.publish();
    const body = JSON.stringify({ model_id: model.id, seq_id: 2, path: "other" });
    await (await fetch(`${server.url}/api/v1/save_weights`, { method: "POST", body })).body?.cancel();
    await assert.rejects(
      model.save("mine"),
      /number for another one: Request 2 of model-2 had another body \(POST \/api\/v1\/save_weights\)/,
    );
  });
});

Deno.test("TinkerModel.load() brings trained and published weights and the optimiser back", async () => {
  await withServer({}, {}, async (client, server) => {
    const model = await client.openModel(spec);
    const requests = [{ ...draw, prompt: [5], seed: 9 }];
    await trainOnce(model);
    await model.publish();
    await trainOnce(model);
    const path = await model.save("here");
    const follow = async (of: TinkerModel) => {
      const drawn = await of.sample(requests);
      await trainOnce(of);
      return { drawn, scores: await of.logprobs([[1, 2, 3, 4]], { temperature: 1 }) };
    };
    const wanted = await follow(model);
    await model.load(path, true);
    assert.deepEqual(await follow(model), wanted);
    const other = await client.openModel({ ...spec, seed: 77 });
    await other.load(path, true);
    assert.deepEqual(await follow(other), wanted);
    await other.load(path, false);
    assert.notDeepEqual((await follow(other)).scores, wanted.scores);
    assert.equal(server.models, 2);
    await model.forget(path);
    assert.deepEqual(server.checkpoints, []);
    await model.forget(path);
    await assert.rejects(
      model.load(path, true),
      (error) => error instanceof UserError && /no checkpoint/.test(error.message),
    );
    await assert.rejects(model.forget("elsewhere"), RangeError);
  });
});

Deno.test("TinkerModel.load() opens another model where only the first request may load", async () => {
  const options = { extended: false, loadsAnytime: false };
  await withServer(options, { profile: profiles.skyrl }, async (client, server) => {
    const model = await client.openModel(spec);
    await trainOnce(model);
    const [before] = await model.logprobs([[1, 2, 3]], { temperature: 1 });
    const path = await model.save("here");
    await trainOnce(model);
    await model.load(path, true);
    assert.equal(server.models, 1);
    assert.deepEqual(await model.logprobs([[1, 2, 3]], { temperature: 1 }), [before]);
    const [drawn] = await model.sample([{ ...draw, prompt: [1], seed: 4 }]);
    const [scores] = await model.logprobs([[1, ...drawn?.tokens ?? []]], { temperature: 1 });
    assert.deepEqual(scores?.subarray(1), drawn?.logprobs);
  });
});

Deno.test("TinkerModel scores and moves the frozen weights, embeds, and exports", async () => {
  await withServer({}, {}, async (client) => {
    const model = await client.openModel(spec);
    const score = (weights: "trained" | "reference") =>
      model.logprobs([[1, 2, 3]], { temperature: 2 }, weights);
    const initial = await score("reference");
    assert.deepEqual(await score("trained"), initial);
    await trainOnce(model);
    assert.deepEqual(await score("reference"), initial);
    assert.notDeepEqual(await score("trained"), initial);
    await model.refreshReference(1);
    assert.deepEqual(await score("reference"), await score("trained"));
    const vectors = await model.embed([{ tokens: [1, 2, 3], from: 1 }, { tokens: [2, 3], from: 0 }]);
    assert.deepEqual(vectors[0], vectors[1]);
    assert.equal(await model.exportForSampler("out"), `tinker://${model.id}/sampler_weights/out`);
  });
});

Deno.test("TinkerClient gives files and token ids, or null where a server has none", async () => {
  await withServer({}, {}, async (client) => {
    assert.deepEqual(await client.file("config.json"), new TextEncoder().encode("{}"));
    assert.equal(await client.file("chat_template.jinja"), null);
    assert.deepEqual(await client.tokenize("abc"), [0, 1, 2]);
    assert.equal(client.extensions?.vocabulary, 12);
    assert.deepEqual(client.models, [{ name: "table", context: 64 }]);
  });
  await withServer({ extended: false }, { profile: profiles.tinker }, async (client) => {
    assert.equal(await client.file("config.json"), null);
    assert.equal(await client.tokenize("abc"), null);
  });
});

Deno.test("TinkerClient.openModel() refuses what the kind of server cannot hold", async () => {
  await withServer({ extended: false }, { profile: profiles.verl }, async (client) => {
    await assert.rejects(client.openModel(spec), UserError);
    await assert.rejects(client.openModel({ ...spec, rank: 0, alpha: 2 }), RangeError);
  });
  await withServer({ extended: false }, { profile: profiles["skyrl-jax"] }, async (client) => {
    await assert.rejects(client.openModel({ ...spec, rank: 0 }), UserError);
    await assert.rejects(client.openModel({ ...spec, rank: 1.5 }), RangeError);
  });
  await withServer({}, {}, async (client) => {
    await assert.rejects(client.openModel({ ...spec, model: "other" }), (error) => {
      return error instanceof UserError && /This server holds "table" alone/.test(error.message);
    });
  });
});

Deno.test("TinkerClient.connect() refuses a wire that the server does not speak", async () => {
  const server = await TinkerServer.start({ extended: false, wires: ["protobuf"] });
  await assert.rejects(
    TinkerClient.connect({ url: server.url, profile: profiles.tuft, wire: "json" }),
    /Expected a wire of protobuf for a tuft server but found json/,
  );
  const client = await TinkerClient.connect({ url: server.url, profile: profiles.tuft });
  const model = await client.openModel(spec);
  await trainOnce(model);
  await client.close();
  await server.stop();
});

Deno.test("TinkerClient.connect() gets by without capabilities, which verl does not tell", async () => {
  const { of, intercept } = interceptor();
  of.set(
    "get_server_capabilities",
    () => ({ status: 404, type: "application/json", body: '{"detail":"Not Found"}' }),
  );
  await withServer({ extended: false, intercept, title: "VeRL Tinker Server" }, {}, async (client) => {
    assert.deepEqual([client.profile, client.models, client.extensions], [profiles.verl, [], null]);
    await trainOnce(await client.openModel({ ...spec, rank: 0 }));
  });
});

Deno.test("TinkerModel.publish() comes after what is being sampled, however many requests that takes", async () => {
  const profile = { ...profiles.exitlab, mostBytes: 150 };
  await withServer({}, { profile }, async (client, server) => {
    const model = await client.openModel(spec);
    await model.publish();
    await trainOnce(model);
    const requests = Array.from({ length: 12 }, (_, seed) => ({ ...draw, prompt: [1 + seed % 3], seed }));
    const wanted = await model.sample(requests);
    const [drawn] = await Promise.all([model.sample(requests), model.publish()]);
    assert.deepEqual(drawn, wanted);
    assert.equal(server.calls.filter((call) => call.endsWith("exitlab/sample")).length, 24);
    assert.notDeepEqual(await model.sample(requests), wanted);
  });
});

Deno.test("TinkerClient.openModel() refuses an alpha that the server would not give, and says which it gives", async () => {
  const only = { "skyrl-jax": 32, skyrl: 32, tinker: 32, tuft: 16 };
  for (const [name, alpha] of Object.entries(only)) {
    const profile = Object.values(profiles).find((profile) => profile.name === name);
    assert.ok(profile !== undefined);
    await withServer({ extended: false }, { profile }, async (client, server) => {
      await assert.rejects(client.openModel({ ...spec, alpha: 8 }), {
        name: "UserError",
        message:
          `Expected policy.adapter.alpha to be ${alpha}, which a ${name} server gives every adapter of rank 8, ` +
          "but found 8",
      });
      await client.openModel({ ...spec, alpha });
      const sent = new TextDecoder().decode(server.bodies.get("POST /api/v1/create_model"));
      assert.match(sent, /"lora_config":\{"rank":8,"seed":3\}/);
    });
  }
  await withServer({}, {}, async (client) => void await client.openModel({ ...spec, alpha: 8 }));
});

Deno.test("TinkerModel.sample() tells a plain server where a completion ends", async () => {
  for (const [stop, ends] of [[[0], true], [[], false]] as const) {
    await withServer({ extended: false }, { profile: profiles.tuft }, async (client) => {
      const model = await client.openModel({ ...spec, stop });
      const requests = Array.from(
        { length: 8 },
        (_, seed) => ({ ...draw, prompt: [1], maxTokens: 40, seed }),
      );
      const drawn = await model.sample(requests);
      const isRight = ends
        ? drawn.every(({ tokens, finish }) =>
          finish === "stop" ? tokens.indexOf(0) === tokens.length - 1 : !tokens.includes(0)
        )
        : drawn.every(({ tokens, finish }) => finish === "length" && tokens.length === 40);
      assert.ok(isRight && drawn.some(({ tokens }) => tokens.includes(0)));
    });
  }
});

Deno.test("TinkerModel.sample() sends a plain server seeds that fit 32 bits with a sign, n of them in a row", async () => {
  await withServer({ extended: false }, { profile: profiles.skyrl }, async (client) => {
    const model = await client.openModel(spec);
    for (const seed of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const requests = Array.from({ length: 64 }, () => ({ ...draw, prompt: [1], maxTokens: 1, seed }));
      assert.equal((await model.sample(requests)).length, 64);
    }
  });
});

Deno.test("groupSeed() keeps the draws of near seeds apart", () => {
  const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(fc.property(seed, fc.integer({ min: 1, max: 4096 }), (seed, more) => {
    const [one, other] = [groupSeed(seed), groupSeed((seed + more) >>> 0)];
    assert.ok(one >= 0 && one < 2 ** 30 && Math.abs(one - other) > 50_000);
  }));
});

Deno.test("TinkerClient.connect() does not take the longest completion, which verl tells, for a context", async () => {
  const { of, intercept } = interceptor();
  const capabilities = { "supported_models": [{ model_name: "table", max_context_length: 8 }] };
  of.set("get_server_capabilities", () => ({ ...refusal, status: 200, body: JSON.stringify(capabilities) }));
  for (const [profile, context] of [[profiles.verl, null], [profiles.tuft, 8]] as const) {
    await withServer({ extended: false, intercept }, { profile }, (client) => {
      return Promise.resolve(assert.deepEqual(client.models, [{ name: "table", context }]));
    });
  }
});

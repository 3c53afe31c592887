import assert from "node:assert/strict";
import type { AdamOptions, Datum } from "exitlab/lib/engine/engine.ts";
import { type ClientOptions, TinkerClient, type TinkerModel } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import { type StandInOptions, TinkerServer } from "../../../support/tinker_server.ts";

const step: AdamOptions = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
};

/** Sequences of different lengths, with coefficients of both signs, and one that has none. */
const batch: readonly Datum[] = [
  { tokens: [1, 2, 3, 4, 5], coefficients: Float32Array.of(0, 0, 0.25, -0.5, 0.125) },
  { tokens: [6, 7], coefficients: Float32Array.of(0, -1.5) },
  { tokens: [8, 9, 1], coefficients: Float32Array.of(0, 0, 0) },
  { tokens: [2], coefficients: Float32Array.of(0) },
  { tokens: [3, 3, 3, 3], coefficients: Float32Array.of(0, 1, 1, 1) },
];

async function withModel<T>(
  server: StandInOptions,
  client: Partial<ClientOptions>,
  use: (model: TinkerModel, standIn: TinkerServer) => Promise<T>,
): Promise<T> {
  const standIn = await TinkerServer.start(server);
  const tinker = await TinkerClient.connect({ url: standIn.url, ...client });
  try {
    return await use(await tinker.openModel({ model: "table", rank: 8, seed: 5 }), standIn);
  } finally {
    await tinker.close();
    await standIn.stop();
  }
}

/** The gradient's norm and what the next scores are, which tell a step that was another. */
async function afterStep(model: TinkerModel): Promise<{ norm: number; scores: number[] }> {
  const { gradientNorm } = await model.optimStep(step);
  const scores = await model.logprobs([[1, 2, 3, 4, 5, 6, 7, 8, 9]], { temperature: 1 });
  return { norm: gradientNorm, scores: scores.flatMap((values) => [...values]) };
}

const close = (found: readonly number[], wanted: readonly number[], tolerance = 1e-5) => {
  assert.equal(found.length, wanted.length);
  for (const [index, value] of found.entries()) {
    assert.ok(
      Math.abs(value - (wanted[index] ?? NaN)) <= tolerance,
      `[${index}] ${value} for ${wanted[index]}`,
    );
  }
};

const means = { extended: false, reduction: "sequence-mean" } as const;

Deno.test("TinkerModel.forwardBackward() gives a server of means the gradient that a server of sums has", async () => {
  const summed = await withModel({}, {}, async (model, server) => {
    const report = await model.forwardBackward(batch, { temperature: 1 });
    return { report, gradient: [...server.table.gradient], after: await afterStep(model) };
  });
  for (const most of [1024, 2]) {
    const profile = { ...profiles["skyrl-jax"], mostDatums: most };
    await withModel(means, { profile }, async (model) => {
      const report = await model.forwardBackward(batch, { temperature: 1 });
      close(
        report.logprobs.flatMap((values) => [...values]),
        summed.report.logprobs.flatMap((values) => [...values]),
      );
      close([report.loss], [summed.report.loss]);
      assert.equal(report.tokens, summed.report.tokens);
      const after = await afterStep(model);
      close([after.norm], [summed.after.norm]);
      close(after.scores, summed.after.scores);
    });
  }
});

Deno.test("TinkerModel.forwardBackward() adds batches up, on servers of means too", async () => {
  const [first, second] = [batch.slice(0, 2), batch.slice(2)];
  const whole = await withModel({}, {}, async (model) => {
    await model.forwardBackward(batch, { temperature: 1 });
    return await afterStep(model);
  });
  const ways = [{ server: {}, client: {} }, { server: means, client: { profile: profiles["skyrl-jax"] } }];
  for (const { server, client } of ways) {
    await withModel(server, client, async (model) => {
      // Neither is waited for before the step is asked for.
      const reports = [first, second].map((part) => model.forwardBackward(part, { temperature: 1 }));
      const after = await afterStep(model);
      await Promise.all(reports);
      close([after.norm], [whole.norm]);
      close(after.scores, whole.scores);
      const { gradientNorm } = await model.optimStep(step);
      assert.equal(gradientNorm, 0);
    });
  }
});

Deno.test("cross_entropy weights of both signs poison a server of means, which is why it gets none", async () => {
  const profile = { ...profiles["skyrl-jax"], reduction: "sum", signedWeights: true } as const;
  await withModel(means, { profile }, async (model) => {
    const signed = { tokens: [1, 2, 3], coefficients: Float32Array.of(0, 1, -1) };
    await model.forwardBackward([signed], { temperature: 1 });
    const { gradientNorm } = await model.optimStep(step);
    assert.ok(gradientNorm > 1e8, `${gradientNorm}`);
  });
});

for (const wire of ["json", "protobuf"] as const) {
  Deno.test(`TinkerModel cuts batches by count and by bytes, and gives the same (${wire})`, async () => {
    const limits = [{ mostDatums: 1024, mostBytes: 1e6 }, { mostDatums: 2, mostBytes: 1e6 }, {
      mostDatums: 1024,
      mostBytes: 500,
    }];
    const results = [];
    for (const [index, limit] of limits.entries()) {
      results.push(
        await withModel({}, { wire, profile: { ...profiles.exitlab, ...limit } }, async (model, server) => {
          const spans = batch.map(({ tokens }) => ({ tokens, from: 0 }));
          const requests = batch.map(({ tokens }, seed) => ({
            prompt: tokens,
            maxTokens: 5,
            temperature: 1,
            topP: 0.9,
            seed,
          }));
          const result = {
            report: await model.forwardBackward(batch, { temperature: 0.5 }),
            after: await afterStep(model),
            scores: await model.logprobs(batch.map(({ tokens }) => tokens), { temperature: 1 }),
            vectors: await model.embed(spans),
            drawn: await model.sample(requests),
          };
          const passes = server.calls.filter((call) => call === "POST /api/v1/forward_backward");
          assert.equal(passes.length > (wire === "json" ? 1 : 3), index > 0, `${passes.length}`);
          return result;
        }),
      );
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });
}

Deno.test("both wires give the same numbers, bit for bit", async () => {
  const both = [];
  for (const wire of ["json", "protobuf"] as const) {
    both.push(
      await withModel({}, { wire }, async (model) => {
        const data = batch.map((datum) => ({
          ...datum,
          entropy: datum.coefficients.map((c) => Math.abs(c) / 7),
        }));
        const report = await model.forwardBackward(data, { temperature: 0.7 });
        const after = await afterStep(model);
        const drawn = await model.sample([{
          prompt: [1, 2],
          maxTokens: 9,
          temperature: 0.7,
          topP: 0.8,
          seed: 4,
        }]);
        return { report, after, drawn };
      }),
    );
  }
  assert.deepEqual(both[1], both[0]);
});

Deno.test("LossReport is what a table's closed forms say", async () => {
  await withModel({}, {}, async (model, server) => {
    const entropy = Float32Array.of(0, 0.5, 0.25);
    const datum = { tokens: [1, 2, 3], coefficients: Float32Array.of(0, 2, 0), entropy };
    const [record] = server.table.forward([{ tokens: [1, 2], targets: [2, 3], inputs: {} }], 2, false);
    assert.ok(record !== undefined);
    const [[a = 0], [h = 0, i = 0]] = [record.logprobs, record.entropy];
    const report = await model.forwardBackward([datum], { temperature: 2 });
    close([report.loss, report.entropy], [-2 * a - 0.5 * h - 0.25 * i, (h + i) / 2], 1e-12);
    assert.deepEqual(report.logprobs, [Float32Array.of(0, ...record.logprobs)]);
    assert.equal(report.tokens, 3);
  });
});

Deno.test("TinkerModel refuses what a server cannot do, before it is sent", async () => {
  await withModel(means, { profile: profiles["skyrl-jax"] }, async (model, server) => {
    await model.publish();
    const sent = server.calls.length;
    const datum = { tokens: [1, 2], coefficients: Float32Array.of(0, 1) };
    const refused = [
      () => model.forwardBackward([datum], { temperature: 0.5 }),
      () => model.forwardBackward([{ ...datum, entropy: Float32Array.of(0, 1) }], { temperature: 1 }),
      () => model.logprobs([[1, 2]], { temperature: 2 }),
      () => model.logprobs([[1, 2]], { temperature: 1 }, "reference"),
      () => model.sample([{ prompt: [1], maxTokens: 1, temperature: 0.5, topP: 1, seed: 1 }]),
      () => model.optimStep({ ...step, clipNorm: 1 }),
      () => model.refreshReference(1),
      () => model.embed([{ tokens: [1], from: 0 }]),
    ];
    for (const ask of refused) await assert.rejects(ask(), /Expected .* skyrl-jax server/);
    assert.equal(server.calls.length, sent);
    await model.forwardBackward([{ ...datum, entropy: Float32Array.of(0, 0) }], { temperature: 1 });
  });
});

Deno.test("TinkerModel asks for nothing where there is nothing to ask", async () => {
  await withModel({}, {}, async (model, server) => {
    const sent = server.calls.length;
    assert.deepEqual(await model.logprobs([[4]], { temperature: 1 }), [Float32Array.of(0)]);
    assert.deepEqual(await model.logprobs([], { temperature: 1 }), []);
    assert.deepEqual(await model.embed([]), []);
    assert.deepEqual(
      await model.forwardBackward([{ tokens: [4], coefficients: Float32Array.of(0) }], { temperature: 1 }),
      { loss: 0, logprobs: [Float32Array.of(0)], entropy: 0, tokens: 1 },
    );
    assert.equal(server.calls.length, sent);
  });
});

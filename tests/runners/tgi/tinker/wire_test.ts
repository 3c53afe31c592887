import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { version } from "exitlab/lib/version.ts";
import { TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import { jsonCodec } from "exitlab/runners/tgi/tinker/json_codec.ts";
import type { PassRequest, WireDatum } from "exitlab/runners/tgi/tinker/messages.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import { protobufCodec, protobufType } from "exitlab/runners/tgi/tinker/protobuf_codec.ts";
import { shift } from "exitlab/runners/tgi/tinker/shift.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

/** The bytes that another library wrote (`wire/make_fixtures.py`). */
function protobufFixture(name: string): Uint8Array<ArrayBuffer> {
  const text = Deno.readTextFileSync(new URL(`wire/${name}.bin.base64`, import.meta.url));
  return Uint8Array.from(Buffer.from(text.trim(), "base64"));
}

function jsonFixture(name: string): string {
  return Deno.readTextFileSync(new URL(`wire/${name}.json`, import.meta.url)).trim();
}

function reply(body: Uint8Array<ArrayBuffer>) {
  return { status: 200, contentType: protobufType, body, retryAfter: undefined, redact: String };
}

/** A sequence whose numbers, as the wire has them, are these. */
function datum(tokens: number[], inputs: { readonly [name: string]: number[] }): WireDatum {
  const whole = Object.entries(inputs).map(([name, values]) =>
    [name, Float32Array.of(0, ...values)] as const
  );
  return shift(tokens, Object.fromEntries(whole));
}

const passes: { readonly [fixture: string]: PassRequest } = {
  "forward_backward": {
    modelId: "model-1",
    seqId: 4,
    loss: "cross_entropy",
    config: { temperature: 0.7 },
    backward: true,
    data: [
      datum([63, 1, 2, 300000, 9], { weights: [0, 0.25, -0.7, 1e-9] }),
      datum([5, 6], { weights: [1], entropy_weights: [0.01] }),
    ],
  },
  "forward": {
    modelId: "model-1",
    seqId: 130,
    loss: "cross_entropy",
    config: { reference: 1 },
    backward: false,
    data: [datum([63, 1, 2], { weights: [1, 1] })],
  },
  "importance_sampling": {
    modelId: "model-é",
    seqId: 5,
    loss: "importance_sampling",
    config: {},
    backward: true,
    data: [datum([63, 1, 2], { weights: [0, 1], logprobs: [-0.5, -4.125], advantages: [0, 0.7] })],
  },
};

for (const [name, request] of Object.entries(passes)) {
  Deno.test(`protobufCodec.encodePass() writes the bytes that Google's library does (${name})`, () => {
    const { body, route, contentType } = protobufCodec.encodePass(request);
    assert.deepEqual(body, protobufFixture(name));
    assert.deepEqual([route, contentType], ["/api/v1/forward_backward", protobufType]);
    const bound = request.data.reduce((sum, item) => sum + protobufCodec.passBytes(item), 0);
    assert.ok(body.length <= bound + 200, `${body.length} > ${bound}`);
  });
}

Deno.test("protobufCodec.decodePass() reads what Google's library wrote, records of several sequences too", () => {
  assert.deepEqual(protobufCodec.decodePass(reply(protobufFixture("forward_backward_output")), [4, 1, 2]), [
    { logprobs: Float32Array.of(-0.5, -1.25, -2, -0.125), entropy: Float32Array.of(1, 1.5, 0.75, 2) },
    { logprobs: Float32Array.of(-3), entropy: Float32Array.of(0.5) },
    { logprobs: Float32Array.of(-7, -8), entropy: Float32Array.of(0, 1) },
  ]);
});

Deno.test("protobufCodec.decodeSamples() reads what Google's library wrote", () => {
  assert.deepEqual(protobufCodec.decodeSamples(reply(protobufFixture("sample_response")), 2), [
    { tokens: [7, 300000, 0], logprobs: Float32Array.of(-0.5, -1.25, -2), finish: "stop" },
    { tokens: [9], logprobs: Float32Array.of(-0.75), finish: "length" },
  ]);
});

Deno.test("TinkerClient sends the JSON bodies of the fixtures, byte for byte", async () => {
  const server = await TinkerServer.start();
  const beats: (() => void)[] = [];
  const client = await TinkerClient.connect({
    url: server.url,
    wire: "json",
    every: (task) => {
      beats.push(task);
      return () => undefined;
    },
  });
  const expectBody = (route: string, fixture: string) =>
    assert.equal(
      new TextDecoder().decode(server.bodies.get(`POST ${route}`)),
      jsonFixture(fixture).replace("VERSION", version),
    );
  const seen = (name: string, fixture = name) => expectBody(`/api/v1/${name}`, fixture);
  try {
    await client.tokenize("hé");
    expectBody("/tokenize", "tokenize");
    const model = await client.openModel({ model: "table", rank: 8, alpha: 16, seed: 3 });
    seen("create_session");
    seen("create_model");
    seen("retrieve_future");
    await model.publish();
    seen("save_weights_for_sampler", "publish");
    const draw = { maxTokens: 4, temperature: 1, topP: 0.9 };
    await model.sample([
      { ...draw, prompt: [1, 2], seed: 11 },
      { ...draw, prompt: [3], seed: 12 },
      { ...draw, prompt: [1, 2], seed: 13 },
    ]);
    seen("exitlab/sample", "exitlab_sample");
    await model.logprobs([[3, 1, 2]], { temperature: 1 });
    seen("forward");
    await model.logprobs([[3, 1]], { temperature: 0.7 }, "reference");
    seen("forward", "forward_reference");
    await model.forwardBackward([{
      tokens: [3, 1, 2, 9],
      coefficients: Float32Array.of(0, 0, 0.7, -0.25),
      entropy: Float32Array.of(0, 0, 0.01, 1e-9),
    }], { temperature: 0.7 });
    seen("forward_backward");
    await model.optimStep({
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-4,
      weightDecay: 0,
      clipNorm: 1,
    });
    seen("optim_step");
    await model.embed([{ tokens: [1, 2, 3], from: 1 }]);
    seen("exitlab/embed", "exitlab_embed");
    await model.refreshReference(0.5);
    seen("exitlab/refresh_reference", "exitlab_refresh_reference");
    await model.exportForSampler("out");
    seen("save_weights_for_sampler", "export");
    const path = await model.save("one");
    seen("save_weights");
    await model.load(path, false);
    seen("load_weights");
    beats.forEach((beat) => beat());
    await model.unload();
    seen("unload_model");
  } finally {
    await client.close();
    await server.stop();
  }
  seen("session_heartbeat");
});

Deno.test("TinkerClient sends a plain server the JSON bodies of the fixtures, byte for byte", async () => {
  const server = await TinkerServer.start({ extended: false });
  const client = await TinkerClient.connect({ url: server.url, profile: profiles.skyrl });
  try {
    const model = await client.openModel({ model: "table", rank: 8, seed: 3, stop: [0, 11] });
    const draw = { prompt: [1, 2], maxTokens: 4, temperature: 1, topP: 0.9 };
    await model.sample([{ ...draw, seed: 11 }, { ...draw, seed: 12 }]);
    assert.equal(
      new TextDecoder().decode(server.bodies.get("POST /api/v1/asample")),
      jsonFixture("asample"),
    );
  } finally {
    await client.close();
    await server.stop();
  }
});

Deno.test("jsonCodec.encodePass() writes supplied log-probabilities and advantages as the fixture does", () => {
  const { body } = jsonCodec.encodePass({
    modelId: "model-2",
    seqId: 3,
    loss: "importance_sampling",
    config: {},
    backward: true,
    data: [datum([3, 1, 2], { weights: [0, 1], logprobs: [-0.5, -2.25], advantages: [0, 0.5] })],
  });
  assert.equal(body, jsonFixture("importance_sampling"));
});

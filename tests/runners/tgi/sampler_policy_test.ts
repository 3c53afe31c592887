import assert from "node:assert/strict";
import type { SampleRequest } from "../../../lib/engine/engine.ts";
import type { JsonObject } from "../../../lib/json.ts";
import { RemotePolicy } from "../../../runners/tgi/policy.ts";
import { connectSampler } from "../../../runners/tgi/samplers/connect.ts";
import { TinkerClient } from "../../../runners/tgi/tinker/client.ts";
import { pieceTokenizer } from "../../support/piece_tokenizer.ts";
import { TinkerServer } from "../../support/tinker_server.ts";
import { type Heard, type Said, scriptedServer } from "./samplers/scripted_server.ts";

const request: SampleRequest = { prompt: [3, 4], maxTokens: 4, temperature: 1, topP: 1, seed: 1 };

/** A vLLM that takes any adapter, and draws the same two tokens under all of them. */
function vllm({ route }: Heard): Said {
  if (route === "/version") return { version: "0.33.0" };
  if (route === "/v1/models") return { data: [{ id: "table", root: "table", parent: null }] };
  if (route !== "/v1/completions") return new Response("Success");
  const logprobs = { "token_logprobs": [-1, -2] };
  return { choices: [{ "token_ids": [5, 0], logprobs, "finish_reason": "stop" }] };
}

Deno.test("RemotePolicy gives its sampler a fresh folder with each publish and load, and samples under it", async () => {
  await using samplers = await scriptedServer(vllm);
  const trainer = await TinkerServer.start();
  const client = await TinkerClient.connect({ url: trainer.url });
  const sampler = await connectSampler(samplers.url, { stop: [0] });
  const asked = (route: string): JsonObject[] =>
    samplers.heard.filter((heard) => heard.route === route).map(({ body }) => body);
  try {
    const policy = new RemotePolicy({
      model: await client.openModel({ model: "table", rank: 8, seed: 1 }),
      name: "table",
      rank: 8,
      tokenizer: pieceTokenizer(),
      context: 64,
      parameters: null,
      sampler,
      embeddings: false,
      reference: false,
      savesPublished: true,
      clips: true,
      closed: () => {},
    });
    const steps = ["publish", "publish", "save", "publish", "publish", "load", "publish", "load"] as const;
    let checkpoint = null;
    for (const step of steps) {
      if (step === "publish") await policy.publish();
      else if (step === "save") checkpoint = await policy.save();
      else if (checkpoint !== null) await policy.load(checkpoint);
      assert.equal((await policy.sample([request]))[0]?.finish, "stop");
    }
    const loads = asked("/v1/load_lora_adapter");
    // Every step but the save.
    assert.equal(loads.length, steps.length - 1);
    assert.equal(new Set(loads.map((body) => body.lora_path)).size, loads.length);
    assert.equal(new Set(loads.map((body) => body.lora_name)).size, loads.length);
    const names = loads.map((body) => body.lora_name);
    const expected = [...names.slice(0, 2), names[1], ...names.slice(2)];
    assert.deepEqual(asked("/v1/completions").map((body) => body.model), expected);
    await policy.close();
  } finally {
    await sampler.close();
    await client.close();
    await trainer.stop();
  }
  assert.equal(trainer.models, 0);
  assert.deepEqual(asked("/v1/unload_lora_adapter").length, asked("/v1/load_lora_adapter").length);
});

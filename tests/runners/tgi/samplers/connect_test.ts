import assert from "node:assert/strict";
import type { Json } from "../../../../lib/json.ts";
import { connectSampler } from "../../../../runners/tgi/samplers/connect.ts";
import type { SamplerOptions } from "../../../../runners/tgi/samplers/sampler.ts";
import { refuse, type Said, scriptedServer } from "./scripted_server.ts";

const quick: SamplerOptions = { sleep: () => Promise.resolve(), retry: { patience: 2000 } };

async function kindOf(answers: Readonly<Record<string, Said>>): Promise<string> {
  await using server = await scriptedServer(({ route }) => answers[route]);
  const sampler = await connectSampler(`${server.url}/`, quick);
  await sampler.close();
  return sampler.kind;
}

const sglang: Json = { "model_path": "org/model", "is_generation": true };
const models: Json = { data: [{ id: "org/model", parent: null }] };

Deno.test("connectSampler() tells the servers apart", async () => {
  assert.equal(await kindOf({ "/get_model_info": sglang, "/v1/models": models }), "sglang");
  assert.equal(await kindOf({ "/model_info": sglang }), "sglang");
  assert.equal(await kindOf({ "/version": { version: "0.33.0" }, "/v1/models": models }), "vllm");
  assert.equal(await kindOf({ "/info": { "model_id": "org/model" }, "/v1/models": models }), "tgi");
  const none = Response.json({ error: "There is no such route" }, { status: 404 });
  const ours = { "/get_model_info": none, "/model_info": none, "/version": none };
  assert.equal(await kindOf({ ...ours, "/info": { "model_id": "org/model" } }), "tgi");
});

Deno.test("connectSampler() refuses other servers", async () => {
  const others: Readonly<Record<string, Said>>[] = [
    {},
    { "/version": { version: "1.0" } },
    { "/version": { version: "1.0" }, "/v1/models": { data: "x" } },
    { "/info": { name: "a shop" } },
    { "/get_model_info": new Response("<html>hello</html>"), "/info": [1] },
  ];
  for (const answers of others) {
    await assert.rejects(kindOf(answers), {
      name: "UserError",
      message:
        /^Expected vLLM, SGLang or Text Generation Inference at http:\/\/127\.0\.0\.1:\d+ but found another server$/,
    });
  }
});

Deno.test("connectSampler() refuses an SGLang that does not generate, and a vLLM without a model", async () => {
  await assert.rejects(kindOf({ "/get_model_info": { "model_path": "org/embed", "is_generation": false } }), {
    name: "UserError",
    message: /^Expected SGLang at .* to return a model that generates but found "org\/embed"$/,
  });
  await assert.rejects(kindOf({ "/version": { version: "0.33.0" }, "/v1/models": { data: [] } }), {
    name: "UserError",
    message: /^Expected vLLM at .* to return a model in \/v1\/models but found none$/,
  });
});

Deno.test("connectSampler() sends the key as a bearer token, and tells when it is refused", async () => {
  await using server = await scriptedServer(({ headers, route }) => {
    if (headers.get("authorization") !== "Bearer secret-key") return refuse(401, "Unauthorized");
    return route === "/get_model_info" ? sglang : undefined;
  });
  const sampler = await connectSampler(server.url, { ...quick, key: "secret-key" });
  await sampler.close();
  await assert.rejects(connectSampler(server.url, { ...quick, key: "wrong-key" }), (error: Error) => {
    assert.equal(error.name, "UserError");
    assert.match(error.message, /refuses the key \(401\)/);
    assert.doesNotMatch(error.message, /wrong-key/);
    return true;
  });
});

Deno.test("connectSampler() waits for a server that is starting, and gives up one that is not there", async () => {
  const starting: Said[] = [refuse(503, "loading"), refuse(503, "loading")];
  await using server = await scriptedServer(({ route }) =>
    starting.shift() ?? (route === "/get_model_info" ? sglang : undefined)
  );
  const sampler = await connectSampler(server.url, quick);
  await sampler.close();
  await assert.rejects(connectSampler("http://127.0.0.1:9", quick), {
    name: "UserError",
    message: /^Cannot reach a sampler at http:\/\/127\.0\.0\.1:9: .*cannot be reached/,
  });
});

Deno.test("close() ends what is under way, and may be called twice", async () => {
  let arrived = () => {};
  const there = new Promise<void>((resolve) => arrived = resolve);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => answer = resolve);
  await using server = await scriptedServer(async ({ route }) => {
    if (route !== "/generate") return route === "/get_model_info" ? sglang : undefined;
    arrived();
    await answered;
    return {};
  });
  const sampler = await connectSampler(server.url, quick);
  const drawing = sampler.sample([{ prompt: [1], maxTokens: 1, temperature: 1, topP: 1, seed: 0 }]);
  const refused = assert.rejects(drawing, { name: "UserError", message: /^The sampler at .* was closed$/ });
  await there;
  await sampler.close();
  await sampler.close();
  await refused;
  answer();
});

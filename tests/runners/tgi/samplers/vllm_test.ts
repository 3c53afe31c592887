import assert from "node:assert/strict";
import type { SampleRequest } from "../../../../lib/engine/engine.ts";
import { EngineLostError } from "../../../../lib/engine/engine_lost.ts";
import type { Json, JsonObject } from "../../../../lib/json.ts";
import { connectSampler } from "../../../../runners/tgi/samplers/connect.ts";
import type { Sampler, SamplerOptions } from "../../../../runners/tgi/samplers/sampler.ts";
import type { RetryEvent } from "../../../../runners/tgi/tinker/retry.ts";
import { type Heard, refuse, type Said, type ScriptedServer, scriptedServer } from "./scripted_server.ts";

const models = {
  object: "list",
  data: [
    { id: "org/model", object: "model", "max_model_len": 4096, root: "org/model", parent: null },
    { id: "somebody", object: "model", root: "/somewhere", parent: "org/model" },
  ],
};

/** An answer of `/v1/completions`, as vLLM has it. */
function completion(change: JsonObject = {}, prompt: Json = [5, 6, 7]): JsonObject {
  return {
    id: "cmpl-1",
    object: "text_completion",
    model: "org/model",
    choices: [{
      index: 0,
      text: "4",
      logprobs: {
        "text_offset": [0, 1],
        "token_logprobs": [-0.25, -0.5],
        tokens: ["4", "<|im_end|>"],
        "top_logprobs": [{ "4": -0.25 }, { "<|im_end|>": -0.5 }],
      },
      "finish_reason": "stop",
      "stop_reason": null,
      "token_ids": [21, 2],
      "prompt_token_ids": prompt,
      ...change,
    }],
  };
}

function vllm(script: (heard: Heard) => Said = () => completion()): Promise<ScriptedServer> {
  return scriptedServer((heard) => {
    if (heard.route === "/version") return { version: "0.33.0" };
    if (heard.route === "/v1/models") return models;
    return heard.route.startsWith("/v1/") ? script(heard) : undefined;
  });
}

const quick: SamplerOptions = { sleep: () => Promise.resolve() };

const request: SampleRequest = {
  prompt: [5, 6, 7],
  maxTokens: 8,
  temperature: 1,
  topP: 1,
  seed: 4_294_967_295,
};

async function withSampler(
  server: ScriptedServer,
  work: (sampler: Sampler) => Promise<void>,
  options: SamplerOptions = quick,
): Promise<void> {
  const sampler = await connectSampler(server.url, options);
  try {
    await work(sampler);
  } finally {
    await sampler.close();
  }
}

Deno.test("describe() tells vLLM's model, context and version", async () => {
  await using server = await vllm();
  await withSampler(server, async (sampler) => {
    assert.equal(sampler.kind, "vllm");
    assert.deepEqual(await sampler.describe(), {
      model: "org/model",
      root: "org/model",
      context: 4096,
      topP: false,
      takes: ["adapter"],
      description: "vLLM 0.33.0",
    });
  });
});

Deno.test("sample() asks vLLM for ids and log-probabilities, and sets all that a model's own defaults may", async () => {
  await using server = await vllm();
  await withSampler(server, async (sampler) => {
    assert.deepEqual(await sampler.sample([request]), [
      { tokens: [21, 2], logprobs: Float32Array.of(-0.25, -0.5), finish: "stop" },
    ]);
    assert.deepEqual(server.heard.at(-1)?.body, {
      model: "org/model",
      prompt: [5, 6, 7],
      "max_tokens": 8,
      temperature: 1,
      "top_p": 1,
      "top_k": -1,
      "min_p": 0,
      "repetition_penalty": 1,
      "presence_penalty": 0,
      "frequency_penalty": 0,
      n: 1,
      logprobs: 0,
      "return_token_ids": true,
      "skip_special_tokens": false,
      seed: 4_294_967_295,
    });
  });
});

Deno.test("describe() tells the folder of a vLLM whose model has a name of its own, and no context where it tells none", async () => {
  await using server = await scriptedServer(({ route }) => {
    if (route === "/version") return { version: "0.33.0" };
    const cards = [{ id: "lora", root: "/a", parent: "mine" }, { id: "mine", root: "/models/org/model" }];
    return route === "/v1/models" ? { data: cards } : undefined;
  });
  await withSampler(server, async (sampler) => {
    const { model, root, context } = await sampler.describe();
    assert.deepEqual({ model, root, context }, { model: "mine", root: "/models/org/model", context: null });
  });
});

Deno.test("sample() has vLLM end with the stop ids alone, and keeps the id and log-probability of the one drawn", async () => {
  let change: JsonObject = {};
  await using server = await vllm(() => completion(change));
  const drawn = { tokens: [21, 2], logprobs: Float32Array.of(-0.25, -0.5), finish: "stop" };
  await withSampler(server, async (sampler) => {
    assert.deepEqual(await sampler.sample([request]), [drawn]);
    const { stop_token_ids: ids, ignore_eos: ignores } = server.heard.at(-1)?.body ?? {};
    assert.deepEqual([ids, ignores], [[2, 9], true]);
    // The last token that was asked for is a stop id.
    change = { "finish_reason": "length" };
    assert.deepEqual(await sampler.sample([{ ...request, maxTokens: 2 }]), [drawn]);
    // Stop ids that were passed over.
    change = { "token_ids": [21, 2, 3], logprobs: { "token_logprobs": [-0.25, -0.5, -1] } };
    assert.deepEqual(await sampler.sample([request]), [drawn]);
    // A stop id that was cut off.
    change = { "token_ids": [21], logprobs: { "token_logprobs": [-0.25] } };
    await assert.rejects(sampler.sample([request]), {
      name: "UserError",
      message: /to return a completion that ends with a stop id \(2, 9\) but found one that ends with 21$/,
    });
  }, { ...quick, stop: [2, 9] });
});

Deno.test("sample() waits as long as its patience says, and tells of each repetition", async () => {
  await using server = await vllm(() => refuse(503, "starting"));
  const events: RetryEvent[] = [];
  await withSampler(server, async (sampler) => {
    await assert.rejects(sampler.sample([request]), /makes no progress: it answered 503: starting/);
    assert.deepEqual(events.map(({ wait }) => wait), [500, 1000, 2000]);
  }, { ...quick, retry: { patience: 6000 }, onRetry: (event) => events.push(event) });
});

Deno.test("sample() gives completions in the order asked, with no more requests at once than allowed", async () => {
  let [now, most] = [0, 0];
  await using server = await scriptedServer(async ({ route, body }) => {
    if (route === "/version") return { version: "0.33.0" };
    if (route === "/v1/models") return models;
    if (route !== "/v1/completions") return undefined;
    most = Math.max(most, ++now);
    const seed = typeof body.seed === "number" ? body.seed : 0;
    await new Promise((resolve) => setTimeout(resolve, 12 - seed));
    now--;
    return completion({ "token_ids": [seed, 2] });
  });
  await withSampler(server, async (sampler) => {
    const requests = Array.from({ length: 12 }, (_, seed) => ({ ...request, seed }));
    const drawn = await sampler.sample(requests);
    assert.deepEqual(drawn.map(({ tokens }) => tokens[0]), requests.map(({ seed }) => seed));
    assert.equal(most, 4);
    assert.deepEqual(await sampler.sample([]), []);
  }, { ...quick, concurrency: 4 });
});

Deno.test("sample() asks again after 429, 503, a cut connection and an answer that is no JSON", async () => {
  const faults: Said[] = [
    refuse(429, "busy", { "retry-after": "2" }),
    refuse(503, "starting"),
    "cut",
    new Response("<html>bad gateway</html>", { status: 502 }),
    new Response("<html>login</html>"),
  ];
  await using server = await vllm(() => faults.shift() ?? completion());
  const events: RetryEvent[] = [];
  await withSampler(server, async (sampler) => {
    assert.equal((await sampler.sample([request])).length, 1);
    assert.deepEqual(events.map(({ reason }) => reason), ["busy", "server", "cut", "server", "noise"]);
    assert.deepEqual(events.map(({ wait }) => wait), [2000, 1000, 2000, 4000, 8000]);
  }, { ...quick, onRetry: (event) => events.push(event) });
});

Deno.test("sample() refuses what is no completion with ids and log-probabilities, in one sentence", async () => {
  const logprobs = (values: Json) => ({ logprobs: { "token_logprobs": values } });
  const cases: [JsonObject, RegExp][] = [
    [{ "token_ids": null }, /to return the ids of the tokens drawn but found none$/],
    [{ "token_ids": "4" }, /to return the ids of the tokens drawn but found "4"$/],
    [{ "token_ids": [21, 2.5] }, /to return token ids but found the id 2\.5$/],
    [{ "token_ids": [21, -1] }, /to return token ids but found the id -1$/],
    [{ "token_ids": [21] }, /to return one log-probability a token but found 2 for 1 tokens$/],
    [{ "token_ids": [], ...logprobs([]) }, /to return 1 to 8 tokens but found 0$/],
    [
      { "token_ids": Array(9).fill(1), ...logprobs(Array(9).fill(-1)) },
      /to return 1 to 8 tokens but found 9$/,
    ],
    [{ logprobs: null }, /to return the log-probabilities of the tokens drawn but found none$/],
    [
      logprobs([-0.5, null]),
      /to return the log-probabilities of the tokens drawn but found null among them$/,
    ],
    [logprobs([-0.5, 0.7]), /to return log-probabilities of at most 0 but found 0\.7$/],
    [
      { "finish_reason": "abort" },
      /to return a completion that ended by "stop" or "length" but found "abort"$/,
    ],
    [{ "prompt_token_ids": [1, 5, 6, 7] }, /to return the prompt's own ids back but found others$/],
  ];
  let change: JsonObject = {};
  await using server = await vllm(() => completion(change));
  await withSampler(server, async (sampler) => {
    for (const [wrong, message] of cases) {
      change = wrong;
      await assert.rejects(sampler.sample([request]), (error: Error) => {
        assert.equal(error.name, "UserError");
        assert.match(error.message, /^Expected vLLM at http:\/\/127\.0\.0\.1:\d+ to return /);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

Deno.test("sample() refuses none or several completions", async () => {
  let choices: Json = [];
  await using server = await vllm(() => ({ choices }));
  await withSampler(server, async (sampler) => {
    for (const wrong of [[], [{}, {}], "x"]) {
      choices = wrong;
      await assert.rejects(
        sampler.sample([request]),
        /to return one completion but found [02] in "choices"$/,
      );
    }
  });
});

/** Log-probabilities of a place whose largest logit is 2 above three others, at a temperature. */
function tops(temperature: number): JsonObject {
  const rest = Math.log(1 + 3 * Math.exp(-2 / temperature));
  return { "top_logprobs": [{ a: -rest, b: -2 / temperature - rest }], "token_logprobs": [-rest] };
}

Deno.test("sample() draws at other temperatures where vLLM tells processed log-probabilities, checked once", async () => {
  await using server = await vllm(({ body }) =>
    body.logprobs === 1
      ? completion({ logprobs: tops(Number(body.temperature)), "token_ids": [9] })
      : completion()
  );
  await withSampler(server, async (sampler) => {
    await sampler.sample([request]);
    await sampler.sample([{ ...request, temperature: 0.7 }]);
    await sampler.sample([{ ...request, temperature: 0.5 }]);
    const asked = server.heard.filter(({ route }) => route === "/v1/completions");
    assert.deepEqual(asked.map(({ body }) => body.temperature), [1, 1, 4, 0.7, 0.5]);
  });
});

Deno.test("sample() refuses raw log-probabilities at temperatures other than 1", async () => {
  await using server = await vllm(({ body }) =>
    body.logprobs === 1 ? completion({ logprobs: tops(1), "token_ids": [9] }) : completion()
  );
  await withSampler(server, async (sampler) => {
    await sampler.sample([request]);
    await assert.rejects(sampler.sample([request, { ...request, temperature: 0.7 }]), {
      name: "UserError",
      message:
        /those at temperature 1 \(-0\.3\d* at temperature 1, -0\.3\d* at 4\); start it with --logprobs-mode processed_logprobs$/,
    });
  });
});

Deno.test("sample() refuses a topP other than 1, and a key that vLLM does not know", async () => {
  await using server = await vllm(() => refuse(401, "Unauthorized"));
  await withSampler(server, async (sampler) => {
    await assert.rejects(
      sampler.sample([request, { ...request, topP: 0.9 }]),
      /Expected topP to be 1 .* but found 0\.9$/,
    );
    await assert.rejects(sampler.sample([request]), {
      name: "UserError",
      message: /refuses the key \(401\)/,
    });
  });
});

Deno.test("takeWeights() loads each adapter under a name of its own, and keeps two", async () => {
  await using server = await vllm(({ route }) =>
    route === "/v1/completions" ? completion() : new Response("Success: LoRA adapter added successfully.")
  );
  const asked = (route: string, field: string) =>
    server.heard.filter((heard) => heard.route === route).map(({ body }) => body[field]);
  await withSampler(server, async (sampler) => {
    for (const version of [1, 2, 2]) {
      await sampler.takeWeights?.({ folder: `/weights/${version % 2}`, adapter: true, version });
      await sampler.sample([request]);
    }
    const names = asked("/v1/load_lora_adapter", "lora_name");
    assert.equal(new Set(names).size, 3);
    assert.deepEqual(asked("/v1/load_lora_adapter", "lora_path"), ["/weights/1", "/weights/0", "/weights/0"]);
    assert.deepEqual(asked("/v1/completions", "model"), names);
    assert.deepEqual(asked("/v1/unload_lora_adapter", "lora_name"), names.slice(0, 1));
    await sampler.close();
    assert.deepEqual(asked("/v1/unload_lora_adapter", "lora_name"), names);
  });
});

Deno.test("takeWeights() knows an adapter that a lost answer was about", async () => {
  const said: Said[] = ["cut", refuse(400, "The lora adapter 'x' has already been loaded.")];
  await using server = await vllm(({ route }) =>
    route === "/v1/load_lora_adapter" ? said.shift() : completion()
  );
  await withSampler(server, async (sampler) => {
    await sampler.takeWeights?.({ folder: "/weights", adapter: true, version: 1 });
    await sampler.sample([request]);
    assert.match(String(server.heard.at(-1)?.body.model), /^exitlab-/);
  });
});

Deno.test("takeWeights() refuses whole models, and folders or servers that cannot be used", async () => {
  let said: Said;
  await using server = await vllm(() => said);
  await withSampler(server, async (sampler) => {
    const take = (adapter: boolean) =>
      sampler.takeWeights?.({ folder: "/weights", adapter, version: 1 }) ?? Promise.resolve();
    await assert.rejects(take(false), {
      name: "UserError",
      message: /^Expected an adapter for vLLM at .* takes no whole models/,
    });
    for (const status of [400, 404]) {
      said = refuse(status, "No adapter found for /weights");
      await assert.rejects(take(true), {
        name: "UserError",
        message:
          /^Expected vLLM at .* to load the adapter in \/weights but: .*No adapter found .* with --enable-lora and VLLM_/,
      });
    }
    said = undefined;
    await assert.rejects(take(true), {
      name: "UserError",
      message: /does not have this route .*--enable-lora/,
    });
    await sampler.close();
  });
});

Deno.test("sample() tells that a vLLM started anew has lost its adapter", async () => {
  await using server = await vllm(({ route }) =>
    route === "/v1/completions"
      ? refuse(404, "The model `exitlab-1` does not exist.")
      : new Response("Success: LoRA adapter added successfully.")
  );
  await withSampler(server, async (sampler) => {
    await sampler.takeWeights?.({ folder: "/weights", adapter: true, version: 1 });
    await assert.rejects(sampler.sample([request]), EngineLostError);
  });
});

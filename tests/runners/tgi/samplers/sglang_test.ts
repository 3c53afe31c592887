import assert from "node:assert/strict";
import type { SampleRequest } from "../../../../lib/engine/engine.ts";
import { EngineLostError } from "../../../../lib/engine/engine_lost.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json.ts";
import { connectSampler } from "../../../../runners/tgi/samplers/connect.ts";
import type { Sampler } from "../../../../runners/tgi/samplers/sampler.ts";
import { type Heard, refuse, type Said, type ScriptedServer, scriptedServer } from "./scripted_server.ts";

/** An answer of `/generate`, as SGLang has it. */
function generated(meta: JsonObject = {}, change: JsonObject = {}): JsonObject {
  return {
    text: "4",
    "output_ids": [21, 2],
    "meta_info": {
      id: "1",
      "finish_reason": { type: "stop", matched: 2 },
      "prompt_tokens": 3,
      "completion_tokens": 2,
      "weight_version": "default",
      "output_token_logprobs": [[-0.25, 21, null], [-0.5, 2, null]],
      ...meta,
    },
    ...change,
  };
}

/** What it says of the most likely token, the flatter the hotter. */
function tempered({ sampling_params: parameters }: JsonObject): JsonObject {
  const temperature = isJsonObject(parameters) ? Number(parameters.temperature) : NaN;
  return generated({ "output_top_logprobs": [[[-0.3 * temperature, 21, null]]] });
}

function sglang(script: (heard: Heard) => Said = () => generated()): Promise<ScriptedServer> {
  return scriptedServer((heard) =>
    heard.route === "/get_model_info"
      ? { "model_path": "org/model", "tokenizer_path": "org/model", "is_generation": true }
      : heard.route === "/v1/models" || heard.route === "/get_server_info"
      ? undefined
      : heard.body.top_logprobs_num === 1
      ? tempered(heard.body)
      : script(heard)
  );
}

const request: SampleRequest = { prompt: [5, 6, 7], maxTokens: 8, temperature: 0.7, topP: 0.9, seed: 11 };

async function withSampler(server: ScriptedServer, work: (sampler: Sampler) => Promise<void>): Promise<void> {
  const sampler = await connectSampler(server.url, { sleep: () => Promise.resolve() });
  try {
    await work(sampler);
  } finally {
    await sampler.close();
  }
}

const take = (sampler: Sampler, adapter: boolean, version = 1): Promise<void> =>
  sampler.takeWeights?.({ folder: "/weights", adapter, version }) ??
    Promise.reject(new Error("It takes none"));

const asked = ({ heard }: ScriptedServer, route: string): JsonObject[] =>
  heard.filter((each) => each.route === route).map(({ body }) => body)
    .filter((body) => body.top_logprobs_num === undefined);

Deno.test("describe() tells SGLang's model", async () => {
  await using server = await sglang();
  await withSampler(server, async (sampler) => {
    assert.equal(sampler.kind, "sglang");
    assert.deepEqual(await sampler.describe(), {
      model: "org/model",
      root: "org/model",
      context: null,
      topP: true,
      takes: ["adapter", "model"],
      description: "SGLang",
    });
  });
});

Deno.test("describe() tells SGLang's context, from either route, and its first model's name after an update", async () => {
  const routes: Readonly<Record<string, JsonObject>>[] = [
    { "/v1/models": { data: [{ id: "org/model", "max_model_len": 2048 }] } },
    { "/get_server_info": { "context_length": 2048 } },
  ];
  for (const answers of routes) {
    await using server = await scriptedServer(({ route }) =>
      route === "/get_model_info"
        ? { "model_path": "/weights", "tokenizer_path": "org/model" }
        : answers[route]
    );
    await withSampler(server, async (sampler) => {
      const { model, root, context } = await sampler.describe();
      assert.deepEqual({ model, root, context }, { model: "/weights", root: "org/model", context: 2048 });
    });
  }
});

Deno.test("sample() gives SGLang the stop ids, and keeps the id and log-probability of the one drawn", async () => {
  let said = generated();
  await using server = await sglang(() => said);
  const drawn = { tokens: [21, 2], logprobs: Float32Array.of(-0.25, -0.5), finish: "stop" };
  const sampler = await connectSampler(server.url, { sleep: () => Promise.resolve(), stop: [2, 9] });
  const one = { ...request, temperature: 1 };
  const answers = [
    said,
    // It has drawn as many as were asked for.
    generated({ "finish_reason": { type: "length", length: 2 } }),
    // Some versions leave the stop id out of the ids alone.
    generated({}, { "output_ids": [21] }),
  ];
  for (said of answers) assert.deepEqual(await sampler.sample([one]), [drawn]);
  const { sampling_params: parameters } = asked(server, "/generate")[0] ?? {};
  assert.deepEqual(isJsonObject(parameters) && parameters.stop_token_ids, [2, 9]);
  said = generated({ "output_token_logprobs": [[-0.25, 21, null]] }, { "output_ids": [21] });
  await assert.rejects(
    sampler.sample([one]),
    /ends with a stop id \(2, 9\) but found one that ends with 21$/,
  );
  await sampler.close();
});

Deno.test("sample() compares SGLang's log-probabilities at two temperatures before the first draw at another than 1", async () => {
  let isRaw = true;
  await using server = await scriptedServer(({ route, body }) => {
    if (route === "/get_model_info") return { "model_path": "org/model" };
    if (route !== "/generate") return undefined;
    if (body.top_logprobs_num === undefined) return generated();
    const temperature = isJsonObject(body.sampling_params) ? Number(body.sampling_params.temperature) : NaN;
    return generated({ "output_top_logprobs": [[[isRaw ? -0.3 : -0.3 * temperature, 21, null]]] });
  });
  await withSampler(server, async (sampler) => {
    await sampler.sample([{ ...request, temperature: 1 }]);
    await assert.rejects(sampler.sample([request]), {
      name: "UserError",
      message:
        /those at temperature 1 \(-0\.3 at temperature 1, -0\.3 at 4\); start it without SGLANG_RETURN_ORIGINAL_LOGPROB$/,
    });
    isRaw = false;
    await sampler.sample([request]);
    await sampler.sample([request]);
    assert.equal(server.heard.filter(({ route }) => route === "/generate").length, 1 + 2 + 2 + 1 + 1);
  });
});

Deno.test("sample() asks SGLang for ids and log-probabilities, and sets all that a model's own defaults may", async () => {
  await using server = await sglang();
  await withSampler(server, async (sampler) => {
    assert.deepEqual(
      await sampler.sample([request, request]),
      Array(2).fill({
        tokens: [21, 2],
        logprobs: Float32Array.of(-0.25, -0.5),
        finish: "stop",
      }),
    );
    assert.deepEqual(asked(server, "/generate")[0], {
      "input_ids": [5, 6, 7],
      "sampling_params": {
        "max_new_tokens": 8,
        temperature: 0.7,
        "top_p": 0.9,
        "top_k": -1,
        "min_p": 0,
        "repetition_penalty": 1,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "sampling_seed": 11,
        "skip_special_tokens": false,
        "no_stop_trim": true,
      },
      "return_logprob": true,
    });
  });
});

Deno.test("sample() refuses what is no completion with ids and log-probabilities", async () => {
  const cases: [JsonObject, RegExp][] = [
    [generated({}, { "meta_info": null }), /to return the ids of the tokens drawn but found none$/],
    [generated({ "output_token_logprobs": null }), /the ids of the tokens drawn but found none$/],
    [
      generated({ "output_token_logprobs": [] }),
      /log-probabilities of the ids drawn but found those of others$/,
    ],
    [generated({ "output_token_logprobs": [] }, { "output_ids": [] }), /1 to 8 tokens but found 0$/],
    [generated({}, { "output_ids": [22] }), /log-probabilities of the ids drawn but found those of others$/],
    [generated({ "output_token_logprobs": [3, 4] }), /those of others$/],
    [
      generated({ "output_token_logprobs": [[null, 21], [-1, 2]] }),
      /log-probabilities .* found null among them$/,
    ],
    [generated({ "finish_reason": null }), /ended by "stop" or "length" but found null$/],
  ];
  let said: Json = null;
  await using server = await sglang(() => said);
  await withSampler(server, async (sampler) => {
    for (const [wrong, message] of cases) {
      said = wrong;
      await assert.rejects(sampler.sample([request]), { name: "UserError", message });
    }
  });
});

Deno.test("sample() asks again after trouble, and when a completion was given up", async () => {
  const faults: Said[] = [
    refuse(503, "starting"),
    "cut",
    refuse(429, "busy"),
    generated({ "finish_reason": { type: "abort", message: "paused" } }),
  ];
  await using server = await sglang(() =>
    faults.shift() ?? generated({ "finish_reason": { type: "length", length: 2 } })
  );
  await withSampler(server, async (sampler) => {
    const [drawn] = await sampler.sample([request]);
    assert.equal(drawn?.finish, "length");
    assert.equal(asked(server, "/generate").length, 5);
  });
});

Deno.test("takeWeights() loads whole models from disk, and notices a server that lost them", async () => {
  let mark: Json = "default";
  await using server = await sglang(({ route, body }) => {
    if (route !== "/update_weights_from_disk") return generated({ "weight_version": mark });
    mark = body.weight_version ?? null;
    return { success: true, message: "Succeeded to update model weights.", "num_paused_requests": 0 };
  });
  await withSampler(server, async (sampler) => {
    await take(sampler, false, 7);
    await take(sampler, false, 7);
    const [one, two] = asked(server, "/update_weights_from_disk");
    assert.equal(one?.model_path, "/weights");
    assert.notEqual(one?.weight_version, two?.weight_version);
    assert.equal((await sampler.sample([request])).length, 1);
    mark = "default";
    await assert.rejects(sampler.sample([request]), EngineLostError);
  });
});

Deno.test("sample() refuses an SGLang that does not tell the version of a whole model's weights", async () => {
  await using server = await sglang(({ route }) =>
    route === "/generate" ? generated({ "weight_version": null }) : { success: true }
  );
  await withSampler(server, async (sampler) => {
    await sampler.sample([request]);
    await take(sampler, false);
    await assert.rejects(sampler.sample([request]), {
      name: "UserError",
      message:
        /^Expected SGLang at .* to tell the version of its weights \(weight_version\) .* but found none/,
    });
  });
});

Deno.test("takeWeights() loads each adapter under a name of its own, and keeps two", async () => {
  await using server = await sglang(({ route }) => route === "/generate" ? generated() : { success: true });
  await withSampler(server, async (sampler) => {
    for (const version of [1, 2, 3]) {
      await take(sampler, true, version);
      await sampler.sample([request]);
    }
    const names = asked(server, "/load_lora_adapter").map((body) => body.lora_name);
    assert.equal(new Set(names).size, 3);
    assert.deepEqual(asked(server, "/generate").map((body) => body.lora_path), names);
    assert.deepEqual(asked(server, "/unload_lora_adapter").map((body) => body.lora_name), names.slice(0, 1));
  });
});

Deno.test("takeWeights() refuses folders and servers that cannot be used", async () => {
  let said: Said;
  await using server = await sglang(() => said);
  await withSampler(server, async (sampler) => {
    const cases: [Said, RegExp][] = [
      [
        { success: false, message: "Failed to get weights iterator" },
        /but: Failed to get weights iterator; does it see/,
      ],
      [{ success: false, "error_message": "no such rank" }, /but: no such rank; does it see this folder/],
      [refuse(400, "LoRA is not enabled"), /but: .*LoRA is not enabled/],
      [undefined, /does not have this route/],
    ];
    for (const [wrong, message] of cases) {
      said = wrong;
      await assert.rejects(take(sampler, false), { name: "UserError", message });
      await assert.rejects(take(sampler, true), {
        name: "UserError",
        message: /was it started with --enable-lora\?$/,
      });
    }
  });
});

Deno.test("sample() tells that an SGLang started anew has lost its adapter", async () => {
  await using server = await sglang(({ route, body }) =>
    route === "/load_lora_adapter"
      ? { success: true }
      : refuse(400, `Got LoRA adapter that has never been loaded: ${body.lora_path}`)
  );
  await withSampler(server, async (sampler) => {
    await take(sampler, true);
    await assert.rejects(sampler.sample([request]), EngineLostError);
  });
});

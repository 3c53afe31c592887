import assert from "node:assert/strict";
import type { SampleRequest, TokenSequence } from "../../../../lib/engine/engine.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json.ts";
import { connectSampler } from "../../../../runners/tgi/samplers/connect.ts";
import type { Sampler } from "../../../../runners/tgi/samplers/sampler.ts";
import { type Said, type ScriptedServer, scriptedServer } from "./scripted_server.ts";

/** A tokenizer of letters, whose first is the beginning of a text. */
const text = (tokens: TokenSequence): string => tokens.map((id) => String.fromCharCode(96 + id)).join("");
const ids = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0) - 96);

function details(inputs: string, change: JsonObject = {}): JsonObject {
  return {
    "generated_text": "4",
    details: {
      "finish_reason": "eos_token",
      "generated_tokens": 2,
      seed: 3,
      prefill: ids(inputs).map((id) => ({ id, text: "x", logprob: null })),
      tokens: [
        { id: 21, text: "4", logprob: -0.25, special: false },
        { id: 2, text: "</s>", logprob: -0.5, special: true },
      ],
      ...change,
    },
  };
}

function tgi(
  answer: (inputs: string, parameters: JsonObject) => Said = (inputs) => details(inputs),
): Promise<ScriptedServer> {
  return scriptedServer(({ route, body }) => {
    if (route === "/info") return { "model_id": "org/model", version: "3.3.5", "max_total_tokens": 2048 };
    if (route !== "/generate") return undefined;
    return answer(String(body.inputs), isJsonObject(body.parameters) ? body.parameters : {});
  });
}

const request: SampleRequest = { prompt: [1, 5, 6], maxTokens: 8, temperature: 0.7, topP: 1, seed: 3 };

async function withSampler(
  server: ScriptedServer,
  work: (sampler: Sampler) => Promise<void>,
  options = { text },
): Promise<void> {
  const sampler = await connectSampler(server.url, { sleep: () => Promise.resolve(), ...options });
  try {
    await work(sampler);
  } finally {
    await sampler.close();
  }
}

Deno.test("describe() tells the model of TGI, which takes no weights", async () => {
  await using server = await tgi();
  await withSampler(server, async (sampler) => {
    assert.equal(sampler.kind, "tgi");
    assert.equal(sampler.takeWeights, undefined);
    assert.deepEqual(await sampler.describe(), {
      model: "org/model",
      root: null,
      context: 2048,
      topP: false,
      takes: [],
      description: "TGI 3.3.5",
    });
  });
});

Deno.test("sample() gives TGI the prompt's text, and reads ids and log-probabilities", async () => {
  const asked: JsonObject[] = [];
  await using server = await tgi((inputs, parameters) => {
    asked.push({ inputs, ...parameters });
    return details(inputs);
  });
  await withSampler(server, async (sampler) => {
    assert.deepEqual(await sampler.sample([]), []);
    assert.deepEqual(await sampler.sample([request]), [
      { tokens: [21, 2], logprobs: Float32Array.of(-0.25, -0.5), finish: "stop" },
    ]);
    await sampler.sample([{ ...request, maxTokens: 2 }]);
    assert.deepEqual(asked.map((each) => each.max_new_tokens), [1, 8, 2]);
    assert.deepEqual(asked[1], {
      inputs: "aef",
      "do_sample": true,
      temperature: 0.7,
      "max_new_tokens": 8,
      seed: 3,
      details: true,
      "decoder_input_details": true,
      "return_full_text": false,
    });
  });
});

Deno.test("sample() cuts off what TGI draws after a stop id", async () => {
  await using server = await tgi((inputs) => details(inputs, { "finish_reason": "length" }));
  const sampler = await connectSampler(server.url, { text, stop: [21] });
  assert.deepEqual(await sampler.sample([request]), [
    { tokens: [21], logprobs: Float32Array.of(-0.25), finish: "stop" },
  ]);
  await sampler.close();
});

Deno.test("sample() leaves out the beginning of a text where TGI adds it itself", async () => {
  await using server = await tgi((inputs) => details(`a${inputs}`, { "finish_reason": "length" }));
  await withSampler(server, async (sampler) => {
    const drawn = await sampler.sample([request, { ...request, prompt: [1, 7] }]);
    assert.deepEqual(drawn.map(({ finish }) => finish), ["length", "length"]);
    const inputs = server.heard.filter(({ route }) => route === "/generate").map(({ body }) => body.inputs);
    assert.deepEqual(inputs.toSorted(), ["aef", "ef", "g"]);
  });
});

Deno.test("sample() refuses a prompt that TGI reads as other ids, or does not tell", async () => {
  let change: JsonObject = {};
  await using server = await tgi((inputs) => details(inputs, change));
  const wrong: Json[] = [[{ id: 1 }, { id: 11 }], [], null, [7, 8, 9], "x"];
  for (const prefill of wrong) {
    await withSampler(server, async (sampler) => {
      change = { prefill };
      await assert.rejects(sampler.sample([request]), {
        name: "UserError",
        message: /^Expected TGI at .* to return the prompt's own ids back but found others$/,
      });
    });
  }
});

Deno.test("sample() refuses what is no completion with ids and log-probabilities", async () => {
  const cases: [JsonObject, RegExp][] = [
    [{ tokens: null }, /the ids of the tokens drawn but found none$/],
    [{ tokens: [{ id: 21 }] }, /the log-probabilities of the tokens drawn but found null among them$/],
    [{ tokens: [{ id: "21", logprob: -1 }] }, /the ids of the tokens drawn but found "21" among them$/],
    [{ tokens: [] }, /1 to 8 tokens but found 0$/],
    [{ "finish_reason": "toString" }, /ended by "stop" or "length" but found "toString"$/],
  ];
  let change: JsonObject = {};
  await using server = await tgi((inputs) => details(inputs, change));
  await withSampler(server, async (sampler) => {
    for (const [wrong, message] of cases) {
      change = wrong;
      await assert.rejects(sampler.sample([request]), { name: "UserError", message });
    }
  });
  await using silent = await tgi(() => ({ "generated_text": "4" }));
  await withSampler(silent, async (sampler) => {
    await assert.rejects(sampler.sample([request]), /to return details of a completion but found none$/);
  });
});

Deno.test("sample() refuses a topP other than 1, and to go without a tokenizer", async () => {
  await using server = await tgi();
  await withSampler(server, async (sampler) => {
    await assert.rejects(
      sampler.sample([{ ...request, topP: 0.5 }]),
      /Expected topP to be 1 .* but found 0\.5$/,
    );
  });
  const sampler = await connectSampler(server.url);
  await assert.rejects(sampler.sample([request]), {
    name: "UserError",
    message: /without the model's tokenizer/,
  });
  await sampler.close();
});

Deno.test("sample() asks again when TGI is overloaded, and tells what it refuses", async () => {
  const faults: Said[] = [
    Response.json({ error: "Model is overloaded", "error_type": "overloaded" }, { status: 429 }),
    "cut",
  ];
  await using server = await tgi((inputs, parameters) =>
    parameters.max_new_tokens === 8
      ? Response.json({ error: "`inputs` must have less than 4 tokens", "error_type": "validation" }, {
        status: 422,
      })
      : faults.shift() ?? details(inputs)
  );
  await withSampler(server, async (sampler) => {
    assert.equal((await sampler.sample([{ ...request, maxTokens: 7 }])).length, 1);
    await assert.rejects(sampler.sample([request]), /refused \(422\): `inputs` must have less than 4 tokens/);
  });
});

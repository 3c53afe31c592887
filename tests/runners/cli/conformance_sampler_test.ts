import assert from "node:assert/strict";
import { conformanceCommand } from "../../../runners/cli/conformance.ts";
import { captured } from "../../support/captured.ts";
import { type Heard, type Said, scriptedServer } from "../tgi/samplers/scripted_server.ts";

const folder = "runners/tgi/trainer/tiny_llama";

/** A vLLM that draws one of two tokens by the seed, each with probability ½. */
function coin({ route, body }: Heard): Said {
  if (route === "/version") return { version: "0.33.0" };
  if (route === "/v1/models") {
    return { data: [{ id: "org/small", root: "/models/small", "max_model_len": 64, parent: null }] };
  }
  if (route !== "/v1/completions") return undefined;
  const [seed, count] = [Number(body.seed), Number(body.max_tokens)];
  const logprob = body.temperature === 1 ? Math.log(0.5) : -0.1;
  const logprobs = {
    "token_logprobs": Array(count).fill(Math.log(0.5)),
    "top_logprobs": [{ a: logprob }],
  };
  return {
    choices: [{ "token_ids": Array(count).fill(40 + seed % 2), logprobs, "finish_reason": "length" }],
  };
}

Deno.test("conformance sampler prints a line a check, and its exit code says whether all passed", async () => {
  await using server = await scriptedServer(coin);
  const { code, out, error } = await captured(
    conformanceCommand,
    ...["sampler", "--url", server.url, "--tokenizer", folder],
  );
  assert.equal(code, 0, error + out);
  assert.match(out, /^ok {6}model: vLLM 0\.33\.0 serves "org\/small", 64 tokens\n/);
  assert.match(out, /\nok {6}weights: it takes adapters\n7 of 7 checks passed\n$/);
  const other = await captured(
    conformanceCommand,
    ...["sampler", "--url", server.url, "--tokenizer", folder, "--model", "org/large", "--json"],
  );
  assert.equal(other.code, 1);
  const { kind, results } = JSON.parse(other.out);
  assert.equal(kind, "vllm");
  assert.match(
    results.model.problems[0],
    /^Expected the sampler at .* to serve "org\/large" but found "org\/small"/,
  );
});

Deno.test("conformance sampler tells in one sentence what it cannot begin with", async () => {
  await using server = await scriptedServer((heard) =>
    heard.route === "/v1/models" ? { data: [{ id: "/models/small" }] } : coin(heard)
  );
  const none = await captured(conformanceCommand, "sampler", "--url", server.url);
  assert.deepEqual([none.code, none.error], [
    2,
    'error: Expected --model ORG/NAME or --tokenizer DIR, since the server calls its model "/models/small"\n',
  ]);
  const wrong = await captured(conformanceCommand, "sampler", "--url", "gpu-box");
  assert.match(wrong.error, /^error: Expected --url with the sampler's address, .* but found "gpu-box"\n$/);
});

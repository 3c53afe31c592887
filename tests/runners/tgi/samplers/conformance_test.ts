import assert from "node:assert/strict";
import type { Completion, SampleRequest } from "../../../../lib/engine/engine.ts";
import { UserError } from "../../../../lib/errors.ts";
import { Random } from "../../../../lib/random.ts";
import { samplerChecks } from "../../../../runners/tgi/samplers/conformance.ts";
import type { Sampler } from "../../../../runners/tgi/samplers/sampler.ts";
import { pieceTokenizer } from "../../../support/piece_tokenizer.ts";

/** The logits of each token, whatever came before; 0 is the stop id. */
const logits = [0, 1, 2, -1, 0.5];

function logprobsAt(temperature: number): number[] {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit / temperature), 0));
  return logits.map((logit) => logit / temperature - total);
}

/** Draws as it tells. */
function draw({ seed, maxTokens, temperature }: SampleRequest, toldAt = temperature): Completion {
  const random = new Random(seed, "draw");
  const [drawn, told] = [logprobsAt(temperature), logprobsAt(toldAt)];
  const tokens: number[] = [];
  while (tokens.length < maxTokens && tokens.at(-1) !== 0) {
    let left = random.next();
    tokens.push(Math.max(0, drawn.findIndex((logprob) => (left -= Math.exp(logprob)) < 0)));
  }
  const logprobs = Float32Array.from(tokens, (id) => told[id] ?? NaN);
  return { tokens, logprobs, finish: tokens.at(-1) === 0 ? "stop" : "length" };
}

/** The names of the checks that fail on a sampler. */
async function failures(
  answer: (request: SampleRequest) => Completion,
  change: Partial<Sampler> = {},
): Promise<string[]> {
  const info = { model: "org/small", root: null, context: 64, topP: false, takes: [], description: "TGI 1" };
  const sampler: Sampler = {
    kind: "tgi",
    describe: () => Promise.resolve(info),
    sample: (requests) => Promise.resolve(requests.map(answer)),
    close: () => Promise.resolve(),
    ...change,
  };
  const trial = {
    sampler,
    url: "http://it",
    tokenizer: pieceTokenizer(),
    model: "org/small",
    tolerance: 0.01,
  };
  const failed: string[] = [];
  for (const [name, check] of samplerChecks) {
    if ((await check(trial)).problems.length > 0) failed.push(name);
  }
  return failed;
}

Deno.test("samplerChecks pass a sampler that draws as it tells", async () => {
  assert.deepEqual(await failures((request) => draw(request)), []);
});

Deno.test("samplerChecks find what is wrong with a sampler", async () => {
  const cases: [string[], (request: SampleRequest) => Completion][] = [
    // Log-probabilities of before the temperature.
    [["temperature"], (request) => draw(request, 1)],
    // Draws at another temperature than it tells.
    [
      ["draws"],
      (request) => draw({ ...request, temperature: 0.5 * request.temperature }, request.temperature),
    ],
    [["seed", "draws"], (request) => draw({ ...request, seed: 1 })],
    [["completions"], (request) => ({ ...draw(request), finish: "stop" })],
    [["completions"], (request) => {
      const { tokens, logprobs, finish } = draw(request);
      return { tokens: tokens.map((id) => id && id + 2 ** 31), logprobs, finish };
    }],
  ];
  for (const [expected, answer] of cases) {
    assert.deepEqual(await failures(answer), expected);
  }
  let calls = 0;
  const drifting = (request: SampleRequest): Completion => {
    const drawn = draw(request);
    const off = 0.02 * (++calls % 2);
    return { ...drawn, logprobs: drawn.logprobs.map((logprob) => logprob - off) };
  };
  assert.ok((await failures(drifting)).includes("repeat"));
});

Deno.test("samplerChecks accept a sampler that refuses temperatures, and tell another model", async () => {
  const refusing = (request: SampleRequest): Completion => {
    if (request.temperature !== 1) throw new UserError("Expected temperature 1");
    return draw(request);
  };
  assert.deepEqual(await failures(refusing), []);
  const info = {
    model: "org/large",
    root: null,
    context: null,
    topP: false,
    takes: [],
    description: "TGI 1",
  };
  assert.deepEqual(await failures((request) => draw(request), { describe: () => Promise.resolve(info) }), [
    "model",
  ]);
});

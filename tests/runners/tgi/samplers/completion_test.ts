import assert from "node:assert/strict";
import fc from "fast-check";
import type { SampleRequest } from "../../../../lib/engine/engine.ts";
import { UserError } from "../../../../lib/errors.ts";
import { checkPrompt, readCompletion } from "../../../../runners/tgi/samplers/completion.ts";

const request: SampleRequest = { prompt: [1, 2], maxTokens: 4, temperature: 1, topP: 1, seed: 0 };

Deno.test("readCompletion() gives what is one, with rounding above 0 taken back", () => {
  const raw = { tokens: [3, 4], logprobs: [-1.5, 1e-6], finish: "length" };
  assert.deepEqual(readCompletion(raw, request, "it"), {
    tokens: [3, 4],
    logprobs: Float32Array.of(-1.5, 0),
    finish: "length",
  });
});

Deno.test("readCompletion() refuses a log-probability that 32 bits cannot hold", () => {
  const raw = { tokens: [0], logprobs: [-3.5e38], finish: "stop" };
  assert.throws(
    () => readCompletion(raw, request, "it"),
    /log-probabilities .* but found -3.5e\+38 among them$/,
  );
});

Deno.test("readCompletion() gives a completion or a sentence, whatever it is told", () => {
  const part = fc.oneof(
    fc.constant(undefined),
    fc.jsonValue(),
    fc.array(fc.oneof(fc.integer({ min: -2, max: 9 }), fc.double(), fc.constant(null)), { maxLength: 6 }),
  );
  const finish = fc.oneof(fc.constantFrom("stop", "length"), fc.jsonValue());
  fc.assert(
    fc.property(part, part, finish, (tokens, logprobs, finish) => {
      try {
        const found = readCompletion(JSON.parse(JSON.stringify({ tokens, logprobs, finish })), request, "it");
        assert.ok(found.tokens.length >= 1 && found.tokens.length <= request.maxTokens);
        assert.equal(found.tokens.length, found.logprobs.length);
        assert.ok(found.tokens.every((id) => Number.isInteger(id) && id >= 0));
        assert.ok(found.logprobs.every((logprob) => Number.isFinite(logprob) && logprob <= 0));
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, /^Expected it to return .* but found /);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("checkPrompt() knows the prompt, and asks nothing of servers that do not tell it", () => {
  checkPrompt(undefined, request, "it");
  checkPrompt(null, request, "it");
  checkPrompt([1, 2], request, "it");
  for (const other of [[1], [1, 2, 3], [2, 1], [], "12", 0]) {
    assert.throws(() => checkPrompt(other, request, "it"), /the prompt's own ids back but found others$/);
  }
});

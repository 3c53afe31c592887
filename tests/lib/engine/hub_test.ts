import assert from "node:assert/strict";
import { hub } from "../../../lib/engine/hub.ts";
import { UserError } from "../../../lib/errors.ts";

const model = "HuggingFaceTB/SmolLM2-135M-Instruct";

function refuses(make: () => unknown, message: RegExp): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"), error.message);
    return true;
  });
}

Deno.test("hub() fills in all options, and tells apart what was given", () => {
  const policy = hub(model);
  const mix = { base: 3, improve: 4, diverge: 1 };
  assert.deepEqual(policy.options, {
    model,
    revision: "main",
    context: 2048,
    adapter: null,
    warmStart: { steps: 0, batch: 128, learningRate: 1e-4, mix },
  });
  assert.deepEqual(hub(model, { adapter: {} }).options.adapter, { rank: 32, alpha: 32 });
  assert.deepEqual(policy.given, { model });
  assert.deepEqual(policy.runners, ["tgi", "hf"]);
  assert.ok(!("runners" in policy.options) && !("tokens" in policy.options));
});

Deno.test("hub() takes the names that the Hub has", () => {
  for (const name of ["gpt/2", "Qwen/Qwen2.5-0.5B-Instruct", "a_b/c_d.e-f", "01-ai/Yi-6B-Chat", "_x/__y"]) {
    assert.equal(hub(name).options.model, name);
  }
});

Deno.test("hub() refuses what names no model", () => {
  const long = "x".repeat(97);
  for (
    const name of [
      "",
      "/",
      "gpt2",
      "org/",
      "/name",
      "a/b/c",
      "a b/c",
      "a/../b",
      "../b",
      "a/b--c",
      "a/b..c",
      "-a/b",
      "a/b.",
      "a/b\n",
      "a/b?x=1",
      "https://huggingface.co/a/b",
      `org/${long}`,
      "org/naïve",
    ]
  ) {
    refuses(
      () => hub(name),
      /^Expected "model" to be a model of the Hugging Face Hub as "org\/name" but found "/,
    );
  }
  // @ts-expect-error a number is no name
  refuses(() => hub(5), /"model" to be a model .* but found 5 in hub\(\)$/);
  // @ts-expect-error no model
  refuses(() => hub(), /"model"/);
});

Deno.test("hub() refuses options that are unknown or out of range", () => {
  refuses(() => hub(model, { context: 4 }), /"context" to be a whole number from 8 to 1048576 but found 4/);
  refuses(() => hub(model, { context: 20.5 }), /"context"/);
  for (const revision of ["", "a b", "-x", "x\ny", "x".repeat(256)]) {
    refuses(() => hub(model, { revision }), /"revision" to be a branch, tag or commit but found/);
  }
  // @ts-expect-error misspelt
  const misspelt = (): unknown => hub(model, { contxt: 64 });
  refuses(misspelt, /Unknown option "contxt" \(Did you mean "context"\?\) in hub\(\)/);
  // @ts-expect-error one model is enough
  assert.equal(hub(model, { model: "other/model" }).options.model, model);
});

Deno.test("hub() is rebuilt with one option changed", () => {
  const policy = hub(model, { revision: "v1.0" });
  const again = policy.rebuild({ ...policy.given, context: 512 });
  assert.deepEqual(again.options, { ...hub(model).options, revision: "v1.0", context: 512 });
  refuses(() => policy.rebuild({ ...policy.given, model: "none" }), /"model" to be/);
});

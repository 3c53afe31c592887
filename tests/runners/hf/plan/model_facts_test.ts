import assert from "node:assert/strict";
import { adapterParameters, keyValueBytes, modelFacts } from "exitlab/runners/hf/plan/model_facts.ts";

const llama = modelFacts("meta-llama/Llama-3.2-3B-Instruct") ?? assert.fail();

Deno.test("modelFacts() knows the models of the experiments", () => {
  const sizes = [
    ["meta-llama/Llama-3.2-3B-Instruct", 3.21e9],
    ["Qwen/Qwen2.5-0.5B-Instruct", 0.494e9],
    ["Qwen/Qwen2.5-7B-Instruct", 7.62e9],
    ["HuggingFaceTB/SmolLM2-135M-Instruct", 0.1345e9],
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", 7.62e9],
    ["Qwen/Qwen2.5-Coder-1.5B-Instruct", 1.54e9],
  ] as const;
  for (const [model, parameters] of sizes) {
    const facts = modelFacts(model) ?? assert.fail(model);
    assert.ok(Math.abs(facts.parameters / parameters - 1) < 0.01, model);
    assert.equal(facts.guessed, null);
  }
});

Deno.test("modelFacts() counts as many parameters as the widths come to", () => {
  for (const model of ["Llama-3.2-3B", "Qwen2.5-0.5B", "Qwen2.5-7B", "SmolLM2-135M", "Qwen2.5-Coder-1.5B"]) {
    const { parameters, shape } = modelFacts(`org/${model}`) ?? assert.fail(model);
    // An adapter of rank 1 has in + out of each matrix; the matrices have in × out.
    const { layers, width, keyValueHeads, headSize, feed, vocabulary } = shape;
    const block = 2 * width * width + 2 * width * keyValueHeads * headSize + 3 * width * feed;
    const counted = layers * block + vocabulary * width * (model === "Qwen2.5-7B" ? 2 : 1);
    assert.ok(Math.abs(counted / parameters - 1) < 0.01, `${model}: ${counted}, ${parameters}`);
  }
});

Deno.test("modelFacts() reads a size off the name and says so", () => {
  const facts = modelFacts("someone/Mystery-13B-chat") ?? assert.fail();
  assert.equal(facts.parameters, 13e9);
  assert.match(facts.source, /P = 13e9 parameters, read off "13B" in its name/);
  assert.match(facts.guessed ?? "", /those of (Qwen2\.5-7B|DeepSeek-R1-Distill-Qwen-7B) stand in/);
  assert.equal(modelFacts("someone/small_360M")?.parameters, 360e6);
  assert.equal(modelFacts("someone/x-1.7b.v2")?.parameters, 1.7e9);
});

Deno.test("modelFacts() takes no other number for a size", () => {
  for (const name of ["v2b-model", "model-4bit", "gpt2", "llama", "0B", "a-b"]) {
    assert.equal(modelFacts(`someone/${name}`), undefined, name);
  }
});

Deno.test("modelFacts() takes the user's word for the size, and known widths all the same", () => {
  const facts = modelFacts("meta-llama/Llama-3.2-3B-Instruct", 3.3e9) ?? assert.fail();
  assert.deepEqual([facts.parameters, facts.shape, facts.guessed], [3.3e9, llama.shape, null]);
  assert.match(facts.source, /as --parameters says/);
  assert.equal(modelFacts("someone/mystery", 1e9)?.guessed?.includes("Qwen2.5-Coder-1.5B"), true);
});

Deno.test("keyValueBytes() and adapterParameters() are as docs/scale_out.md has them", () => {
  assert.equal(keyValueBytes(llama.shape), 114_688);
  assert.equal(adapterParameters(llama.shape, 1), 28 * 54_272);
});

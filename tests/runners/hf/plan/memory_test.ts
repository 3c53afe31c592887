import assert from "node:assert/strict";
import { ownTrainerMemory, skyrlMemory } from "exitlab/runners/hf/plan/memory.ts";
import { modelFacts } from "exitlab/runners/hf/plan/model_facts.ts";

const facts = modelFacts("meta-llama/Llama-3.2-3B-Instruct") ?? assert.fail();
const full = { facts, rank: null, context: 2048 };

/** GB, one digit after the point. */
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

Deno.test("ownTrainerMemory() has the sums of docs/scale_out.md", () => {
  const { bytes, sentences } = ownTrainerMemory(full, 1);
  assert.equal(gigabytes(bytes), "92.7");
  const text = sentences.join("\n");
  for (const figure of ["22 B a parameter, 70.7 GB", "0.7 GB", "6.3 GB", "115 kB a token, 15.0 GB"]) {
    assert.ok(text.includes(figure), figure);
  }
});

Deno.test("ownTrainerMemory() of an adapter has the sums of docs/scale_out.md", () => {
  const { bytes, sentences } = ownTrainerMemory({ ...full, rank: 32 }, 1);
  assert.match(sentences.join("\n"), /48\.6e6 of the adapter, 7\.6 GB/);
  assert.equal(gigabytes(bytes), "29.6");
});

Deno.test("skyrlMemory() has the sums of docs/scale_out.md, and a layer that is gathered", () => {
  for (
    const [gpus, sharded, bytes] of [[1, "51.4", "59.4"], [4, "12.9", "20.9"], [8, "6.4", "14.4"]] as const
  ) {
    const memory = skyrlMemory(full, gpus);
    assert.ok(
      memory.sentences.join().includes(`51.4 GB over ${gpus} GPUs = ${sharded} GB a GPU`),
      String(gpus),
    );
    assert.equal(gigabytes(memory.bytes), bytes);
  }
});

Deno.test("a longer context takes more, as a sequence is never parted", () => {
  const long = { ...full, context: 16_384 };
  assert.ok(skyrlMemory(long, 8).bytes > skyrlMemory(full, 8).bytes + 15e9);
  assert.equal(ownTrainerMemory({ ...full, context: 4096 }, 1).bytes, ownTrainerMemory(full, 1).bytes);
});

Deno.test("ownTrainerMemory() over several GPUs leaves each a part, and a whole pass", () => {
  const [one, two, four] = [1, 2, 4].map((gpus) => ownTrainerMemory(full, gpus).bytes);
  assert(one !== undefined && two !== undefined && four !== undefined);
  assert.ok(one > two && two > four && four > one / 4);
});

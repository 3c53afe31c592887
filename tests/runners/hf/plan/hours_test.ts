import assert from "node:assert/strict";
import { knownAccelerator } from "exitlab/runners/hf/plan/accelerators.ts";
import { cpuHours, gpuHours, type GpuJob } from "exitlab/runners/hf/plan/hours.ts";
import { modelFacts } from "exitlab/runners/hf/plan/model_facts.ts";

const facts = modelFacts("meta-llama/Llama-3.2-3B-Instruct") ?? assert.fail();

/** 100 steps as in docs/scale_out.md: 1,024 responses of 800 tokens to prompts of 600. */
const job = (accelerator: string, change: Partial<GpuJob> = {}): GpuJob => ({
  facts,
  adapter: false,
  work: {
    drawn: 100 * 1024 * 800,
    evaluated: 0,
    trained: 100 * 1024 * 1400,
    read: { turns: 0, episodes: 0 },
    prompt: 600,
    response: 800,
    atOnce: { train: 1024, test: 1024 },
    sentences: [],
  },
  accelerator: knownAccelerator(accelerator) ?? assert.fail(accelerator),
  gpus: 1,
  engine: "skyrl",
  downloads: false,
  ...change,
});

/** Without what SkyRL takes to set up. */
const hours = (asked: GpuJob): number => gpuHours(asked).hours - 20 / 60;

Deno.test("gpuHours() comes to the hours of docs/scale_out.md", () => {
  for (const [name, one, eight] of [["A100", 13.7, 2.3], ["H100", 5.8, 1.0], ["H200", 5.2, 0.9]] as const) {
    assert.ok(Math.abs(hours(job(name)) - one) < 0.1, `${name}: ${hours(job(name))}`);
    const several = hours(job(name, { gpus: 8 }));
    // A GPU then draws 128 sequences at once, fewer than it could.
    assert.ok(several > eight - 0.05 && several < eight * 1.2, `${name}: ${several}`);
  }
});

Deno.test("gpuHours() tells the rates of docs/scale_out.md", () => {
  const rates = (["A100", "H100", "H200"] as const).map((name) =>
    /([\d,]+) tokens a second in training/.exec(gpuHours(job(name)).sentences.join("\n"))?.[1] ?? ""
  );
  for (const [at, wanted] of [8700, 14_400, 20_600].entries()) {
    assert.ok(Math.abs(Number(rates[at]?.replace(",", "")) / wanted - 1) < 0.01, `${rates[at]}, ${wanted}`);
  }
});

Deno.test("gpuHours() draws no more at once than keys and values find room for", () => {
  const seven = modelFacts("Qwen/Qwen2.5-7B-Instruct") ?? assert.fail();
  const { work } = job("A100");
  const long = job("A100", { facts: seven, work: { ...work, prompt: 7936, response: 512 } });
  // 80 % of 80 GB less 15.2 GB of weights hold 100.7 sequences of 8,448 tokens of 57,344 B; half of a response is there on average.
  const sequences = (64e9 - 15_231_233_024) / (57_344 * 8448);
  const rate = sequences * 2.04e12 * 0.6 / (15_231_233_024 + sequences * 8192 * 57_344);
  const said = /([\d,]+) tokens a second in training/.exec(gpuHours(long).sentences.join("\n"))?.[1];
  assert.equal(said, Math.round(rate).toLocaleString("en-US"));
});

Deno.test("gpuHours() takes a measured rate in the place of the estimate", () => {
  const { hours: taken, sentences } = gpuHours(job("H100", { tokensPerSecond: 1000 }));
  assert.ok(Math.abs(taken - (100 * 1024 * 800 / 1000 / 3600 + 3.68 + 1 / 3)) < 0.1, String(taken));
  assert.match(sentences.join("\n"), /1,000 tokens a second, as --tokens-per-second says/);
});

Deno.test("gpuHours() of the own trainer draws more slowly, and no faster with more GPUs", () => {
  const own = (gpus: number): number => gpuHours(job("H200", { engine: "exitlab", gpus })).hours;
  assert.ok(own(1) > hours(job("H200")) * 1.5);
  assert.equal(own(1), own(4));
});

Deno.test("gpuHours() counts evaluations, reading, an adapter's savings and the download", () => {
  const base = gpuHours(job("H100")).hours;
  const { work } = job("H100");
  assert.ok(gpuHours(job("H100", { work: { ...work, evaluated: 1e8 } })).hours > base + 2);
  assert.ok(gpuHours(job("H100", { work: { ...work, read: { turns: 0, episodes: 1e9 } } })).hours > base + 4);
  assert.ok(gpuHours(job("H100", { adapter: true })).hours < base - 1);
  assert.ok(gpuHours(job("H100", { downloads: true })).hours > base);
});

Deno.test("cpuHours() of the job that was measured is what was measured, and the set-up", () => {
  const { hours: taken } = cpuHours({ layers: 3, width: 64 }, 1.67e6, 2);
  assert.ok(Math.abs(taken * 3600 - 180 - 893 / 12) < 1e-9);
  const wider = cpuHours({ layers: 3, width: 128 }, 1.67e6, 2).hours;
  assert.ok(Math.abs((wider * 3600 - 180) / (taken * 3600 - 180) - 4) < 1e-9);
  assert.ok(
    cpuHours({ layers: 3, width: 64 }, 1.67e8, 8).hours <
      cpuHours({ layers: 3, width: 64 }, 1.67e8, 2).hours / 2,
  );
  assert.match(
    cpuHours({ layers: 3, width: 64 }, 1e6, 2, 500).sentences.join(),
    /500 tokens a second, training included, as --tokens-per-second/,
  );
});

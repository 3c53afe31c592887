import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compare,
  defineExperiment,
  exit,
  type Experiment,
  grpo,
  gsm8k,
  hub,
  improve,
  math,
  tinyTransformer,
  uniform,
} from "exitlab";
import exitMath from "exitlab/experiments/exit_math.ts";
import paperMath from "exitlab/experiments/paper_math.ts";
import paperMle from "exitlab/experiments/paper_mle.ts";
import type { ArmPlacement } from "exitlab/lib/experiment/plan.ts";
import type { PlacementOptions } from "exitlab/runners/hf/plan/arm_options.ts";
import { narrowPlacement, place } from "exitlab/runners/hf/plan/place.ts";
import { hoursText } from "exitlab/runners/hf/plan/write_figures.ts";
import { mind, plain, toy } from "../../../lib/experiment/stubs.ts";
import { compiled, listOf, machines } from "./list.ts";

const domain = math({ source: gsm8k(), trainingTasks: 64, testTasks: 64 });

/** An experiment of one arm, "uniform", that SkyRL can train unless asked otherwise. */
function training(
  model: string,
  change: { kl?: number; iterations?: number; rank?: number; context?: number } = {},
): Experiment {
  const { kl, iterations = 10, rank, context = 2048 } = change;
  return defineExperiment({
    name: "placed",
    domain,
    policy: hub(model, { context, ...rank === undefined ? {} : { adapter: { rank } } }),
    objective: grpo({
      groups: 16,
      entropy: 0,
      clipNorm: 1e9,
      kl: kl === undefined ? null : { coefficient: kl },
    }),
    curriculum: uniform(),
    budget: { iterations },
    evaluate: { every: 0, steps: 1, samples: 1, tasks: 16 },
    sampling: { maxTokens: 512 },
  });
}

/** The one arm's placement. */
function placed(experiment: Experiment, options: PlacementOptions = {}, ...flavors: string[]): ArmPlacement {
  const { arms } = place(compiled(experiment), listOf(...flavors), options);
  return Object.values(arms)[0] ?? assert.fail("no arm");
}

const small = "Qwen/Qwen2.5-0.5B-Instruct";
const three = "meta-llama/Llama-3.2-3B-Instruct";
const seven = "Qwen/Qwen2.5-7B-Instruct";

Deno.test("place() takes the own trainer where one GPU is enough, with its image", () => {
  for (const model of [small, three]) {
    const { engine, gpus, image } = placed(training(model));
    assert.deepEqual([engine, gpus, image], ["exitlab", 1, "ghcr.io/astral-sh/uv:python3.12-bookworm"]);
  }
});

Deno.test("place() takes SkyRL on several GPUs where one is too small, with the image that its pages name", () => {
  const { engine, gpus, image, arithmetic } = placed(training(seven));
  assert.equal(engine, "skyrl");
  assert.ok(gpus > 1);
  assert.equal(image, "novaskyai/skyrl-train-ray-2.57.0-py3.12-cu13.0");
  assert.match(
    arithmetic.join("\n"),
    /The own trainer on one GPU needs 183\.4 GB a GPU, 49\.4 GB more than h200 has/,
  );
});

Deno.test("place() spreads the own trainer over several GPUs where SkyRL lacks what is asked, and says what", () => {
  const { engine, gpus, arithmetic } = placed(training(seven, { kl: 0.001 }));
  assert.deepEqual([engine, gpus > 1], ["exitlab", true]);
  const text = arithmetic.join("\n");
  assert.match(
    text,
    /SkyRL cannot train it: objective\.kl has the coefficient 0\.001, and it keeps no frozen reference/,
  );
  assert.match(text, /that makes room, no speed/);
});

Deno.test("place() chooses the lowest expected cost of those that fit, whatever the list's order", () => {
  const of = (model: string): Experiment => training(model, { iterations: 200 });
  const cost = (flavor: string): number => placed(of(small), { flavor }).cost.expected ?? Infinity;
  const chosen = placed(of(small));
  for (const flavor of ["l4x1", "a10g-small", "a10g-large", "l40sx1", "a100-large", "h200", "rtx-pro-6000"]) {
    assert.ok((chosen.cost.expected ?? Infinity) <= cost(flavor) * 1.01, flavor);
  }
  const list = listOf();
  const reversed = place(compiled(of(small)), { ...list, machines: list.machines.toReversed() }, {});
  assert.equal(Object.values(reversed.arms)[0]?.flavor, chosen.flavor);
});

Deno.test("place() takes the faster of two machines that cost the same", () => {
  const [a100] = listOf("a100-large").machines;
  assert(a100 !== undefined && a100.accelerators !== null && a100.accelerators.assumed !== null);
  const assumed = { ...a100.accelerators.assumed };
  // Nothing but time on the GPU counts if there is much of it.
  const twice = {
    ...a100,
    flavor: "twice",
    pricePerHour: 5,
    accelerators: {
      ...a100.accelerators,
      assumed: { ...assumed, peak: assumed.peak * 2, bandwidth: assumed.bandwidth * 2 },
    },
  };
  for (const list of [[a100, twice], [twice, a100]]) {
    const { arms } = place(
      compiled(training(small, { iterations: 9000 })),
      { ...listOf(), machines: list },
      {},
    );
    assert.equal(Object.values(arms)[0]?.flavor, "twice");
  }
});

Deno.test("place() passes over accelerators that it does not know, and takes one that is asked for with a time-out", () => {
  assert.match(
    placed(training(small)).arithmetic.join("\n"),
    /Passed over, as nothing is known of how fast they are: Inferentia2/,
  );
  const asked = placed(training(small), { flavor: "inf2x6", timeout: 5 });
  assert.deepEqual([asked.hours, asked.cost, asked.timeoutSeconds], [
    null,
    { expected: null, most: 20 },
    18_000,
  ]);
  assert.match(asked.unknown.join("\n"), /How fast Inferentia2 is, so how long a job takes/);
  assert.throws(
    () => placed(training(small), { flavor: "inf2x6" }),
    /Cannot tell how long .* give --timeout HOURS/,
  );
  assert.throws(() => placed(training(small), {}, "inf2x6"), /the list has no GPU that is known/);
});

Deno.test("place() refuses a model that is too large, with what is missing", () => {
  assert.throws(() => placed(training("someone/big-405B")), {
    name: "UserError",
    message:
      /^No machine of the hardware list can train arm "uniform": the own trainer on one GPU needs [\d.]+ GB a GPU, [\d.]+ GB more than h200 has; SkyRL \(FSDP\) needs [\d.]+ GB a GPU, [\d.]+ GB more than h200x8 has; the own trainer with its layers over several GPUs needs/,
  });
  assert.throws(
    () => placed(training(three), { flavor: "l4x1" }),
    /^UserError: The machine l4x1 cannot train arm "uniform": the own trainer on one GPU needs 92\.7 GB a GPU, 69\.9 GB more than l4x1 has$/,
  );
  assert.throws(
    () => placed(training(seven, { iterations: 1_000_000 })),
    /a job may take 168 h, so ask for fewer tokens/,
  );
});

Deno.test("place() refuses to choose for a model whose size it cannot tell", () => {
  const mystery = training("someone/mystery");
  assert.throws(
    () => placed(mystery),
    /Cannot tell how large someone\/mystery is \(arm "uniform"\); give --parameters N/,
  );
  assert.throws(() => placed(mystery, { flavor: "a100x4" }), /give --parameters N/);
  const asked = placed(mystery, { flavor: "a100x4", timeout: 2, engine: "skyrl" });
  assert.deepEqual([asked.engine, asked.gpus, asked.hours, asked.cost.most], ["skyrl", 4, null, 20]);
  assert.match(asked.unknown.join(), /How large someone\/mystery is/);
  assert.equal(placed(mystery, { parameters: 3.2e9 }).gpus, 1);
});

Deno.test("place() keeps to an engine, image, machine and time-out that are asked for", () => {
  const asked = placed(training(three), {
    engine: "skyrl",
    flavor: "a100x8",
    image: "me/mine:1",
    timeout: 12,
  });
  assert.deepEqual([asked.engine, asked.flavor, asked.gpus, asked.image, asked.timeoutSeconds], [
    "skyrl",
    "a100x8",
    8,
    "me/mine:1",
    43_200,
  ]);
  assert.equal(asked.cost.most, 240);
  assert.throws(() => placed(training(three, { kl: 1 }), { engine: "skyrl" }), {
    message: /^Cannot train arm "uniform" with SkyRL: objective\.kl has .+ \(--set 'objective\.kl=null'\)$/,
  });
  assert.throws(
    () => placed(training(three), { engine: "embedded" }),
    /the embedded engine trains no hub\(\) policy/,
  );
  assert.throws(
    () => placed(exitMath, { engine: "skyrl" }),
    /its policy is trained by the embedded engine alone/,
  );
  assert.throws(
    () => placed(training(three), { flavor: "a100-larg" }),
    /found "a100-larg" \(did you mean a100-large\?\)/,
  );
});

Deno.test("place() puts the embedded engine on the cheapest CPU with two cores", () => {
  const { arms, secrets, cost } = place(compiled(exitMath, { seeds: [1, 2] }), listOf(), {});
  const [first, ...others] = Object.values(arms);
  assert(first !== undefined);
  assert.deepEqual([first.flavor, first.engine, first.gpus, first.image], [
    "cpu-basic",
    "embedded",
    0,
    "denoland/deno:debian-2.9.6",
  ]);
  assert.equal(others.length, 3);
  assert.deepEqual(secrets, []);
  assert.ok(cost.most > 0 && cost.most < 1);
  assert.equal(placed(exitMath, { flavor: "cpu-xl" }).flavor, "cpu-xl");
  assert.throws(() => placed(exitMath, {}, "h200"), /none without a GPU has 2 cores/);
});

Deno.test("place() says an arm's hours as its sentences do, and refuses a size that nothing has", () => {
  const arm = placed(exitMath);
  const { hours, arithmetic } = arm;
  assert(hours !== null && arithmetic[0]?.includes(`, ${hoursText(hours)} a job:`), arithmetic[0]);
  assert.throws(
    () => placed(exitMath, { parameters: 1e9 }),
    /Cannot use --parameters with this experiment: no arm has hub\(\) as its policy/,
  );
});

Deno.test("place() of a policy that it does not know needs a machine and a time-out", () => {
  const strange = compare({
    name: "strange",
    base: { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: 1000 } },
    arms: { exit: { curriculum: exit(), operators: [improve()] } },
  });
  assert.throws(
    () => placed(strange),
    /Cannot tell how large the policy "mind" of arm "exit" is; give both --flavor/,
  );
  assert.equal(placed(strange, { flavor: "cpu-upgrade", timeout: 1 }).hours, null);
});

Deno.test("place() gives the token to jobs that download a model, and names other secrets", () => {
  const secrets = (experiment: Experiment, options: PlacementOptions = {}): readonly string[] =>
    place(compiled(experiment), listOf(), options).secrets;
  assert.deepEqual(secrets(training(small)), ["HF_TOKEN"]);
  assert.deepEqual(secrets(training(small), { secrets: ["WANDB_API_KEY", "HF_TOKEN"] }), [
    "HF_TOKEN",
    "WANDB_API_KEY",
  ]);
  assert.deepEqual(secrets(training("local/model-1B")), []);
  assert.deepEqual(secrets(exitMath, { secrets: ["MINE"] }), ["MINE"]);
});

Deno.test("place() refuses what may cost more than --max-cost", () => {
  const all = place(compiled(paperMath), listOf(), {});
  assert.throws(() => place(compiled(paperMath), listOf(), { maxCost: 100 }), {
    name: "UserError",
    message:
      /^Expected all jobs to cost at most \$100\.00 \(--max-cost\) but found that they may cost \$[\d,.]+ \(\$[\d,.]+ expected\); take fewer/,
  });
  assert.deepEqual(place(compiled(paperMath), listOf(), { maxCost: all.cost.most }), all);
});

Deno.test("place() adds up: what an arm costs follows from hours, time-out and price, and all jobs from their arms", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e8, max: 3e10, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      (parameters, iterations, adapter) => {
        const experiment = training("someone/mystery", { iterations, ...adapter ? { rank: 32 } : {} });
        const placement = place(compiled(experiment, { seeds: [1, 2, 3] }), listOf(), { parameters });
        const { uniform: arm } = placement.arms;
        assert(arm !== undefined && arm.hours !== null && arm.cost.expected !== null);
        const machine = machines.find(({ flavor }) => flavor === arm.flavor);
        assert.equal(machine?.pricePerHour, arm.pricePerHour);
        assert.equal(machine?.accelerators?.count, arm.gpus);
        assert.ok(arm.hours * 3600 < arm.timeoutSeconds);
        assert.ok(Math.abs(arm.cost.expected - arm.hours * arm.pricePerHour) < 0.05);
        assert.ok(Math.abs(arm.cost.most - arm.timeoutSeconds / 3600 * arm.pricePerHour) < 0.001);
        assert.ok(arm.cost.expected < arm.cost.most);
        assert.ok(Math.abs(placement.cost.most - 3 * arm.cost.most) < 0.001);
        assert.equal(arm.engine === "skyrl", arm.gpus > 1);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("narrowPlacement() keeps the arms of some jobs, and what those cost", () => {
  const all = place(compiled(exitMath, { seeds: [1, 2] }), listOf(), {});
  const some = narrowPlacement(all, ["exit"]);
  assert.deepEqual(Object.keys(some.arms), ["exit"]);
  assert.deepEqual(some.cost, all.arms.exit?.cost);
  assert.deepEqual(some.hardware, all.hardware);
});

Deno.test("place() tells of programs, whose time is not known, and of a list that is old", () => {
  assert.deepEqual(placed(training(small)).unknown, [
    "Whether the driver of these machines fits the CUDA libraries of the newest PyTorch",
  ]);
  assert.deepEqual(placed(paperMle).unknown, [
    'How long the 27,283 programs of the domain "competitions" run, up to 300 s each, 2273.6 h one after another: no figure ' +
    "includes it, so leave room with --timeout",
    "Whether the driver of these machines is r580 or newer, which CUDA 13 in SkyRL's image needs",
  ]);
  const list = { ...listOf(), note: "Prices are old" };
  const { arms } = place(compiled(exitMath), list, {});
  assert.deepEqual(Object.values(arms)[0]?.unknown, ["Prices are old"]);
  assert.equal(tinyTransformer().kind, "tiny-transformer");
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Domain } from "../../../lib/domain/domain.ts";
import { hub } from "../../../lib/engine/hub.ts";
import { compare } from "../../../lib/experiment/compare.ts";
import { compile, type CompileOptions } from "../../../lib/experiment/compile.ts";
import { defineExperiment } from "../../../lib/experiment/define_experiment.ts";
import type { Experiment } from "../../../lib/experiment/experiment.ts";
import { extend } from "../../../lib/experiment/extend.ts";
import type { Plan } from "../../../lib/experiment/plan.ts";
import { isJson } from "../../../lib/json.ts";
import { diverge, endless, exit, fixedDepth, improve, mind, plain, toy, uniform } from "./stubs.ts";

const base = {
  domain: toy({ size: 5 }),
  policy: mind(),
  objective: plain({ groupSize: 4 }),
  budget: { tokens: 100_000 },
  evaluate: { steps: 4 },
};
const arms = {
  grpo: { curriculum: uniform() },
  chain: { curriculum: fixedDepth({ depth: 2 }), budget: { tokens: 50_000 } },
  exit: { curriculum: exit(), operators: [improve(), diverge({ probability: 0.3 })] },
} as const;
const quick = {
  arms: ["grpo", "exit"],
  set: { "budget.tokens": 1000, "arms.chain.curriculum.depth": 1 },
} as const;
const comparison = compare({ name: "toys", base, arms, seeds: [1, 2, 3], quick });

/** The plan of the comparison. */
const planOf = (options: CompileOptions = {}): Plan => compile(comparison, options).plan;
const source = (options: CompileOptions, path: string, arm = "exit"): string | undefined =>
  planOf(options).arms[arm]?.sources[path];

Deno.test("compile() takes domains of several turns, and says by how many turns it multiplied", () => {
  const toyDomain = toy({ size: 5 });
  const talkative: Domain = {
    ...toyDomain,
    traits: { turns: "multi", quality: "binary", feedback: false },
    longest: { prompt: 10, response: 5 },
    mostTurns: { train: 3, test: 3 },
    rebuild: () => talkative,
  };
  const { plan, jobs } = compile(
    compare({ name: "toys", base: { ...base, domain: talkative }, arms, seeds: [1, 2, 3] }),
  );
  assert(isJson(plan));
  assert.deepEqual(Object.values(plan.arms).map(({ arithmetic }) => arithmetic.turns?.train), [3, 3, 3]);
  const single = planOf();
  assert(plan.estimate.evaluationTokens > single.estimate.evaluationTokens);
  assert(Object.values(single.arms).every(({ arithmetic }) => !("turns" in arithmetic)));
  // What a domain says of its lengths decides no result.
  assert.deepEqual(jobs.map(({ hash }) => hash), compile(comparison).jobs.map(({ hash }) => hash));
});

Deno.test("compile() makes one job an arm and seed, with ids that tell them apart", () => {
  const { plan, jobs } = compile(comparison, { file: "toys.ts" });
  assert.equal(plan.format, "exitlab.plan/1");
  assert.equal(plan.experiment.file, "toys.ts");
  assert.equal(jobs.length, 9);
  assert.equal(new Set(jobs.map(({ id }) => id)).size, 9);
  assert.equal(new Set(jobs.map(({ hash }) => hash)).size, 9);
  assert.deepEqual(plan.jobs, jobs.map(({ id, hash, arm, seed }) => ({ id, hash, arm, seed })));
  for (const { id, arm, seed, hash } of jobs) assert.equal(id, `toys-${arm}-s${seed}-${hash.slice(0, 8)}`);
});

Deno.test("compile() gives a plan that is JSON and survives being written", () => {
  const plan = planOf({ quick: true, set: ["domain.note=hello"] });
  assert.ok(isJson(plan));
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

Deno.test("compile() fills in defaults from the domain", () => {
  const settings = compile(comparison).jobs[0]?.settings;
  assert.deepEqual(settings?.sampling, { temperature: 1, maxTokens: 6, publishEvery: 1 });
  assert.deepEqual(settings?.evaluate, {
    every: 50,
    steps: 4,
    samples: 2,
    tasks: 100,
    temperature: 1,
    topP: 1,
    resamples: 5,
  });
  assert.deepEqual(settings?.budget, { tokens: 100_000, rollouts: null, iterations: null });
  assert.deepEqual(settings?.checkpoint, { every: 25 });
  assert.deepEqual(settings?.operators, []);
});

Deno.test("compile() fills in defaults for a domain that says nothing", () => {
  const experiment = defineExperiment({
    ...base,
    name: "endless",
    domain: endless(),
    policy: mind({ context: 512 }),
    curriculum: uniform(),
  });
  const [job] = compile(experiment).jobs;
  assert.equal(job?.settings.sampling.maxTokens, 256);
  assert.equal(job?.settings.evaluate.tasks, 256);
  assert.equal(job?.seed, 1);
  assert.equal(job?.arm, "uniform");
});

Deno.test("compile() names the layer that decided each option", () => {
  assert.equal(source({}, "domain"), "base");
  assert.equal(source({}, "domain.size"), "base");
  assert.equal(source({}, "domain.tests"), "default");
  assert.equal(source({}, "curriculum"), "arm");
  assert.equal(source({}, "curriculum.probability"), "default");
  assert.equal(source({}, "operators.diverge.probability"), "arm");
  assert.equal(source({}, "operators", "grpo"), "default");
  assert.equal(source({}, "budget.tokens", "chain"), "arm");
  assert.equal(source({}, "budget.iterations", "chain"), "default");
  assert.equal(source({ quick: true }, "budget.tokens"), "--quick");
  assert.equal(source({ quick: true, set: ["budget.tokens=5"] }, "budget.tokens"), "--set");
  assert.equal(source({ set: ["domain.nested.low=1"] }, "domain.nested.low"), "--set");
  assert.equal(source({ set: ["domain.nested.low=1"] }, "domain.nested.high"), "default");
  assert.equal(source({ set: ['domain.nested={"low":1}'] }, "domain.nested.low"), "--set");
});

Deno.test("compile() tells every option of the settings where it comes from", () => {
  for (const { settings, sources } of Object.values(planOf().arms)) {
    for (const group of ["budget", "sampling", "evaluate", "checkpoint"]) {
      for (const key of Object.keys(settings[group] ?? {})) assert.ok(sources[`${group}.${key}`], key);
    }
    for (const role of ["domain", "policy", "objective", "curriculum"]) assert.ok(sources[role], role);
  }
});

Deno.test("compile() selects arms and seeds in the experiment's order", () => {
  const { plan } = compile(comparison, { arms: ["exit", "grpo"], seeds: [9, 2] });
  assert.deepEqual(Object.keys(plan.arms), ["grpo", "exit"]);
  assert.deepEqual(plan.jobs.map(({ arm, seed }) => `${arm}${seed}`), ["grpo9", "grpo2", "exit9", "exit2"]);
});

Deno.test("compile() runs all arms and the first seed under --quick unless told otherwise", () => {
  const { plan } = compile(comparison, { quick: true });
  assert.deepEqual([Object.keys(plan.arms), plan.seeds], [["grpo", "exit"], [1]]);
  const silent = extend(comparison, { quick: {} });
  assert.equal(compile(silent, { quick: true }).jobs.length, 3);
  const asked = compile(comparison, { quick: true, arms: ["chain"], seeds: [7] });
  assert.deepEqual(asked.jobs.map(({ arm, seed }) => [arm, seed]), [["chain", 7]]);
  assert.deepEqual(asked.jobs[0]?.settings.curriculum.options, { depth: 1 });
});

Deno.test("compile() refuses arms and seeds that are not there", () => {
  assert.throws(
    () => planOf({ arms: ["exot"] }),
    /has no arm "exot" \(did you mean "exit"\? arms are grpo, chain, exit\)/,
  );
  assert.throws(() => planOf({ arms: ["zzzz"] }), /has no arm "zzzz" \(arms are grpo, chain, exit\)/);
  assert.throws(() => planOf({ seeds: [1.5] }), /a whole number of at least 0 but found 1.5/);
  assert.throws(() => planOf({ seeds: [1, 1] }), /"--seed" to be all different but found 1 twice/);
});

Deno.test("compile() hashes what decides a result and nothing else", () => {
  const hashes = (plan: Plan): string[] => plan.jobs.map(({ hash }) => hash);
  const before = planOf();
  for (
    const same of [
      planOf({ set: ["checkpoint.every=1"] }),
      planOf({ file: "elsewhere.ts" }),
      planOf({ set: ["domain.tests=100", "evaluate.steps=4"] }),
      compile(extend(comparison, { name: "renamed" })).plan,
    ]
  ) assert.deepEqual([same.hash, ...hashes(same)], [before.hash, ...hashes(before)]);
  for (
    const set of [
      "budget.tokens=5",
      "domain.size=6",
      "evaluate.every=1",
      "sampling.temperature=2",
      "policy.context=99",
    ]
  ) {
    const changed = planOf({ set: [set] });
    assert.notEqual(changed.hash, before.hash, set);
    for (const hash of hashes(changed)) assert.ok(!hashes(before).includes(hash), set);
  }
  const quickJob = compile(comparison, { quick: true, arms: ["exit"] }).jobs[0];
  const slowJob = compile(comparison, { arms: ["exit"], seeds: [1], set: ["budget.tokens=1000"] }).jobs[0];
  assert.equal(quickJob?.hash, slowJob?.hash);
});

Deno.test("compile() hashes equal arms alike under different names, and orders of operators apart", () => {
  const twin = compare({
    name: "twins",
    base: { ...base, curriculum: exit() },
    arms: {
      a: {},
      b: { curriculum: exit({ probability: 0.5 }) },
      c: { operators: [improve(), diverge()] },
      d: { operators: [diverge(), improve()] },
    },
  });
  const [a, b, c, d] = compile(twin).jobs;
  assert.equal(a?.hash, b?.hash);
  assert.notEqual(a?.id, b?.id);
  assert.notEqual(c?.hash, d?.hash);
});

Deno.test("compile() gives the same hashes whatever the order of keys, arms and seeds", () => {
  const shuffled = <Value>(record: Readonly<Record<string, Value>>): fc.Arbitrary<Record<string, Value>> =>
    fc.shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length })
      .map((entries) => Object.fromEntries(entries));
  const before = planOf();
  const jobs = new Set(before.jobs.map(({ hash }) => hash));
  fc.assert(
    fc.property(
      shuffled(comparison.base),
      shuffled(comparison.arms),
      fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
      (otherBase, otherArms, seeds) => {
        const { plan } = compile({ ...comparison, base: otherBase, arms: otherArms, seeds });
        assert.equal(plan.hash, before.hash);
        assert.deepEqual(new Set(plan.jobs.map(({ hash }) => hash)), jobs);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("compile() sums the estimate over arms and seeds", () => {
  const { arms: planned, estimate } = planOf();
  const figures = Object.values(planned).map(({ arithmetic }) => arithmetic);
  assert.equal(
    estimate.trainingTokens,
    3 * figures.reduce((sum, { trainingTokens }) => sum + trainingTokens, 0),
  );
  assert.equal(estimate.tokens, estimate.trainingTokens + estimate.evaluationTokens);
});

const model = "org/model";
const onHub = compare({
  name: "hubs",
  base: { ...base, policy: hub(model), sampling: { maxTokens: 64 } },
  arms: { grpo: { curriculum: uniform() }, exit: { curriculum: exit(), operators: [improve()] } },
});

Deno.test("compile() refuses an arm whose policy the runner cannot train", () => {
  const refused = (options: CompileOptions, message: string, experiment: Experiment = onHub): void =>
    assert.throws(() => compile(experiment, options), { name: "UserError", message });
  refused(
    { arms: ["exit"] },
    'Arm "exit" has the policy hub(), which the local runner cannot train; add --runner tgi or --runner hf',
  );
  refused(
    { runner: "tgi" },
    'Arm "grpo" has the policy mind(), which the tgi runner cannot train; take --runner local or --runner hf',
    comparison,
  );
  const mixed = extend(onHub, { arms: { tiny: { policy: mind(), curriculum: uniform() } } });
  for (const runner of ["local", "tgi"] as const) {
    assert.throws(() => compile(mixed, { runner }), /cannot train/);
  }
  assert.equal(compile(mixed, { runner: "hf" }).jobs.length, 3);
  assert.equal(compile(mixed, { runner: "local", arms: ["tiny"] }).jobs.length, 1);
});

Deno.test("compile() gives a job the same hash wherever it runs, and keeps the runner in the plan", () => {
  const [tgi, hf] = (["tgi", "hf"] as const).map((runner) => compile(onHub, { runner }).plan);
  assert.equal(tgi?.runner, "tgi");
  assert.deepEqual({ ...hf, runner: "tgi" }, tgi);
  const settings = tgi?.arms.grpo?.settings;
  assert.deepEqual(settings?.policy, { kind: "hub", options: { ...hub(model).options } });
});

Deno.test("compile() refuses a sampler that may be less behind than new weights are apart", () => {
  const of = (maxStaleness: number, publishEvery: number): Experiment =>
    extend(onHub, { base: { sampling: { maxTokens: 64, maxStaleness, publishEvery } } });
  assert.throws(() => compile(of(1, 2), { runner: "tgi" }), {
    name: "UserError",
    message:
      'Expected "arms.grpo.sampling.maxStaleness" to be at least 2, the iterations between new weights ' +
      '("arms.grpo.sampling.publishEvery"), but found 1',
  });
  assert.equal(compile(of(2, 2), { runner: "tgi" }).jobs[0]?.settings.sampling.maxStaleness, 2);
  assert.ok(!("maxStaleness" in (compile(onHub, { runner: "tgi" }).jobs[0]?.settings.sampling ?? {})));
});

Deno.test("compile() changes the options of hub() by path", () => {
  const set = ["policy.context=256", "policy.model=org/other"];
  const plan = compile(onHub, { runner: "hf", set }).plan;
  assert.deepEqual(plan.arms.exit?.settings.policy, {
    kind: "hub",
    options: { ...hub("org/other").options, context: 256 },
  });
  assert.equal(plan.arms.exit?.sources["policy.revision"], "default");
  assert.throws(
    () => compile(onHub, { runner: "hf", set: ["policy.model=gpt2"] }),
    /"org\/name" but found "gpt2"/,
  );
});

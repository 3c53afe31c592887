import assert from "node:assert/strict";
import fc from "fast-check";
import { compile, defineExperiment, exit, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";
import { UserError } from "exitlab/lib/errors.ts";
import { diversityBonus, type DiversityBonusInput } from "exitlab/lib/operator/diversity_bonus.ts";
import { diversityFactors } from "exitlab/lib/operator/diversity_factors.ts";
import { featureExtraction } from "exitlab/lib/operator/feature_extraction.ts";
import { gramVector, ngrams } from "exitlab/lib/operator/ngrams.ts";
import type { EmbedSpans, WeighedGroup } from "exitlab/lib/operator/operator.ts";
import { policyEmbedder } from "exitlab/lib/operator/policy_embedder.ts";
import { group, noEmbeddings } from "./fixtures.ts";

const texts = ["1234", "1234", "4321", "1243"];

async function factorsOf(input: DiversityBonusInput, ...groups: WeighedGroup[]): Promise<number[][]> {
  return (await diversityBonus(input).factors(groups, noEmbeddings)).map((factors) => [...factors]);
}

Deno.test("diversityBonus() weighs a group by where its embedder puts the responses", async () => {
  const embedder = ngrams({ length: 2, positions: 2 });
  const points = texts.map((text) => gramVector(text, embedder));
  for (const mode of ["minmax", "mean"] as const) {
    assert.deepEqual(await factorsOf({ mode, embedder }, group("improve", ...texts)), [
      diversityFactors(points, { mode }),
    ]);
  }
  assert.deepEqual(await factorsOf({ embedder, floor: 0.1, cap: 1.1 }, group("improve", ...texts)), [
    diversityFactors(points, { mode: "paper", floor: 0.1, cap: 1.1 }),
  ]);
});

Deno.test("diversityBonus() compares within a group, never across groups", async () => {
  const groups = [group("improve", ...texts), group("diverge", "9", "99", "9", "9")];
  const together = await factorsOf({ mode: "mean" }, ...groups);
  const apart = await Promise.all(groups.map(async (one) => (await factorsOf({ mode: "mean" }, one))[0]));
  assert.deepEqual(together, apart);
});

Deno.test("diversityBonus() leaves first attempts alone unless it applies to all", async () => {
  const groups = [
    group("base", ...texts),
    group("improve", ...texts),
    group("diverge", ...texts),
    group("custom-check", ...texts),
  ];
  const [base, ...steps] = await factorsOf({}, ...groups);
  assert.deepEqual(base, [1, 1, 1, 1]);
  for (const step of steps) assert.deepEqual(step, steps[0]);
  assert.notDeepEqual(steps[0], base);
  assert.deepEqual(await factorsOf({ applies: "all" }, ...groups), groups.map(() => steps[0]));
  assert.equal(diversityBonus().needsAttempts, true);
  assert.equal(diversityBonus({ applies: "all" }).needsAttempts, false);
  assert.equal(diversityBonus({ applies: "all" }).iterates, false);
});

Deno.test("diversityBonus() asks the policy once, for the spans of the groups that it weighs", async () => {
  const asked: number[] = [];
  const embed: EmbedSpans = (spans) => {
    asked.push(spans.length);
    return Promise.resolve(spans.map(({ tokens }) => Float32Array.of(tokens[1] ?? 0)));
  };
  const bonus = diversityBonus({ mode: "minmax", embedder: policyEmbedder() });
  assert.equal(bonus.embeds, true);
  const groups = [
    group("base", "1", "2"),
    group("improve", "1", "1", "1", "5"),
    group("diverge", "1", "2", "9"),
  ];
  // The tokens are codes: 49, 49, 49 and 53 around 50; then 49, 50 and 57 around 52, at distances 3, 2 and 5.
  assert.deepEqual(await bonus.factors(groups, embed), [[1, 1], [0, 0, 0, 1], [1 / 3, 0, 1]]);
  assert.deepEqual(asked, [7]);
  assert.deepEqual(await bonus.factors([group("base", "1", "2")], embed), [[1, 1]]);
  assert.deepEqual(await bonus.factors([], embed), []);
  assert.deepEqual(asked, [7]);
});

Deno.test("diversityBonus() refuses a policy that loses an embedding", async () => {
  const bonus = diversityBonus({ embedder: policyEmbedder() });
  await assert.rejects(
    bonus.factors([group("improve", "1", "2")], () => Promise.resolve([Float32Array.of(1)])),
    /Expected 2 embeddings but found 1/,
  );
});

Deno.test("diversityBonus() weighs copies less than what differs, and copies alike", async () => {
  const text = fc.string({ unit: fc.constantFrom("1", "2", "3", "4"), minLength: 4, maxLength: 8 });
  const mode = fc.constantFrom("paper" as const, "mean" as const, "minmax" as const);
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 3, max: 8 }), mode, async (copy, other, copies, mode) => {
      fc.pre(copy !== other);
      const [factors = []] = await factorsOf(
        { mode },
        group("improve", ...Array.from({ length: copies }, () => copy), other),
      );
      const [first = NaN, last = NaN] = [factors[0], factors.at(-1)];
      assert(factors.slice(0, -1).every((factor) => factor === first));
      assert(first < 1 && last > first);
    }),
  );
});

Deno.test("diversityBonus() has options in plain JSON that rebuild it", () => {
  const inputs: DiversityBonusInput[] = [
    {},
    { mode: "mean" },
    { mode: "minmax", applies: "all" },
    { floor: 0, cap: 1e9 },
    { embedder: ngrams({ positions: 2 }) },
    { embedder: policyEmbedder() },
    { embedder: featureExtraction({ url: "http://127.0.0.1:1/" }), mode: "mean" },
  ];
  for (const input of inputs) {
    const bonus = diversityBonus(input);
    const copy = bonus.rebuild(JSON.parse(JSON.stringify(bonus.given)));
    assert.deepEqual(copy.options, bonus.options);
    assert.deepEqual(JSON.parse(JSON.stringify(bonus.options)), bonus.options);
    assert.deepEqual(bonus.rebuild(bonus.options).options, bonus.options);
  }
  assert.deepEqual(diversityBonus().options, {
    mode: "paper",
    floor: 1,
    cap: 4,
    embedder: { kind: "ngrams", length: 3, dimensions: 512, positions: 1 },
    applies: "iterations",
  });
  assert.deepEqual(Object.keys(diversityBonus({ mode: "mean" }).options), ["mode", "embedder", "applies"]);
});

Deno.test("diversityBonus() names the hosts that it calls", () => {
  assert.equal(diversityBonus().hosts, undefined);
  assert.equal(diversityBonus().embeds, undefined);
  const hosted = diversityBonus({ embedder: featureExtraction({ model: "a/b" }) });
  assert.deepEqual([hosted.hosts, hosted.embeds], [["router.huggingface.co"], undefined]);
});

Deno.test("diversityBonus() refuses options that it would ignore, and what is out of range", () => {
  for (const mode of ["mean", "minmax"] as const) {
    assert.throws(
      () => diversityBonus({ mode, floor: 1 }),
      /"floor" to be left out unless mode is "paper" but/,
    );
    assert.throws(() => diversityBonus({ mode, cap: 4 }), /"cap" to be left out unless mode is "paper" but/);
  }
  assert.throws(() => diversityBonus({ floor: -1 }), /"floor" to be a number of at least 0/);
  assert.throws(() => diversityBonus({ cap: 0 }), /"cap" to be a number above 0/);
  assert.throws(
    () => diversityBonus().rebuild({ mode: "max" }),
    /"mode" to be "paper" or "minmax" or "mean"/,
  );
  assert.throws(() => diversityBonus().rebuild({ applies: "base" }), /"applies" to be "iterations" or "all"/);
  assert.throws(() => diversityBonus().rebuild({ modes: "mean" }), /Did you mean "mode"/);
});

Deno.test("diversityBonus() refuses embedders that there are not", () => {
  const refuses = (embedder: unknown, message: RegExp): void =>
    assert.throws(
      () => diversityBonus().rebuild(JSON.parse(JSON.stringify({ embedder }))),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuses(
    { kind: "bert" },
    /"kind" to be "ngrams" or "policy" or "feature-extraction" but found "bert" in the embedder of diversityBonus/,
  );
  refuses(
    { lenght: 4 },
    /Unknown option "lenght" \(Did you mean "length"\?\) in the embedder of diversityBonus/,
  );
  refuses({ kind: "policy", length: 4 }, /Unknown option "length"/);
  refuses({ kind: "feature-extraction" }, /a model or a url, one of them/);
  refuses("policy", /an object but found "policy" in the embedder of diversityBonus/);
  refuses(["ngrams"], /an object but found \[ "ngrams" \] in the embedder of diversityBonus/);
});

Deno.test("an option of the embedder is changed like any other", () => {
  const experiment = defineExperiment({
    name: "bonus",
    domain: sudoku(),
    policy: tinyTransformer(),
    objective: grpo(),
    curriculum: exit(),
    operators: [improve(), diversityBonus()],
    budget: { tokens: 1_000_000 },
  });
  const embedder = (...set: string[]): unknown =>
    compile(experiment, { set }).jobs[0]?.settings.operators[1]?.options.embedder;
  assert.deepEqual(embedder("operators.diversity-bonus.embedder.length=4"), ngrams({ length: 4 }));
  assert.deepEqual(embedder("operators.diversity-bonus.embedder.kind=policy"), policyEmbedder());
  assert.deepEqual(
    embedder('operators.diversity-bonus.embedder={"kind":"feature-extraction","model":"a/b"}'),
    featureExtraction({ model: "a/b" }),
  );
  const { plan } = compile(experiment, { set: ["operators.diversity-bonus.embedder.length=4"] });
  assert.equal(plan.arms.exit?.sources["operators.diversity-bonus.embedder.length"], "--set");
  assert.equal(plan.arms.exit?.sources["operators.diversity-bonus.embedder.dimensions"], "default");
  assert.throws(
    () => compile(experiment, { set: ["operators.diversity-bonus.embedder.lenght=4"] }),
    /No option has the path[^]*did you mean "operators.diversity-bonus.embedder.length"/,
  );
  assert.throws(
    () => compile(experiment, { set: ["operators.diversity-bonus.embedder.length=0"] }),
    /"length" to be a whole number from 1 to 16 but found 0/,
  );
});

Deno.test("diversityBonus() has something to do without histories only where it applies to all", () => {
  const of = (operator: ReturnType<typeof diversityBonus>): unknown =>
    defineExperiment({
      name: "bonus",
      domain: sudoku(),
      policy: tinyTransformer(),
      objective: grpo(),
      curriculum: uniform(),
      operators: [operator],
      budget: { tokens: 1_000_000 },
    });
  assert.throws(() => of(diversityBonus()), /diversityBonus\(\) in "operators" has nothing to work on/);
  assert.ok(of(diversityBonus({ applies: "all" })));
});

import assert from "node:assert/strict";
import type { JsonObject } from "../../../lib/json.ts";
import { UnknownOptionError } from "../../../lib/part.ts";
import { factories, make } from "./fixtures.ts";

const kinds = Object.keys(factories);
const common = {
  groups: 32,
  groupSize: 8,
  learningRate: 3e-4,
  warmup: 10,
  schedule: "constant",
  entropy: 0.01,
  minibatches: 1,
  weightDecay: 0,
  clipNorm: 1,
  kl: null,
  importance: null,
};

Deno.test("every objective has its own kind and the same common defaults", () => {
  for (const kind of kinds) {
    const { options, ...part } = make(kind);
    const own = Object.fromEntries(Object.keys(common).map((key) => [key, options[key]]));
    assert.deepEqual(own, common);
    assert.deepEqual([part.part, part.kind, part.given], ["objective", kind, {}]);
    assert.deepEqual([part.kl, part.correctsSampler, part.shape], [null, false, undefined]);
    assert.deepEqual([part.groups, part.groupSize, part.minibatches], [32, 8, 1]);
    assert.deepEqual([part.entropy, part.weightDecay, part.clipNorm], [0.01, 0, 1]);
  }
});

Deno.test("every objective hands its options to the loop", () => {
  const given = { groups: 4, groupSize: 2, minibatches: 3, entropy: 0, weightDecay: 0.1, clipNorm: 2 };
  for (const kind of kinds) {
    const part = make(kind, { ...given, kl: { coefficient: 0.001, refreshEvery: 100 }, importance: {} });
    for (const [key, value] of Object.entries(given)) {
      assert.equal(Object.entries(part).find(([name]) => name === key)?.[1], value);
    }
    assert.deepEqual(part.kl, { coefficient: 0.001, refreshEvery: 100, mix: 1 });
    assert.equal(part.correctsSampler, true);
    assert.deepEqual(part.options["importance"], { mode: "truncate", least: 0, most: 2 });
  }
});

Deno.test("every objective raises the step size in a straight line and then keeps it", () => {
  for (const kind of kinds) {
    const part = make(kind, { learningRate: 1e-3, warmup: 4 });
    assert.deepEqual([1, 2, 4, 5, 1000].map(part.learningRate), [2.5e-4, 5e-4, 1e-3, 1e-3, 1e-3]);
    assert.equal(make(kind, { warmup: 0 }).learningRate(1, 0.5), 3e-4);
    assert.equal(make(kind, { warmup: 0, schedule: "linear" }).learningRate(9, 0.75), 3e-4 / 4);
  }
});

Deno.test("every objective can be rebuilt from what was given", () => {
  for (const kind of kinds) {
    const part = make(kind, { clip: 0.1, entropy: 0, kl: { coefficient: 1 } });
    assert.deepEqual(part.given, { clip: 0.1, entropy: 0, kl: { coefficient: 1 } });
    const rebuilt = part.rebuild({ ...part.given, groups: 4 });
    assert.equal(rebuilt.kind, kind);
    assert.deepEqual(rebuilt.options, { ...part.options, groups: 4 });
    assert.deepEqual(part.rebuild(part.options).options, part.options);
  }
});

Deno.test("a clip may be one number, both sides or one of them", () => {
  for (const kind of kinds) {
    const usual = make(kind).options["clip"];
    assert.deepEqual(make(kind, { clip: 0.1 }).options["clip"], { low: 0.1, high: 0.1 });
    assert.deepEqual(make(kind, { clip: { low: 0.1, high: 7 } }).options["clip"], { low: 0.1, high: 7 });
    assert.deepEqual(make(kind, { clip: {} }).options["clip"], usual);
    assert.deepEqual(make(kind, { clip: usual ?? null }).options["clip"], usual);
  }
  assert.deepEqual(make("dapo", { clip: { high: 0.5 } }).options["clip"], { low: 0.2, high: 0.5 });
});

Deno.test("every objective refuses common options that are out of range, and says what it wants", () => {
  const clip =
    /"clip" to be a number in \[0, 1\], or { low, high } with low in \[0, 1\] and high of at least 0/;
  const refused: [JsonObject, RegExp][] = [
    [{ clip: -0.1 }, clip],
    [{ clip: 1.1 }, clip],
    [{ clip: { low: 0.2, high: Infinity } }, clip],
    [{ clip: { low: 2, high: 2 } }, clip],
    [{ clip: { lower: 0.2 } }, clip],
    [{ clip: "wide" }, clip],
    [{ groupSize: 1 }, /"groupSize" to be a whole number of at least 2 but found 1/],
    [{ groups: 0 }, /"groups" to be a whole number of at least 1/],
    [{ learningRate: 0 }, /"learningRate" to be a number above 0 but found 0/],
    [{ learningRate: NaN }, /"learningRate" to be a number/],
    [{ warmup: 1.5 }, /"warmup" to be a whole number of at least 0/],
    [{ schedule: "cosine" }, /"schedule" to be "constant" or "linear" but found "cosine"/],
    [{ entropy: -1 }, /"entropy" to be a number of at least 0/],
    [{ minibatches: 0 }, /"minibatches" to be a whole number of at least 1/],
    [{ weightDecay: -1 }, /"weightDecay" to be a number of at least 0/],
    [{ clipNorm: 0 }, /"clipNorm" to be a number above 0/],
    [{ kl: 0.1 }, /"kl" to be null or an object but found 0.1/],
    [{ kl: {} }, /Missing option "kl.coefficient"/],
    [{ kl: { coefficient: 0 } }, /"kl.coefficient" to be a number above 0 but found 0/],
    [{ kl: { coefficient: 1, refreshEvery: -1 } }, /"kl.refreshEvery" to be a whole number of at least 0/],
    [{ kl: { coefficient: 1, refreshEvery: 1, mix: 0 } }, /"kl.mix" to be a number above 0 but found 0/],
    [{ kl: { coefficient: 1, refreshEvery: 1, mix: 2 } }, /"kl.mix" to be a number in \(0, 1\] but found 2/],
    [{ kl: { coefficient: 1, mix: 0.5 } }, /"kl.mix" to be left out where refreshEvery is 0 but found 0.5/],
    [{ importance: true }, /"importance" to be null or an object but found true/],
    [{ importance: { mode: "clip" } }, /"importance.mode" to be "truncate" or "mask" but found "clip"/],
    [{ importance: { least: 1.5 } }, /"importance.least" to be a number in \[0, 1\] but found 1.5/],
    [{ importance: { most: 0.5 } }, /"importance.most" to be a number of at least 1 but found 0.5/],
    [{ importance: { most: Infinity } }, /"importance.most" to be a number of at least 1 but found Infinity/],
  ];
  for (const kind of kinds) {
    for (const [options, message] of refused) {
      assert.throws(() => make(kind, options), message, `${kind} ${JSON.stringify(options)}`);
    }
  }
});

Deno.test("an option that an objective does not have is refused as unknown", () => {
  const unknown: [string, JsonObject, RegExp][] = [
    ["grpo", { grupSize: 4 }, /Unknown option "grupSize" \(Did you mean "groupSize"\?\) in grpo\(\)/],
    ["grpo", { kl: { coefficient: 1, every: 2 } }, /Unknown option "kl.every" .* in grpo\(\)/],
    ["dr-grpo", { normalize: "std" }, /Unknown option "normalize" .* in drGrpo\(\)/],
    ["dr-grpo", { aggregate: "token" }, /Unknown option "aggregate"/],
    ["dr-grpo", { redraws: 1 }, /Unknown option "redraws"/],
    ["dr-grpo", { overlong: { buffer: 1 } }, /Unknown option "overlong"/],
    ["dapo", { aggregate: "sequence" }, /Unknown option "aggregate" .* in dapo\(\)/],
    ["gspo", { dualClip: 3 }, /Unknown option "dualClip" .* in gspo\(\)/],
    ["gspo", { aggregate: "token" }, /Unknown option "aggregate"/],
    ["gspo", { redraws: 1 }, /Unknown option "redraws"/],
    ["cispo", { dualClip: 3 }, /Unknown option "dualClip" .* in cispo\(\)/],
    ["cispo", { overlong: { buffer: 1 } }, /Unknown option "overlong"/],
  ];
  for (const [kind, options, message] of unknown) {
    assert.throws(() => make(kind, options), (error) => {
      assert.ok(error instanceof UnknownOptionError);
      assert.match(error.message, message);
      return true;
    });
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../lib/json.ts";
import { groupAdvantages } from "../../../lib/objective/advantages.ts";
import { assertClose, batches, completion, type Drawn, factories, make, moderate } from "./fixtures.ts";

const maxTokens = 6;
const kinds = Object.keys(factories);
const everything: JsonObject = { kl: { coefficient: 0.1 }, importance: {} };
const wild: Drawn = {
  logprob: fc.oneof(
    fc.double({ min: -1e30, max: 0, noNaN: true }),
    fc.constantFrom(-Infinity, 0, -1e4, -1e-30),
  ),
  shift: fc.oneof(fc.constantFrom(0, -1e9, -40), fc.double({ min: -50, max: 0, noNaN: true })),
  lengths: { minLength: 0, maxLength: 5 },
};

Deno.test("weights are finite for any log-probabilities", () => {
  for (const kind of kinds) {
    fc.assert(fc.property(batches(wild), (batch) => {
      const { coefficients, entropy, clipped, kl } = make(kind, everything).weigh(batch, maxTokens);
      assert.ok(coefficients.every((row) => row.every(Number.isFinite)));
      assert.ok([...entropy, clipped, kl].every((value) => Number.isFinite(value) && value >= 0));
      assert.ok(clipped <= 1);
    }));
  }
});

Deno.test("a log-probability that is not a number is not hidden", () => {
  for (const kind of kinds) {
    const broken = { then: [-1], sampled: [-1], reference: [-1] };
    for (const field of ["now", "then", "sampled", "reference"]) {
      const { coefficients: [row] } = make(kind, everything).weigh(
        [completion({ now: [-1], ...broken, [field]: [NaN] })],
        maxTokens,
      );
      assert.equal(row?.[0], NaN, `${kind}, ${field}`);
    }
  }
});

Deno.test("clipping never takes back what lowers a rewarded or raises a punished completion", () => {
  const clipping = kinds.filter((kind) => kind !== "cispo");
  fc.assert(fc.property(fc.constantFrom(...clipping), batches(moderate), (kind, batch) => {
    const weights = make(kind).weigh(batch, maxTokens);
    for (const [i, { advantage, now, then }] of batch.entries()) {
      const moves = [...now].map((logprob, t) => logprob - (then[t] ?? NaN));
      const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
      for (const [t, weight] of (weights.coefficients[i] ?? []).entries()) {
        const move = kind === "gspo" ? mean : moves[t] ?? NaN;
        if (advantage * move < 0 && Math.abs(advantage) > 1e-30) assert.ok(weight * advantage > 0);
        assert.ok(weight * advantage >= 0);
      }
    }
  }));
});

Deno.test("grpo() weighs to the last bit as ρ A / (L N), and entropy as its share", () => {
  fc.assert(fc.property(batches(moderate), (batch) => {
    const { coefficients, entropy, kl } = make("grpo", { clip: 0.2, entropy: 0.03 }).weigh(batch, maxTokens);
    assert.equal(kl, 0);
    for (const [i, { advantage, now, then }] of batch.entries()) {
      const expected = now.map((logprob, t) => {
        const ratio = Math.exp(logprob - (then[t] ?? NaN));
        const clipped = advantage > 0 ? ratio > 1.2 : advantage < 0 && ratio < 0.8;
        return clipped ? 0 : ratio * advantage / (now.length * batch.length);
      });
      assert.deepEqual(coefficients[i], expected);
      assert.equal(entropy[i], advantage === 0 ? 0 : 0.03 / (now.length * batch.length));
    }
  }));
});

Deno.test("the averages agree for completions of one length, up to the share of the most tokens", () => {
  for (const length of [1, 3, maxTokens]) {
    const alike = batches({ ...moderate, lengths: { minLength: length, maxLength: length } });
    fc.assert(fc.property(alike, (batch) => {
      const [sequence, token, constant] = ["sequence", "token", "constant"].map((aggregate) =>
        make("grpo", { aggregate, ...everything }).weigh(batch, maxTokens)
      );
      assert.deepEqual(token, sequence);
      const share = maxTokens / length;
      assertClose(
        sequence?.coefficients ?? [],
        constant?.coefficients.map((row) => [...row].map((weight) => weight * share)) ?? [],
        1e-6,
      );
      for (const [at, weight] of (constant?.entropy ?? []).entries()) {
        assert.ok(Math.abs(weight * share - (sequence?.entropy[at] ?? NaN)) < 1e-15);
      }
      assert.deepEqual([constant?.kl, constant?.clipped], [sequence?.kl, sequence?.clipped]);
    }));
  }
});

Deno.test("Dr. GRPO and DAPO are GRPO with other choices", () => {
  const others = [
    ["dr-grpo", { aggregate: "constant", normalize: "none" }],
    ["dapo", { aggregate: "token", clip: { low: 0.2, high: 0.28 } }],
  ] as const;
  for (const [kind, options] of others) {
    fc.assert(fc.property(batches(moderate), (batch) => {
      assert.deepEqual(
        make(kind, everything).weigh(batch, maxTokens),
        make("grpo", { ...options, ...everything }).weigh(batch, maxTokens),
      );
    }));
    const rewards = [0.5, 1, 0, 0.25];
    assert.deepEqual(make(kind).advantages(rewards), make("grpo", options).advantages(rewards));
  }
});

Deno.test("all objectives of one average are one while the weights have not moved", () => {
  const still = batches({ ...moderate, shift: fc.constant(0) });
  fc.assert(fc.property(still, (batch) => {
    const plain = make("grpo").weigh(batch, maxTokens);
    assert.deepEqual(make("gspo").weigh(batch, maxTokens), plain);
    assert.deepEqual(make("grpo", everything).weigh(batch, maxTokens), plain);
    assert.deepEqual(make("cispo").weigh(batch, maxTokens), make("dapo").weigh(batch, maxTokens));
  }));
});

Deno.test("advantages of a group add up to nothing, and so do its weights at rest", () => {
  const rewards = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
  fc.assert(fc.property(rewards, fc.constantFrom(...kinds), (rewards, kind) => {
    const objective = make(kind);
    const advantages = objective.advantages(rewards);
    assert.deepEqual(advantages, groupAdvantages(rewards, kind === "dr-grpo" ? "none" : "std"));
    assert.ok(Math.abs(advantages.reduce((sum, advantage) => sum + advantage, 0)) < 1e-8);
    const batch = advantages.map((advantage) => completion({ advantage, then: [-1, -2] }));
    const { coefficients } = objective.weigh(batch, maxTokens);
    const sum = coefficients.flatMap((row) => [...row]).reduce((sum, weight) => sum + weight, 0);
    assert.ok(Math.abs(sum) < 1e-6);
  }));
});

Deno.test("the KL term pulls every completion towards the reference, also those that teach nothing", () => {
  for (const kind of kinds) {
    const objective = make(kind, { kl: { coefficient: 0.5 } });
    fc.assert(fc.property(batches(moderate), (drawn) => {
      const batch = drawn.map((completion) => ({ ...completion, advantage: 0 }));
      const { coefficients, entropy, kl, clipped } = objective.weigh(batch, maxTokens);
      assert.ok(kl >= 0);
      assert.deepEqual([clipped, ...entropy], [0, ...batch.map(() => 0)]);
      for (const [i, { now, reference }] of batch.entries()) {
        for (const [t, weight] of (coefficients[i] ?? []).entries()) {
          const away = (reference?.[t] ?? NaN) - (now[t] ?? NaN);
          assert.ok(weight * away > 0 || (Math.abs(away) < 1e-9 && Math.abs(weight) < 1e-9));
        }
      }
    }));
  }
});

Deno.test("the KL figure is the mean over tokens, whatever the average of the loss", () => {
  const far = completion({ then: [-1], reference: [-2] });
  const same = completion({ then: [-1, -1, -1], reference: [-1, -1, -1] });
  for (const kind of kinds) {
    const { kl } = make(kind, { kl: { coefficient: 7 } }).weigh([far, same], maxTokens);
    assert.ok(Math.abs(kl - 1 / Math.E / 4) < 1e-12, kind);
  }
});

Deno.test("importance weighs the surrogate, and neither the KL term nor the entropy", () => {
  const behind = { then: [-1, -1], sampled: [-1 - Math.log(1.5), -4], reference: [-0.5, -0.5] };
  for (const kind of kinds) {
    const weigh = (advantage: number, options: JsonObject): [number[], readonly number[]] => {
      const { coefficients, entropy } = make(kind, options).weigh(
        [completion({ advantage, ...behind })],
        maxTokens,
      );
      return [[...coefficients[0] ?? []], entropy];
    };
    const kl: JsonObject = { coefficient: 0.1 };
    const importance: JsonObject = { mode: "mask", least: 0.5 };
    const [[plain = NaN], share] = weigh(1, {});
    const [[first = NaN, second = NaN], same] = weigh(1, { importance });
    assert.ok(Math.abs(first / plain - 1.5) < 1e-6, kind);
    assert.equal(second, 0);
    assert.deepEqual(same, share);
    assert.deepEqual(weigh(0, { kl, importance }), weigh(0, { kl }));
  }
});

Deno.test("clipped is the share of the whole batch's tokens", () => {
  const moved = completion({ then: [0, 0, 0], now: [1, 0, 0] });
  const idle = completion({ advantage: 0, then: [0], now: [1] });
  assert.equal(make("grpo").weigh([moved, idle], maxTokens).clipped, 0.25);
  assert.equal(make("gspo").weigh([moved, idle], maxTokens).clipped, 0.75);
});

Deno.test("batches and completions without tokens weigh nothing", () => {
  for (const kind of kinds) {
    for (const options of [{}, everything]) {
      const objective = make(kind, options);
      const nothing = { coefficients: [], entropy: [], clipped: 0, kl: 0 };
      assert.deepEqual(objective.weigh([], maxTokens), nothing);
      assert.deepEqual(objective.weigh([completion({ then: [], reference: [] })], maxTokens), {
        ...nothing,
        coefficients: [new Float32Array()],
        entropy: [0],
      });
    }
  }
});

Deno.test("log-probabilities that are absent or not one a token are refused", () => {
  const two = { then: [-1, -1], reference: [-1, -1] };
  for (const kind of kinds) {
    const weigh = (completed: Parameters<typeof completion>[0]) => (): unknown =>
      make(kind, everything).weigh([completion(completed)], maxTokens);
    assert.throws(
      weigh({ ...two, now: [-1] }),
      /"then" to hold as many log-probabilities as "now" \(1\) but found 2/,
    );
    assert.throws(weigh({ ...two, sampled: [-1] }), /"sampled" to hold .* "now" \(2\) but found 1/);
    assert.throws(weigh({ ...two, reference: [] }), /"reference" to hold .* "now" \(2\) but found 0/);
    assert.throws(weigh({ then: [-1] }), /"reference" to hold .* "now" \(1\) but found none/);
  }
  // What the loss does not need, it does not look at.
  assert.doesNotThrow(() => make("grpo").weigh([completion({ then: [-1], sampled: [] })], maxTokens));
});

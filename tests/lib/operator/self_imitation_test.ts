import assert from "node:assert/strict";
import fc from "fast-check";
import { checkOperator } from "exitlab/lib/operator/conformance.ts";
import type { WeighedGroup } from "exitlab/lib/operator/operator.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import { Random } from "exitlab/lib/random.ts";
import { rollout } from "./fixtures.ts";

function group(...rewards: readonly number[]): WeighedGroup {
  return { mode: "improve", rollouts: rewards.map((reward, at) => rollout(`answer ${at}`, reward)) };
}

Deno.test("selfImitation() is an operator that conforms", async () => {
  assert.deepEqual(await checkOperator(selfImitation()), []);
});

Deno.test("selfImitation() mends what is not the best of its group and keeps what is", () => {
  const pairs = selfImitation({ mend: 0.2, keep: 0.7 }).imitations([group(0, 1, 0)], new Random(1));
  assert.deepEqual(pairs, [
    { group: 0, attempt: 0, response: 1, weight: 0.2 },
    { group: 0, attempt: 1, response: 1, weight: 0.7 },
    { group: 0, attempt: 2, response: 1, weight: 0.2 },
  ]);
});

Deno.test("selfImitation() learns nothing from groups whose rewards are all equal, or that diverge", () => {
  const { imitations } = selfImitation();
  assert.deepEqual(imitations([group(0, 0), group(1, 1), group(0.4, 0.4)], new Random(1)), []);
  assert.deepEqual(imitations([{ ...group(0, 1), mode: "diverge" }], new Random(1)), []);
});

Deno.test("selfImitation() goes by verdicts, not by what other operators made of the rewards", () => {
  const { rollouts } = group(0, 0);
  const bonus = { mode: "improve" as const, rollouts: rollouts.map((one, at) => ({ ...one, reward: at })) };
  assert.deepEqual(selfImitation().imitations([bonus], new Random(1)), []);
});

Deno.test("selfImitation() leaves out what weighs nothing", () => {
  const keeping = selfImitation({ mend: 0 }).imitations([group(0, 1)], new Random(1));
  assert.deepEqual(keeping.map(({ attempt, response }) => [attempt, response]), [[1, 1]]);
  assert.throws(() => selfImitation({ mend: 0, keep: 0 }), /"mend" to be above 0 where keep is 0/);
});

Deno.test("selfImitation() never teaches to keep an attempt that is not solved", () => {
  const pairs = selfImitation().imitations([group(0.2, 0.6, 0.6)], new Random(1));
  assert.deepEqual(pairs.map(({ attempt, weight }) => [attempt, weight]), [[0, 0.3]]);
});

Deno.test("selfImitation() never teaches a response worse than the attempt, nor one of another group", () => {
  const rewards = fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 1, maxLength: 9 });
  fc.assert(fc.property(fc.array(rewards, { maxLength: 5 }), fc.nat(), (all, seed) => {
    const groups = all.map((one) => group(...one));
    for (
      const { group: at, attempt, response, weight } of selfImitation().imitations(groups, new Random(seed))
    ) {
      const own = all[at] ?? [];
      assert((own[response] ?? -1) === Math.max(...own) && weight > 0);
      assert(own[attempt] !== own[response] || attempt === response);
    }
  }));
});

Deno.test("selfImitation() draws each of the best alike", () => {
  const random = new Random(5);
  const counts = [0, 0, 0];
  for (let draw = 0; draw < 3000; draw++) {
    const [first] = selfImitation().imitations([group(0, 1, 1, 1)], random);
    const chosen = (first?.response ?? 0) - 1;
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  assert(counts.every((count) => count > 900 && count < 1100), String(counts));
});

Deno.test("selfImitation() refuses weights below 0 and unknown options", () => {
  assert.throws(() => selfImitation({ mend: -1 }), /"mend" to be a number of at least 0 but found -1/);
  // @ts-expect-error misspelt
  assert.throws(() => selfImitation({ kep: 1 }), /Did you mean "keep"/);
});

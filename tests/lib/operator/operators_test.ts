import assert from "node:assert/strict";
import { rootStart, type Start } from "../../../lib/curriculum/start.ts";
import fc from "fast-check";
import { debug } from "../../../lib/operator/debug.ts";
import { diverge } from "../../../lib/operator/diverge.ts";
import { promptOperator } from "../../../lib/operator/prompt_operator.ts";
import { improve } from "../../../lib/operator/improve.ts";
import type { OperatorPart } from "../../../lib/operator/operator.ts";
import { Random } from "../../../lib/random.ts";

const root = rootStart(0, "task", null);
const attempt = { response: "first", verdict: { quality: 0, solved: false, reward: 0 }, feedback: null };
const history: Start = { ...root, id: "history", parent: root.id, depth: 1, attempt };

Deno.test("improve() asks for a better response where there is one, and changes nothing else", () => {
  assert.deepEqual(improve().transform(history, new Random(1)), { ...history, mode: "improve" });
  assert.equal(improve().transform(root, new Random(1)), root);
  const diverging: Start = { ...history, mode: "diverge" };
  assert.equal(improve().transform(diverging, new Random(1)), diverging);
});

Deno.test("improve() draws no random number", () => {
  const random = new Random(1);
  const before = random.state();
  improve().transform(history, random);
  assert.deepEqual(random.state(), before);
});

Deno.test("diverge() leaves starts without an attempt alone, at no draw", () => {
  const random = new Random(1);
  const before = random.state();
  assert.equal(diverge({ probability: 1 }).transform(root, random), root);
  assert.deepEqual(random.state(), before);
});

Deno.test("diverge() turns self-iteration steps with its probability, in either order of the operators", () => {
  const operators = [improve(), diverge({ probability: 0.2 })];
  for (const order of [operators, operators.toReversed()]) {
    const random = new Random(3);
    const modes = Array.from(
      { length: 10_000 },
      () => order.reduce((start, operator) => operator.transform(start, random), history).mode,
    );
    const share = modes.filter((mode) => mode === "diverge").length / modes.length;
    assert.ok(Math.abs(share - 0.2) < 0.02, `${share}`);
    assert.ok(modes.every((mode) => mode !== "base"));
  }
});

const failed: Start = { ...history, attempt: { ...attempt, verdict: { ...attempt.verdict, failed: true } } };

Deno.test("debug() takes starts whose attempt failed, changes nothing else and draws no number", () => {
  const random = new Random(1);
  const before = random.state();
  assert.deepEqual(debug().transform(failed, random), { ...failed, mode: "debug" });
  for (const start of [root, history]) assert.equal(debug().transform(start, random), start);
  assert.deepEqual(random.state(), before);
});

Deno.test("debug() takes every failed attempt and no other, in any order of the operators", () => {
  const custom = promptOperator({ name: "check", instruction: "Look again.", probability: 0.5 });
  const operators = [improve(), debug(), diverge({ probability: 0.5 }), custom];
  fc.assert(fc.property(
    fc.shuffledSubarray(operators, { minLength: operators.length }),
    fc.constantFrom(root, history, failed),
    fc.nat(),
    (order, start, seed) => {
      const asked = order.reduce((changed, operator) => operator.transform(changed, new Random(seed)), start);
      assert.equal(asked.mode === "debug", start === failed);
    },
  ));
});

Deno.test("debug() leaves the other operators' draws as they are", () => {
  const after = (operators: readonly OperatorPart[]) => {
    const random = new Random(1);
    for (const start of [failed, history, root, failed]) {
      operators.reduce((changed, operator) => operator.transform(changed, random), start);
    }
    return random.state();
  };
  const others = [improve(), diverge({ probability: 0.5 })];
  assert.deepEqual(after([debug(), ...others]), after(others));
  assert.deepEqual(after([...others, debug()]), after(others));
});

Deno.test("diverge() at probability 0 and 1 never and always changes the mode", () => {
  const random = new Random(1);
  for (let draw = 0; draw < 100; draw++) {
    assert.equal(diverge({ probability: 0 }).transform(history, random).mode, "base");
    assert.equal(diverge({ probability: 1 }).transform(history, random).mode, "diverge");
  }
});

Deno.test("operators refuse options they do not have", () => {
  assert.throws(
    () => diverge({ probability: 1.2 }),
    /"probability" to be a probability in \[0, 1\] but found 1.2/,
  );
  assert.throws(() => diverge().rebuild({ probabilty: 0.3 }), /Did you mean "probability"/);
  assert.throws(() => improve().rebuild({ probability: 0.3 }), /Unknown option "probability"/);
});

Deno.test("operators say what they are", () => {
  for (const operator of [improve(), debug(), diverge()]) {
    assert.equal(operator.part, "operator");
    assert.deepEqual([operator.iterates, operator.needsAttempts], [true, true]);
    assert.deepEqual(operator.rebuild(operator.given).options, operator.options);
  }
  assert.deepEqual(improve().options, { reward: "domain" });
  assert.deepEqual(debug().options, { reward: "domain" });
  assert.deepEqual(diverge().options, { probability: 0.2, reward: "domain" });
});

Deno.test("operators leave the reward to the domain unless they have a rule, each for its own mode", () => {
  for (const operator of [improve(), debug(), diverge(), improve({ reward: "domain" })]) {
    assert.equal("rewardRule" in operator, false);
  }
  for (const rule of ["absolute", "improvement", "improvement-or-keep"] as const) {
    assert.deepEqual(improve({ reward: rule }).rewardRule, { mode: "improve", rule });
    assert.deepEqual(debug({ reward: rule }).rewardRule, { mode: "debug", rule });
    assert.deepEqual(diverge({ reward: rule }).rewardRule, { mode: "diverge", rule });
  }
  assert.throws(
    () => improve().rebuild({ reward: "relative" }),
    /"reward" to be "domain" or "absolute" or "improvement" or "improvement-or-keep" but found "relative"/,
  );
});

import assert from "node:assert/strict";
import * as v from "valibot";
import { checkOperator, defineOperator, probability } from "exitlab";
import { wordSections } from "exitlab/lib/operator/wording.ts";

Deno.test("defineOperator() leaves all as it is that an operator does not change", async () => {
  const idle = defineOperator({
    name: "idle",
    schema: v.strictObject({}),
    needsAttempts: false,
    build: () => ({}),
  });
  const part = idle();
  assert.deepEqual(await checkOperator(part), []);
  const { kind, iterates, needsAttempts, rewards, factors, hosts, embeds, needs } = part;
  assert.deepEqual({ kind, iterates, needsAttempts, rewards, factors, hosts, embeds, needs }, {
    kind: "idle",
    iterates: false,
    needsAttempts: false,
    rewards: undefined,
    factors: undefined,
    hosts: undefined,
    embeds: undefined,
    needs: undefined,
  });
});

Deno.test("defineOperator() makes an operator that asks in its own mode", async () => {
  const shorten = defineOperator({
    name: "shorten",
    schema: v.strictObject({ probability: v.optional(probability, 0.5) }),
    iterates: true,
    needsAttempts: true,
    build: ({ probability }: { readonly probability: number }) => ({
      transform: (start, random) =>
        start.attempt !== null && random.chance(probability) && start.mode === "base"
          ? { ...start, mode: "custom-shorten" }
          : start,
      word: (start, request) =>
        start.mode === "custom-shorten" ? wordSections("Say the same in fewer words.", request) : undefined,
    }),
  });
  assert.deepEqual(await checkOperator(shorten({ probability: 0.5 })), []);
  assert.throws(() => shorten({ probabilty: 1 }), /Did you mean "probability"\?/);
  assert.deepEqual(shorten().rebuild({ probability: 1 }).options, { probability: 1 });
});

Deno.test("what defineOperator() adds cannot be replaced by the behaviour", () => {
  const behaviour = { kind: "other", needsAttempts: false, rewards: () => [] };
  const part = defineOperator({
    name: "mine",
    schema: v.strictObject({}),
    needsAttempts: true,
    build: () => behaviour,
  })();
  assert.deepEqual([part.kind, part.needsAttempts], ["mine", true]);
});

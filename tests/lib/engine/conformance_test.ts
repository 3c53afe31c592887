import assert from "node:assert/strict";
import { checkPolicyEngine, type EngineCheckName } from "../../../lib/engine/conformance.ts";
import { tinyTransformer } from "../../../lib/engine/tiny_transformer.ts";
import { UserError } from "../../../lib/errors.ts";
import { averaging, broken, closeAll, model, modest, sound, unheld } from "./broken_engine.ts";
import { brokenKeepers } from "./broken_keepers.ts";
import { brokenModels } from "./broken_models.ts";
import { brokenSamplers } from "./broken_samplers.ts";
import { brokenTrainers } from "./broken_trainers.ts";

Deno.test("checkPolicyEngine() finds nothing wrong with the embedded engine", async () => {
  for (const seed of [1, 2]) assert.deepEqual(await checkPolicyEngine(sound, model, { seed }), []);
});

Deno.test("checkPolicyEngine() finds nothing wrong with a deeper model, other examples and smaller steps", async () => {
  const examples = ["yes", "no", "0123456789"].map((response) => ({
    messages: [{ role: "user", content: `Say "${response}"` }] as const,
    response,
  }));
  const deeper = tinyTransformer({ width: 16, layers: 3, heads: 1, context: 48 });
  assert.deepEqual(await checkPolicyEngine(sound, deeper, { examples, learningRate: 3e-3, seed: 9 }), []);
});

Deno.test("checkPolicyEngine() finds nothing wrong with a sound engine in a wrapper", async () => {
  assert.deepEqual(await checkPolicyEngine(broken(() => ({})), model), []);
});

Deno.test("checkPolicyEngine() lets an engine average, if it says so", async () => {
  assert.deepEqual(await checkPolicyEngine(averaging("mean"), model), []);
});

Deno.test("checkPolicyEngine() lets an engine do without all that it need not have", async () => {
  assert.deepEqual(await checkPolicyEngine(modest, model), []);
});

Deno.test("checkPolicyEngine() lets an engine sample and save the weights of now alone, if it says so", async () => {
  assert.deepEqual(await checkPolicyEngine(unheld({}), model), []);
  const [found] = await checkPolicyEngine(unheld({ holdsPublished: true }), model, { only: ["publish"] });
  assert.match(found?.message ?? "", /Training changes samples before it is published/);
});

const faults = { ...brokenModels, ...brokenSamplers, ...brokenTrainers, ...brokenKeepers };

for (const [fault, [engine, check, message]] of Object.entries(faults)) {
  Deno.test(`checkPolicyEngine() catches an engine that ${fault}`, async () => {
    try {
      const findings = await checkPolicyEngine(engine, model, { only: [check] });
      assert.ok(
        findings.some((finding) => finding.check === check && message.test(finding.message)),
        JSON.stringify(findings, null, 1),
      );
    } finally {
      await closeAll();
    }
  });
}

Deno.test("checkPolicyEngine() has a broken engine for each of its checks", async () => {
  const source = await Deno.readTextFile(new URL("../../../lib/engine/conformance.ts", import.meta.url));
  const documented = [...source.matchAll(/^ \* - `"(.*?)"`: /gm)].map(([, name]) => name);
  assert.equal(documented.length, 22);
  assert.deepEqual(new Set(Object.values(faults).map(([, check]) => check)), new Set(documented));
});

Deno.test("checkPolicyEngine() finds a fault among all checks, and goes on after it", async () => {
  try {
    const [engine] = faults["never publishes"] ?? [];
    assert.ok(engine !== undefined);
    const found = new Set((await checkPolicyEngine(engine, model)).map(({ check }) => check));
    assert.ok(found.has("publish"));
    for (const check of ["capabilities", "logprobs", "gradient", "reference", "refusal"]) {
      assert.ok(!found.has(check), check);
    }
  } finally {
    await closeAll();
  }
});

Deno.test("checkPolicyEngine() refuses what it cannot check with", async () => {
  const messages = [{ role: "user", content: "2+2=" }] as const;
  await assert.rejects(
    checkPolicyEngine(sound, model, { examples: [{ messages, response: "4" }] }),
    (error) => error instanceof UserError && /at least 2 examples but found 1/.test(error.message),
  );
  const options: { only: EngineCheckName[] } = { only: [] };
  Object.assign(options, { only: ["speed"] });
  await assert.rejects(
    checkPolicyEngine(sound, model, options),
    (error) =>
      error instanceof UserError && /Unknown check "speed" \(known are capabilities,/.test(error.message),
  );
});

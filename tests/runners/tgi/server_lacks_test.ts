import assert from "node:assert/strict";
import {
  compile,
  defineExperiment,
  diversityBonus,
  exit,
  type Experiment,
  grpo,
  gsm8k,
  hub,
  improve,
  math,
  policyEmbedder,
} from "exitlab";
import type { Capabilities } from "exitlab/lib/engine/engine.ts";
import { checkEngine } from "exitlab/lib/loop/check_engine.ts";
import { serverLacks } from "exitlab/runners/tgi/server_lacks.ts";
import { profiles, type ServerName, serverNames } from "exitlab/runners/tgi/tinker/profile.ts";

const domain = math({ source: gsm8k(), trainingTasks: 64, testTasks: 64 });

/** An experiment that asks for all that some server lacks. */
const demanding: Experiment = defineExperiment({
  name: "demanding",
  domain,
  policy: hub("Qwen/Qwen2.5-0.5B-Instruct", { adapter: { rank: 8, alpha: 64 }, revision: "v2" }),
  objective: grpo({ entropy: 0.01, clipNorm: 1, kl: { coefficient: 0.1 } }),
  curriculum: exit(),
  operators: [improve(), diversityBonus({ embedder: policyEmbedder() })],
  budget: { iterations: 10 },
  sampling: { temperature: 0.9, publishEvery: 2, maxTokens: 64 },
  evaluate: { temperature: 0.6, topP: 0.9, steps: 1, tasks: 8 },
  checkpoint: { every: 3 },
});

/** As an engine on such a server says. */
const capabilities = (name: ServerName): Capabilities => {
  const profile = profiles[name];
  return {
    reduction: "sum",
    entropy: profile.entropy,
    topP: profile.topP,
    temperature: profile.temperature,
    clipNorm: profile.gradClip,
    embeddings: profile.embeddings,
    reference: profile.reference,
    savesPublished: profile.publishedInCheckpoint,
    holdsPublished: profile.holdsPublished,
    deterministic: profile.deterministic,
    build: name,
    description: name,
  };
};

for (const name of serverNames) {
  Deno.test(`serverLacks() names what keeps an arm from ${name}, and --set that lets it run there`, () => {
    const [job] = compile(demanding, { runner: "tgi" }).jobs;
    assert(job !== undefined);
    const lacks = serverLacks(job.settings, profiles[name]);
    assert.equal(lacks.length === 0, name === "exitlab");
    if (lacks.length > 0 && name !== "tinker") assert.throws(() => checkEngine(job, capabilities(name)));
    const set = lacks.flatMap(({ set }) => set === null ? [] : [set]);
    const [mended] = compile(demanding, { runner: "tgi", set }).jobs;
    assert(mended !== undefined);
    checkEngine(mended, capabilities(name));
    assert.deepEqual(serverLacks(mended.settings, profiles[name]), []);
  });
}

Deno.test("serverLacks() of SkyRL is in words", () => {
  const [job] = compile(demanding, { runner: "tgi" }).jobs;
  assert(job !== undefined);
  const lacks = serverLacks(job.settings, profiles.skyrl);
  assert.deepEqual(lacks.map(({ option }) => option), [
    "objective.entropy",
    "objective.clipNorm",
    "objective.kl",
    "sampling.temperature",
    "evaluate.temperature",
    "sampling.publishEvery",
    "checkpoint.every",
    "operators.diversity-bonus.embedder",
    "policy.adapter.alpha",
    "policy.revision",
  ]);
  assert.equal(lacks[2]?.why, "has the coefficient 0.1, and it keeps no frozen reference");
});

Deno.test("serverLacks() names staleness, which no --set takes out", () => {
  const set = ["sampling.maxStaleness=2"];
  const [job] = compile(demanding, { runner: "tgi", set }).jobs;
  assert(job !== undefined);
  const lack = serverLacks(job.settings, profiles.skyrl).find(({ option }) =>
    option === "sampling.maxStaleness"
  );
  assert.equal(lack?.set, null);
});

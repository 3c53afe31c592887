import assert from "node:assert/strict";
import { join } from "node:path";
import { bestSoFar, growTrees } from "exitlab/lib/loop/grow_trees.ts";
import { evaluationRows, nodeRows } from "exitlab/lib/loop/records.ts";
import type { Responder } from "exitlab/lib/loop/responder.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import {
  type HostedEvaluation,
  hostedRun,
  isFinished,
  runHostedEvaluation,
} from "exitlab/runners/hf/infer/hosted_evaluation.ts";
import { digits } from "../../../support/digit_domain.ts";
import { fragile } from "../../../support/fragile_domain.ts";

const model = { model: "org/model", provider: null, endpoint: null };
const evaluation: HostedEvaluation = {
  experiment: "programs",
  domain: fragile(),
  operators: [improve()],
  evaluation: {
    every: 50,
    steps: 5,
    samples: 2,
    tasks: 3,
    temperature: 1,
    topP: 1,
    resamples: 0,
    search: { drafts: 2, debugProbability: 1, debugDepth: 3 },
  },
  maxTokens: 8,
  context: null,
  seed: 3,
  model,
};

const responder: Responder = {
  context: Infinity,
  contextOption: "--context",
  count: () => 0,
  respond: (requests) =>
    Promise.resolve(requests.map(({ seed }) => ({ text: String(1111 + seed % 3333), tokens: 4 }))),
};

async function inFolder(use: (runs: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function count(runs: string, query: string): Promise<unknown[]> {
  const reader = await openRuns(runs);
  try {
    return [...(await reader.query(query)).rows[0] ?? []];
  } finally {
    reader.close();
  }
}

Deno.test("runHostedEvaluation() searches as a trained policy's evaluation does", async () => {
  await inFolder(async (runs) => {
    assert.equal(await isFinished(runs, hostedRun(evaluation)), false);
    await runHostedEvaluation(evaluation, { runs, responder, remarks: () => [] });
    assert.equal(await isFinished(runs, hostedRun(evaluation)), true);
    const { search } = evaluation.evaluation;
    assert(search !== undefined);
    const trees = await growTrees({ ...evaluation, responder }, search, 0);
    const nodes = nodeRows(trees, 0);
    const rows = evaluationRows(bestSoFar(trees), 0);
    assert.deepEqual(await count(runs, "select count(*), sum(quality)::float4, count_if(best) from nodes"), [
      nodes.length,
      Math.fround(nodes.reduce((sum, { quality }) => sum + (quality ?? 0), 0)),
      nodes.filter(({ best }) => best).length,
    ]);
    assert.deepEqual(await count(runs, "select count(*), sum(quality)::float4 from evaluations"), [
      rows.length,
      Math.fround(rows.reduce((sum, { quality }) => sum + (quality ?? 0), 0)),
    ]);
  });
});

Deno.test("runHostedEvaluation() says how it ended, and begins anew without a trace of that", async () => {
  await inFolder(async (runs) => {
    const failing: Responder = { ...responder, respond: () => Promise.reject(new Error("No more")) };
    const remarks = () => [{ level: "info", kind: "hosted-usage", message: "{}" }];
    await assert.rejects(runHostedEvaluation(evaluation, { runs, responder: failing, remarks }), /No more/);
    assert.deepEqual(await count(runs, "select status from runs"), ["interrupted"]);
    assert.deepEqual(await count(runs, "select message from events where kind = 'interrupted'"), ["No more"]);
    await runHostedEvaluation(evaluation, { runs, responder, remarks });
    assert.deepEqual(await count(runs, "select status from runs"), ["finished"]);
    assert.deepEqual(await count(runs, "select count_if(kind = 'interrupted'), count(*) from events"), [
      0,
      2,
    ]);
    const again = runHostedEvaluation(evaluation, {
      runs: join(runs, hostedRun(evaluation).id, "finished"),
      responder,
      remarks,
    });
    await assert.rejects(again, /found a file on the way/);
  });
});

Deno.test("hostedRun() is the same for the same question, and another for another", () => {
  const { id, hash, arm } = hostedRun(evaluation);
  assert.match(id, /^programs-eval-org_model-s3-[0-9a-f]{8}$/);
  assert.equal(arm, "org/model");
  // How often a training run would have been evaluated says nothing of this.
  assert.equal(hostedRun({ ...evaluation, evaluation: { ...evaluation.evaluation, every: 9 } }).hash, hash);
  const others = [
    { ...evaluation, seed: 4 },
    { ...evaluation, maxTokens: 9 },
    { ...evaluation, context: 4096 },
    { ...evaluation, domain: digits() },
    { ...evaluation, operators: [] },
    { ...evaluation, evaluation: { ...evaluation.evaluation, steps: 6 } },
    { ...evaluation, model: { ...model, provider: "groq" } },
    { ...evaluation, model: { ...model, hub: "http://127.0.0.1:1" } },
    { ...evaluation, model: { ...model, endpoint: "http://127.0.0.1:1" } },
    { ...evaluation, model: { ...model, endpoint: "http://127.0.0.1:1/private/v1" } },
  ].map((other) => hostedRun(other).hash);
  const own = hostedRun({ ...evaluation, model: { ...model, endpoint: "http://127.0.0.1:1/private/v1" } });
  assert(!JSON.stringify(own.settings).includes("private"));
  assert.equal(new Set([hash, ...others]).size, 1 + others.length);
});

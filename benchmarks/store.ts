/**
 * What logging costs: rollouts a second written with their text, one transaction a step, and what an evaluation, the
 * close and a query take.
 *
 * Usage: deno run -A benchmarks/store.ts
 *
 * @module
 */
import { openRuns } from "../lib/metrics/reader.ts";
import type { Batch } from "../lib/metrics/rows.ts";
import { openStore } from "../lib/metrics/store.ts";
import { row } from "./row.ts";

const steps = 300;
const groupsPerStep = 32;
const rolloutsPerGroup = 8;
const rolloutsPerStep = groupsPerStep * rolloutsPerGroup;
const evaluation = { tasks: 256, samples: 8, steps: 16 };

/** Measures and prints one row each. */
export async function benchStore(): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${runs}/bench`);
    const store = await openStore(`${runs}/bench`, { run: "bench", arm: "exit", seed: 1 });
    await store.begin({
      ...{
        experiment: "bench",
        planHash: "",
        jobHash: "",
        exitlabVersion: "",
        domain: "",
        policy: "",
        engine: "",
      },
      ...{ settings: {}, started: new Date().toISOString(), trainingTasks: 256, iterates: true },
    });
    for (let step = 1; step <= 20; step++) await store.write(stepBatch(step));
    // Made before the clock starts: making rows is the loop's work.
    const batches = Array.from({ length: steps }, (_, index) => stepBatch(21 + index));
    const writing = await seconds(async () => {
      for (const batch of batches) await store.write(batch);
    });
    const perSecond = Math.round(steps * rolloutsPerStep / writing).toLocaleString("en");
    const perStep = `${(writing / steps * 1000).toFixed(1)} ms a step of ${rolloutsPerStep}`;
    row("rollouts logged with text, one transaction a step", `${perSecond} rollouts/s`, perStep);

    const chains = evaluationBatch(steps);
    const evaluating = await seconds(() => store.write(chains));
    row(`an evaluation of ${chains.evaluations?.length} attempts`, `${(evaluating * 1000).toFixed(0)} ms`);
    row("open the live run for reading, ask curves", `${(await asking(runs) * 1000).toFixed(0)} ms`);
    const closing = await seconds(() => store.finish("finished"));
    row("close: checkpoint and Parquet export", `${(closing * 1000).toFixed(0)} ms`);
    row("open the closed run for reading, ask curves", `${(await asking(runs) * 1000).toFixed(0)} ms`);
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1000;
}

async function asking(runs: string): Promise<number> {
  return await seconds(async () => {
    const reader = await openRuns(runs);
    await reader.query("from curves");
    reader.close();
  });
}

function stepBatch(iteration: number): Batch {
  const time = new Date().toISOString();
  const indices = Array.from({ length: rolloutsPerStep }, (_, index) => index);
  const groups = indices.slice(0, groupsPerStep);
  return {
    step: {
      ...{
        iteration,
        tokens: iteration * 5000,
        rollouts: iteration * rolloutsPerStep,
        reward: 0.5,
        quality: 0.5,
      },
      ...{
        solved: 0.5,
        zeroVariance: 0.4,
        depth: 1.2,
        replayed: 0.5,
        entropy: 0.1,
        gradientNorm: 1,
        clipped: 0,
      },
      ...{ samplerGap: 0, learningRate: 3e-4, space: 512, effectiveSize: 170, extra: { kappa: 15 } },
      ...{ secondsSample: 0.1, secondsTrain: 0.1, seconds: 0.2, tokensPerSecond: 25_000, time },
    },
    groups: groups.map((groupIndex) => ({
      ...{
        iteration,
        groupIndex,
        start: id(iteration, groupIndex),
        root: id(0, groupIndex),
        mode: "improve",
      },
      ...{ turn: 0, depth: 1, chainStep: 0, size: rolloutsPerGroup, reward: 0.5, quality: 0.5, solved: 0.5 },
      ...{ learnability: 0.25, trained: true, prompt: `1..4/.3../..2./4..1 ${grid(groupIndex)}` },
      ...{
        task: groupIndex,
        startParent: id(0, groupIndex),
        startBorn: 1,
        chain: groupIndex,
        round: 0,
        asked: groupsPerStep,
      },
    })),
    rollouts: indices.map((index) => ({
      ...{ iteration, groupIndex: Math.floor(index / rolloutsPerGroup), rollout: index % rolloutsPerGroup },
      ...{
        prompt: null,
        response: grid(iteration * index),
        quality: 0.5,
        solved: index % 2 === 0,
        reward: 0.5,
      },
      ...{ advantage: index / 7, tokens: 20, finish: "stop", shortened: 0, ownMode: "improve" },
      ...{ failed: false, validation: 0.5, turns: null },
      successors: [{ id: id(iteration, index), turn: 0, depth: 2, mode: "improve" }],
    })),
    starts: groups.map((index) => ({
      ...{
        id: id(iteration, index),
        root: id(0, index),
        parent: id(iteration - 1, index),
        turn: 0,
        depth: 1,
      },
      ...{ mode: "improve", born: iteration, learnability: 0.25, visits: 0, quality: 0.5, solved: false },
      ...{ response: grid(index), active: true, updated: iteration },
    })),
  };
}

function evaluationBatch(iteration: number): Batch {
  const { tasks, samples, steps } = evaluation;
  const perTask = samples * (steps + 1);
  return {
    evaluations: Array.from({ length: tasks * perTask }, (_, index) => ({
      ...{ iteration, split: "test", task: id(1, Math.floor(index / perTask)), step: index % (steps + 1) },
      ...{ sample: Math.floor(index % perTask / (steps + 1)), quality: 0.5, solved: index % 3 === 0 },
      ...{ changed: index % 5 === 0, tokens: 20, response: grid(index), shortened: 0 },
      ...{ mode: "improve", failed: false, validation: 0.5, turns: null },
    })),
  };
}

function id(iteration: number, index: number): string {
  return (iteration * 4096 + index).toString(16).padStart(16, "0");
}

function grid(seed: number): string {
  return String(seed * 2_654_435_761 % 10 ** 16).padStart(16, "1");
}

if (import.meta.main) await benchStore();

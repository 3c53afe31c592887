/** Made-up runs: every number follows from the iteration, so that two of them are alike. */
import type { Batch, ResampleRow, RunRow, StartRow, SuccessorRow } from "../../../lib/metrics/rows.ts";
import { openStore, type RunStore } from "../../../lib/metrics/store.ts";

/** Text that breaks careless quoting, line splitting and encoding. */
export const hostile = `it's "quoted" \\ % ; -- 日本語 🙂\n\r\t\u2028{"a":1}\u0000,'; drop table starts; --`;

export const time = "2025-06-01T12:00:00.123Z";

export const runRow: RunRow = {
  experiment: "exit-math",
  planHash: "p".repeat(64),
  jobHash: "j".repeat(64),
  exitlabVersion: "0.1.0",
  domain: "sudoku",
  policy: "tiny-transformer",
  engine: "wasm, 2 workers",
  settings: { objective: { groupSize: 2 }, note: hostile },
  started: time,
  trainingTasks: 2 ** 40,
  iterates: true,
};

/** What iteration `n` writes: a step, 2 groups of 2 rollouts, new and changed starts; from n = 2 held-out answers. */
export function batch(n: number): Batch {
  return {
    step: {
      ...{ iteration: n, tokens: n * 3e9, rollouts: n * 4, reward: n / 7, quality: 0.1 * n, solved: 0.25 },
      ...{ zeroVariance: 0.5, depth: 1 / 3, replayed: 0.5, entropy: NaN, gradientNorm: Infinity, clipped: 0 },
      ...{
        samplerGap: 1e-9,
        learningRate: 3e-4,
        space: n,
        effectiveSize: null,
        extra: { kappa: 15, odd: NaN },
      },
      ...{ secondsSample: Math.random(), secondsTrain: Math.random(), seconds: 1, tokensPerSecond: 5 },
      time: new Date().toISOString(),
    },
    groups: [0, 1].map((groupIndex) => ({
      ...{ iteration: n, groupIndex, start: `s${n}`, root: "r", mode: "improve", turn: 0, depth: 1 },
      ...{ chainStep: 0, size: 2, reward: 0.5, quality: 0.5, solved: 0.5, learnability: 0.25, trained: true },
      ...{
        prompt: `prompt ${n} ${hostile}`,
        task: n,
        startParent: groupIndex === 0 ? null : `s${n - 1}`,
        startBorn: n - 1,
        chain: groupIndex,
        round: groupIndex,
        asked: 2 - groupIndex,
      },
    })),
    rollouts: [0, 1, 2, 3].map((index) => ({
      ...{ iteration: n, groupIndex: index >> 1, rollout: index & 1, prompt: null, response: hostile },
      ...{ quality: index / 3, solved: index === 3, reward: index / 3, advantage: index - 1.5, tokens: 9 },
      ...{ finish: "stop", shortened: index * 100, ownMode: index % 2 === 0 ? "improve" : "debug" },
      ...{ failed: index === 0, validation: index / 4, turns: index === 1 ? [hostile, ""] : null },
      successors: index === 2
        ? []
        : [successor(n, index), { ...successor(n, 0), parent: "s0", failed: true }],
    })),
    starts: [start(`s${n}`, n, n), ...(n > 1 ? [start(`s${n - 1}`, n - 1, n), start("s0", 0, n)] : [])],
    evaluations: n % 2 === 0
      ? evaluation(n, (task, sample, step) => (task + sample + step + n) % 3 === 0)
      : [],
    nodes: n % 2 === 0 ? tree(n) : [],
    resamples: n % 2 === 0
      ? draws(n, (task, draw) => ({ solved: task === draw, response: `${draw % 2}` }))
      : [],
    events: n % 3 === 0
      ? [{
        iteration: n,
        time: new Date().toISOString(),
        level: "info",
        kind: "checkpoint",
        message: hostile,
      }]
      : [],
  };
}

function successor(n: number, index: number): SuccessorRow {
  return { id: `s${n}${index}`, turn: index, depth: n, mode: "improve" };
}

function start(id: string, born: number, updated: number): StartRow {
  return {
    ...{
      id,
      root: "r",
      parent: born === 0 ? null : `s${born - 1}`,
      turn: 0,
      depth: born,
      mode: "improve",
      born,
    },
    ...{
      learnability: updated / 100,
      visits: updated - born,
      quality: 0.5,
      solved: false,
      response: hostile,
    },
    ...{ active: updated - born < 2, updated },
  };
}

/** Chains over some tasks with 2 samples and k = 0 … `steps`, solved as a rule says. */
export function evaluation(
  iteration: number,
  solved: (task: number, sample: number, step: number) => boolean,
  steps = 4,
  tasks = 3,
): NonNullable<Batch["evaluations"]> {
  return [...Array(tasks).keys()].flatMap((task) =>
    [0, 1].flatMap((sample) =>
      Array.from({ length: steps + 1 }, (_, step) => ({
        ...{ iteration, split: "test", task: `t${task}`, sample, step, quality: 0.5, tokens: 3 },
        ...{ solved: solved(task, sample, step), changed: step > 0, response: `${hostile} ${step}` },
        ...{ shortened: step, mode: step === 0 ? "base" : "improve" },
        ...{ failed: false, validation: 0.25, turns: step === 1 ? [hostile, "2"] : null },
      }))
    )
  );
}

/** A search of five nodes over a task: a draft that fails, is mended twice and then improved twice, once for the better. */
export function tree(iteration: number): NonNullable<Batch["nodes"]> {
  const nodes = [
    { mode: "base", parent: null, debugDepth: 0, validation: 0, quality: 0, failed: true, best: false },
    { mode: "debug", parent: 0, debugDepth: 1, validation: 0, quality: 0, failed: true, best: false },
    { mode: "debug", parent: 1, debugDepth: 2, validation: 0.25, quality: 0.5, failed: false, best: true },
    { mode: "improve", parent: 2, debugDepth: 0, validation: 0.125, quality: 1, failed: false, best: false },
    { mode: "improve", parent: 2, debugDepth: 0, validation: 0.5, quality: 0.25, failed: false, best: true },
  ];
  return nodes.map((node, step) => ({
    ...{ iteration, split: "test", task: "t0", sample: 0, node: step, step, solved: node.quality === 1 },
    ...{ ...node, tokens: 7 + step, shortened: 0, response: `${hostile} ${step}` },
    feedback: node.failed ? `Line 1: ${hostile}` : null,
  }));
}

/** First attempts at some tasks, each drawn `count` times, as a rule says. */
export function draws(
  iteration: number,
  drawn: (task: number, draw: number) => Pick<ResampleRow, "solved" | "response"> & Partial<ResampleRow>,
  count = 3,
  tasks = 3,
): NonNullable<Batch["resamples"]> {
  return [...Array(tasks).keys()].flatMap((task) =>
    Array.from({ length: count }, (_, draw) => ({
      ...{ iteration, split: "test", task: `t${task}`, draw, quality: 0.5, tokens: 3 },
      ...{ failed: false, validation: 0.25, turns: null },
      ...drawn(task, draw),
    }))
  );
}

/** A run folder with a store, begun. */
export async function begin(
  runs: string,
  run: string,
  { arm = "exit", seed = 1, row = runRow }: { arm?: string; seed?: number; row?: RunRow } = {},
): Promise<RunStore> {
  const folder = `${runs}/${run}`;
  await Deno.mkdir(folder, { recursive: true });
  const store = await openStore(folder, { run, arm, seed });
  await store.begin(row);
  return store;
}

/** Calls a function with a new folder, and removes that. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "exitlab-test-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

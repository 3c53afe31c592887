import { join } from "node:path";
import { exit } from "exitlab/lib/curriculum/exit.ts";
import { fixedDepth } from "exitlab/lib/curriculum/fixed_depth.ts";
import { uniform } from "exitlab/lib/curriculum/uniform.ts";
import { defineExperiment } from "exitlab/lib/experiment/define_experiment.ts";
import { compile } from "exitlab/lib/experiment/compile.ts";
import type { Policy } from "exitlab/lib/engine/engine.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import { anyIterates } from "exitlab/lib/operator/any_iterates.ts";
import { changeBonus } from "exitlab/lib/operator/change_bonus.ts";
import { debug } from "exitlab/lib/operator/debug.ts";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { ngrams } from "exitlab/lib/operator/ngrams.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
import { type JobEvent, type JobResult, runJob } from "exitlab/lib/loop/run_job.ts";
import { openStore } from "exitlab/lib/metrics/store.ts";
import { fragile } from "../../support/fragile_domain.ts";
import { digits } from "../../support/digit_domain.ts";
import { errands } from "./errands_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

/** What all have. */
export const shared = {
  name: "stub",
  policy: tinyTransformer({ warmStart: { steps: 0 } }),
  objective: grpo({ groups: 6, groupSize: 4 }),
  budget: { iterations: 9 },
  evaluate: { every: 4, steps: 2, samples: 2, tasks: 4 },
  checkpoint: { every: 3 },
};

/** With room for a conversation. */
export const readingPolicy = tinyTransformer({ warmStart: { steps: 0 }, context: 1024 });

/** With a small task space. */
export const exploring = exit({ capacity: 16, minimumFill: 4 });

/** One job of each way that a run can be put together. */
export const variants = {
  uniform: defineExperiment({ ...shared, domain: digits(), curriculum: uniform() }),
  exit: defineExperiment({ ...shared, domain: digits(), curriculum: exploring, operators: [improve()] }),
  chain: defineExperiment({ ...shared, domain: digits(), curriculum: fixedDepth({ depth: 2 }) }),
  shaped: defineExperiment({
    ...shared,
    domain: digits(),
    curriculum: fixedDepth({ depth: 2, reward: "shaped", bonus: 0.5 }),
  }),
  redrawn: defineExperiment({
    ...shared,
    domain: digits(),
    curriculum: exploring,
    operators: [improve(), diverge(), changeBonus(), diversityBonus({ embedder: ngrams() })],
    objective: grpo({ groups: 6, groupSize: 4, redraws: 2, minibatches: 2 }),
  }),
  imitating: defineExperiment({
    ...shared,
    domain: digits(),
    curriculum: exploring,
    operators: [improve(), selfImitation()],
    objective: grpo({ groups: 6, groupSize: 4, importance: { mode: "truncate", most: 2 } }),
    sampling: { publishEvery: 2 },
  }),
  ahead: defineExperiment({
    ...shared,
    domain: digits(),
    curriculum: exploring,
    operators: [improve(), diverge(), selfImitation()],
    objective: grpo({ groups: 6, groupSize: 4, redraws: 1, importance: {} }),
    sampling: { maxStaleness: 1 },
  }),
  aheadAndBehind: defineExperiment({
    ...shared,
    domain: errands(),
    policy: readingPolicy,
    curriculum: fixedDepth({ depth: 2 }),
    sampling: { maxStaleness: 2, publishEvery: 2 },
  }),
  mending: defineExperiment({
    ...shared,
    domain: fragile(),
    policy: readingPolicy,
    sampling: { maxTokens: 5 },
    curriculum: exploring,
    operators: [improve(), debug(), diverge({ probability: 0.5 }), selfImitation()],
  }),
  searching: defineExperiment({
    ...shared,
    domain: fragile(),
    policy: readingPolicy,
    sampling: { maxTokens: 5 },
    curriculum: exploring,
    operators: [improve(), debug()],
    evaluate: { ...shared.evaluate, steps: 6, search: { drafts: 2, debugProbability: 0.5, debugDepth: 1 } },
  }),
  turns: defineExperiment({
    ...shared,
    domain: errands(),
    policy: readingPolicy,
    curriculum: exploring,
    operators: [improve(), diverge()],
  }),
  turnsChain: defineExperiment({
    ...shared,
    domain: errands({ rule: "improvement" }),
    policy: readingPolicy,
    curriculum: fixedDepth({ depth: 2 }),
  }),
} as const;

/** The name of a way. */
export type Variant = keyof typeof variants;
/** All of them. */
export const variantNames: readonly Variant[] = [
  "uniform",
  "exit",
  "chain",
  "shaped",
  "redrawn",
  "imitating",
  "ahead",
  "aheadAndBehind",
  "mending",
  "searching",
  "turns",
  "turnsChain",
];

/** The job of a way. */
export function job(variant: Variant): Job {
  const [first] = compile(variants[variant]).jobs;
  if (first === undefined) throw new Error("no job");
  return first;
}

/** Runs a job in a folder; `stopAt` interrupts it when this iteration is reported. */
export async function play(
  at: Job,
  runs: string,
  stopAt: number = Infinity,
  build: string = "stub",
  policy: Policy = stubPolicy(at.seed),
): Promise<JobResult & { events: JobEvent[] }> {
  const directory = join(runs, at.id);
  const { curriculum, domain, operators } = at.settings;
  await Deno.mkdir(directory, { recursive: true });
  const store = await openStore(directory, { run: at.id, arm: at.arm, seed: at.seed });
  const stop = new AbortController();
  const events: JobEvent[] = [];
  try {
    await store.begin({
      experiment: at.experiment,
      planHash: "",
      jobHash: at.hash,
      exitlabVersion: "0",
      domain: "digits",
      policy: "stub",
      engine: "stub",
      settings: { curriculum: { kind: curriculum.kind, options: curriculum.options } },
      started: new Date(0).toISOString(),
      trainingTasks: domain.tasks("train").size,
      iterates: anyIterates(operators),
    });
    const result = await runJob(at, {
      policy,
      build,
      initial: undefined,
      store,
      directory,
      signal: stop.signal,
      report: (event) => {
        events.push(event);
        if (event.kind === "step" && event.step.iteration === stopAt) stop.abort();
      },
    });
    if (result.status === "finished") await store.finish("finished");
    return { ...result, events };
  } finally {
    store.close();
  }
}

/** Calls something with new folders. */
export async function inFolders(count: number, test: (folders: string[]) => Promise<void>): Promise<void> {
  const folders = await Promise.all(Array.from({ length: count }, () => Deno.makeTempDir()));
  try {
    await test(folders);
  } finally {
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}

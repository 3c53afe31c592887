/** Small runs on the stub engine with their logs, for tests of replays. */
import assert from "node:assert/strict";
import { exit, type ExitInput } from "exitlab/lib/curriculum/exit.ts";
import type { CurriculumPart } from "exitlab/lib/curriculum/curriculum.ts";
import { learnability } from "exitlab/lib/curriculum/learnability.ts";
import { prioritized } from "exitlab/lib/curriculum/prioritized.ts";
import { compile } from "exitlab/lib/experiment/compile.ts";
import { defineExperiment } from "exitlab/lib/experiment/define_experiment.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import type { LoggedRun } from "exitlab/lib/replay/logged_run.ts";
import { readLog } from "exitlab/lib/replay/read_log.ts";
import { digits } from "../../support/digit_domain.ts";
import { inFolders, play, shared } from "../loop/job_variants.ts";

/** A small job with this curriculum, and with `improve()` unless it works on roots alone. */
export function jobWith(curriculum: CurriculumPart, { tasks = 8, iterations = 12 } = {}): Job {
  const experiment = defineExperiment({
    ...{ ...shared, domain: digits({ tasks }), curriculum },
    operators: curriculum.histories ? [improve()] : [],
    budget: { iterations },
    evaluate: { every: 0, steps: 0, samples: 1, tasks: 1 },
  });
  return compile(experiment).jobs[0] ?? assert.fail("no job");
}

/** The same with a training source that has no end. */
export function endless(job: Job): Job {
  const { domain } = job.settings;
  const at = (index: number) => ({ id: `train-${index}`, task: { answer: String(index % 4 + 1) } });
  return {
    ...job,
    settings: {
      ...job.settings,
      domain: { ...domain, tasks: (split) => split === "train" ? { size: null, at } : domain.tasks(split) },
    },
  };
}

/** Exploratory Iteration with a small space and these options. */
export function small(options: ExitInput): CurriculumPart {
  return exit({ capacity: 12, minimumFill: 4, ...options });
}

/** Curricula of many settings, by what is peculiar to each. */
export const curricula: Readonly<Record<string, CurriculumPart>> = {
  "a target effective size": small({ effectiveSize: 0.3 }),
  "staleness": small({ staleness: 0.5 }),
  "distinct starts": small({ distinct: true, keep: "all", probability: 0.8 }),
  "kept best, oldest out": small({ keep: "best", eviction: "oldest" }),
  "kept worst, no solved starts": small({ keep: "worst", solvedStarts: false }),
  "roots in the space": small({ roots: true, score: "quality", variance: "sample" }),
  "prioritized by rank": prioritized({ minimumFill: 4, capacity: 6 }),
  "prioritized by score": prioritized({
    minimumFill: 4,
    prioritization: "score",
    temperature: 1,
    staleness: 0.4,
  }),
  "learnability": learnability({ keep: 3, poolSize: 6, refreshEvery: 2, share: 0.7 }),
};

/** Runs a job, interrupted and resumed if that is wanted, and hands on its log. */
export async function withLog(
  job: Job,
  test: (log: LoggedRun) => Promise<void>,
  stopAt?: number,
): Promise<void> {
  await inFolders(1, async ([runs = ""]) => {
    if (stopAt !== undefined) await play(job, runs, stopAt);
    await play(job, runs);
    const reader = await openRuns(runs);
    try {
      await test(await readLog(reader, job.id));
    } finally {
      reader.close();
    }
  });
}

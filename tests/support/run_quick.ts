import assert from "node:assert/strict";
import { join } from "node:path";
import { compile, type Experiment } from "exitlab";
import type { Overrides } from "exitlab/lib/experiment/plan.ts";
import type { Json } from "exitlab/lib/json.ts";
import { runJob } from "exitlab/lib/loop/run_job.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { openStore } from "exitlab/lib/metrics/store.ts";
import type { Random } from "exitlab/lib/random.ts";
import { respondingEngine } from "./scripted_engine.ts";

/** Asks the rows that a run wrote. */
export type Ask = (sql: string) => Promise<readonly (readonly Json[])[]>;

/**
 * Runs an arm of an experiment's quick form, or of another one, to its end on an engine that answers as a function says, and hands on what it wrote.
 *
 * @param respond Gets the prompt, a skill that grows from 0 to 1 with training, and a stream of its own.
 */
export async function runQuick(
  experiment: Experiment,
  arm: string,
  respond: (prompt: string, skill: number, random: Random) => string,
  test: (ask: Ask) => Promise<void>,
  overrides: Partial<Overrides> = { quick: true },
): Promise<void> {
  const { jobs, plan } = compile(experiment, { ...overrides, runner: "tgi" });
  const job = jobs.find((candidate) => candidate.arm === arm) ?? assert.fail(arm);
  const runs = await Deno.makeTempDir();
  try {
    const directory = join(runs, job.id);
    await Deno.mkdir(directory);
    const policy = await respondingEngine(respond).open(job.settings.policy, job.seed);
    const store = await openStore(directory, { run: job.id, arm: job.arm, seed: job.seed });
    await store.begin({
      experiment: job.experiment,
      planHash: plan.hash,
      jobHash: job.hash,
      exitlabVersion: "0",
      domain: job.settings.domain.kind,
      policy: job.settings.policy.kind,
      engine: "script",
      settings: {},
      started: new Date(0).toISOString(),
      trainingTasks: null,
      iterates: null,
    });
    const signal = new AbortController().signal;
    const context = {
      policy,
      build: "script",
      initial: undefined,
      store,
      directory,
      signal,
      report: () => {},
    };
    assert.equal((await runJob(job, context)).status, "finished");
    await store.finish("finished");
    store.close();
    await policy.close();
    const reader = await openRuns(runs);
    try {
      await test(async (sql) => (await reader.query(sql)).rows);
    } finally {
      reader.close();
    }
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

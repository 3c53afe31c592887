/** Whole runs whose prompts do not always fit, on held-out tasks of several benchmarks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exit } from "exitlab/lib/curriculum/exit.ts";
import type { Domain } from "exitlab/lib/domain/domain.ts";
import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
import { compile } from "exitlab/lib/experiment/compile.ts";
import { defineExperiment } from "exitlab/lib/experiment/define_experiment.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import type { Json } from "exitlab/lib/json.ts";
import { runJob } from "exitlab/lib/loop/run_job.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { openStore } from "exitlab/lib/metrics/store.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import { allRows } from "../../support/all_rows.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

/** The stub writes one character less than it may. */
const [maxTokens, context] = [200, 420];

/** Held-out tasks take turns: two of three are of the large benchmark. */
function benchmarked(domain: Domain): Domain {
  const of = (index: number): string => index % 3 === 2 ? "small" : "large";
  return {
    ...domain,
    tasks: (split) => {
      const source = domain.tasks(split);
      return { ...source, at: (index) => ({ ...source.at(index), benchmark: of(index) }) };
    },
  };
}

function job(size: number = context): Job {
  const [first] = compile(defineExperiment({
    name: "benchmarks",
    domain: digits(),
    policy: tinyTransformer({ context: size, warmStart: { steps: 0 } }),
    objective: grpo({ groups: 6, groupSize: 4 }),
    curriculum: exit({ capacity: 16, minimumFill: 4 }),
    operators: [improve(), selfImitation()],
    budget: { iterations: 6 },
    sampling: { maxTokens },
    evaluate: { every: 3, steps: 2, samples: 2, tasks: 6, resamples: 3 },
    checkpoint: { every: 2 },
  })).jobs;
  if (first === undefined) throw new Error("no job");
  return { ...first, settings: { ...first.settings, domain: benchmarked(first.settings.domain) } };
}

async function play(at: Job, runs: string, size: number, stopAt: number = Infinity): Promise<void> {
  const directory = join(runs, at.id);
  await Deno.mkdir(directory, { recursive: true });
  const store = await openStore(directory, { run: at.id, arm: at.arm, seed: at.seed });
  const stop = new AbortController();
  try {
    await store.begin({
      ...{ experiment: at.experiment, planHash: "", jobHash: at.hash, exitlabVersion: "0", domain: "digits" },
      ...{ policy: "stub", engine: "stub", settings: {}, started: new Date(0).toISOString() },
      ...{ trainingTasks: null, iterates: null },
    });
    const { status } = await runJob(at, {
      policy: { ...stubPolicy(at.seed), context: size },
      build: "stub",
      initial: undefined,
      store,
      directory,
      signal: stop.signal,
      report: (event) => {
        if (event.kind === "step" && event.step.iteration === stopAt) stop.abort();
      },
    });
    if (status === "finished") await store.finish("finished");
  } finally {
    store.close();
  }
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(runs: string, sql: string): Promise<readonly (readonly Json[])[]> {
  const reader = await openRuns(runs);
  try {
    assert.deepEqual(reader.warnings, []);
    return (await reader.query(sql)).rows;
  } finally {
    reader.close();
  }
}

Deno.test("a run records what its prompts left out, and its held-out tasks by benchmark", (t) =>
  inFolder(async (runs) => {
    await play(job(), runs, context);

    await t.step(
      "a rollout's prompt is shortened where it asks to improve; the attempt stays whole",
      async () => {
        const [[improves, others, longest] = []] = await ask(
          runs,
          `select bool_and(shortened > 0) filter (mode = 'improve'), max(shortened) filter (mode <> 'improve'),
           max(shortened) from rollouts join groups using (run, iteration, group_index)`,
        );
        assert.deepEqual([improves, others], [true, 0]);
        assert(Number(longest) > 0 && Number(longest) < maxTokens);
        const whole =
          "select min(length(response)), max(length(response)) from starts where response is not null";
        assert.deepEqual(await ask(runs, whole), [[maxTokens - 1, maxTokens - 1]]);
        const told = await ask(
          runs,
          `select distinct regexp_extract(groups.prompt, '\\d+ characters left out'), shortened
           from rollouts join groups using (run, iteration, group_index) where shortened > 0 and rollout = 0`,
        );
        assert(told.length > 0);
        for (const [text, shortened] of told) assert.equal(text, `${shortened} characters left out`);
      },
    );

    await t.step("an iteration tells the share of such prompts, and an event says so once", async () => {
      const steps = await ask(
        runs,
        `select iteration, coalesce((extra->>'$.shortened')::double, 0) - avg((shortened > 0)::int),
           extra like '%shortened%' = (max(shortened) > 0)
           from steps join rollouts using (run, iteration) group by iteration, extra order by iteration`,
      );
      assert.deepEqual(steps, [1, 2, 3, 4, 5, 6].map((iteration) => [iteration, 0, true]));
      const events = await ask(
        runs,
        `select iteration, count(*) filter (message like '%in training%'),
           count(*) filter (message like '%in evaluation%') from events where kind = 'shortened-prompts'
           and level = 'warning' group by all order by all`,
      );
      const shortened = await ask(
        runs,
        `select iteration, bool_or(training)::int, bool_or(not training)::int from (
           select iteration, shortened, true as training from rollouts
           union all select iteration, shortened, false from evaluations
         ) where shortened > 0 group by all order by all`,
      );
      assert.deepEqual(events, shortened);
      assert.deepEqual(events[0], [0, 0, 1]);
    });

    await t.step("evaluations and first attempts drawn anew name the benchmark", async () => {
      const chains = "select split, count(distinct task), max(shortened) filter (step = 0), " +
        "min(shortened) filter (step > 0) > 0 from evaluations group by all order by all";
      assert.deepEqual(await ask(runs, chains), [["large", 4, 0, true], ["small", 2, 0, true]]);
      const drawn = "select split, count(distinct task), count(*) from resamples group by all order by all";
      assert.deepEqual(await ask(runs, drawn), [["large", 4, 12], ["small", 2, 6]]);
    });

    await t.step("it gives the same rows when it is stopped and resumed", async () => {
      const undisturbed = await allRows(runs);
      for (const stopAt of [1, 3, 5]) {
        await inFolder(async (parts) => {
          await play(job(), parts, context, stopAt);
          await play(job(), parts, context);
          assert.deepEqual(await allRows(parts), undisturbed);
        });
      }
    });
  }));

Deno.test("a run whose prompts all fit says nothing of shortening", () =>
  inFolder(async (runs) => {
    await play(job(1024), runs, 1024);
    const sql = "select (select max(shortened) from rollouts), (select max(shortened) from evaluations), " +
      "(select count(*) from events where kind = 'shortened-prompts'), " +
      "(select count(*) from steps where extra like '%shortened%'), " +
      "(select count(*) from groups where mode = 'improve') > 0";
    assert.deepEqual(await ask(runs, sql), [[0, 0, 0, 0, true]]);
  }));

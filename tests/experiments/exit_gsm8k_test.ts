import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { compile } from "exitlab";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import type { Json } from "exitlab/lib/json.ts";
import { type JobEvent, type JobResult, runJob } from "exitlab/lib/loop/run_job.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { openStore } from "exitlab/lib/metrics/store.ts";
import experiment from "exitlab/experiments/exit_gsm8k.ts";
import { allRows } from "../support/all_rows.ts";
import { pieceTokenizer } from "../support/piece_tokenizer.ts";
import { type KnownProblem, readRequest } from "../support/script.ts";
import { type ScriptedEngine, scriptedEngine } from "../support/scripted_engine.ts";

/** The quick form, shorter still. */
const iterations = 16;
const set = [`budget.iterations=${iterations}`, "checkpoint.every=5", "evaluate.every=8", "evaluate.steps=2"];
const { plan, jobs } = compile(experiment, { quick: true, runner: "tgi", set });

/** Every problem of the quick form's tasks, by the task's id. */
const known: ReadonlyMap<string, KnownProblem> = knownProblems();

function knownProblems(): Map<string, KnownProblem> {
  const { domain, evaluate } = jobs[0]?.settings ?? assert.fail("no job");
  const train = domain.tasks("train");
  return new Map(
    [
      ...Array.from({ length: train.size ?? 0 }, (_, index) => train.at(index)),
      ...Array.from({ length: evaluate.tasks }, (_, index) => domain.tasks("test").at(index)),
    ].map(({ id, task }) => [id, knownProblem(task)]),
  );
}

function knownProblem(task: Json): KnownProblem {
  assert(typeof task === "object" && task !== null && "problem" in task && "answer" in task);
  const answer = Number(task.answer);
  assert(Number.isSafeInteger(answer), String(task.answer));
  return { problem: String(task.problem), answer };
}

/** Runs a job in a folder; `stopAt` interrupts it when this iteration is reported. */
async function play(
  engine: ScriptedEngine,
  job: Job,
  runs: string,
  stopAt: number = Infinity,
): Promise<JobResult & { readonly resumedAt: number | undefined }> {
  const directory = join(runs, job.id);
  await Deno.mkdir(directory, { recursive: true });
  const { settings, arm, seed, id, hash } = job;
  const policy = await engine.open(settings.policy, seed);
  const store = await openStore(directory, { run: id, arm, seed });
  const stop = new AbortController();
  let resumedAt: number | undefined;
  const report = (event: JobEvent): void => {
    if (event.kind === "resumed") resumedAt = event.iteration;
    if (event.kind === "step" && event.step.iteration === stopAt) stop.abort();
  };
  try {
    await store.begin({
      experiment: job.experiment,
      planHash: plan.hash,
      jobHash: hash,
      exitlabVersion: "0",
      domain: settings.domain.kind,
      policy: settings.policy.kind,
      engine: "script",
      settings: {},
      started: new Date(0).toISOString(),
      trainingTasks: null,
      iterates: null,
    });
    const { build } = await engine.capabilities();
    const context = { policy, build, initial: undefined, store, directory, signal: stop.signal, report };
    const result = await runJob(job, context);
    if (result.status === "finished") await store.finish("finished");
    return { ...result, resumedAt };
  } finally {
    await policy.close();
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

/** Runs an arm, and hands on what was written: the engine's memory, and a way to ask the rows. */
async function played(
  arm: string,
  test: (
    engine: ScriptedEngine,
    ask: (sql: string) => Promise<readonly (readonly Json[])[]>,
  ) => Promise<void>,
): Promise<void> {
  const job = jobs.find((candidate) => candidate.arm === arm) ?? assert.fail(arm);
  await inFolder(async (runs) => {
    const engine = scriptedEngine([...known.values()]);
    assert.deepEqual(await play(engine, job, runs), {
      status: "finished",
      iteration: iterations,
      resumedAt: undefined,
    });
    const reader = await openRuns(runs);
    try {
      await test(engine, async (sql) => (await reader.query(sql)).rows);
    } finally {
      reader.close();
    }
  });
}

Deno.test("exit_gsm8k compiles for tgi and hf, and is refused for this machine with the way out", () => {
  const [tgi, hf] = (["tgi", "hf"] as const).map((runner) => compile(experiment, { runner }).plan);
  assert.equal(tgi?.jobs.length, 15);
  assert.deepEqual(tgi?.jobs, hf?.jobs);
  assert.deepEqual(Object.keys(tgi?.arms ?? {}), ["grpo", "chain", "curriculum", "improve", "exit"]);
  assert.throws(() => compile(experiment), {
    name: "UserError",
    message:
      'Arm "grpo" has the policy hub(), which the local runner cannot train; add --runner tgi or --runner hf',
  });
});

Deno.test("exit_gsm8k trains on 1,280 problems and holds out others", () => {
  const { domain } = compile(experiment, { runner: "hf" }).jobs[0]?.settings ?? assert.fail("no job");
  assert.equal(domain.tasks("train").size, 1280);
  const heldOut = domain.tasks("test");
  const ids = new Set(Array.from({ length: heldOut.size ?? 0 }, (_, index) => heldOut.at(index).id));
  assert.equal(ids.size, 1319);
  for (let index = 0; index < 1280; index++) assert.ok(!ids.has(domain.tasks("train").at(index).id));
});

Deno.test("pieceTokenizer() gives back any text", () => {
  const { encodeResponse, decode } = pieceTokenizer();
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => decode(encodeResponse(text)) === text));
});

for (const { arm } of jobs) {
  Deno.test(`exit_gsm8k runs the arm ${arm} from its first rollout to its last row`, async () => {
    await played(arm, async (_, ask) => {
      const [counts] = await ask(
        "select (select count(*)::int from runs where status = 'finished'), (select count(*)::int from steps), " +
          "(select count(*)::int from groups), (select count(*)::int from rollouts), " +
          "(select count(*)::int from evaluations), (select count(*)::int from resamples)",
      );
      // Chains have ⌊8 / 5⌋ starts with five groups each; 32 problems are evaluated three times, at k = 0, 1, 2.
      const groups = iterations * (arm === "chain" ? 5 : 8);
      assert.deepEqual(counts, [1, iterations, groups, 8 * groups, 3 * 3 * 32, 3 * 32]);
      // Sampler and trainer agree on every token, training changes the weights, and the KL term sees it.
      const steps = await ask(
        "select sampler_gap, gradient_norm, extra->>'kl' from steps order by iteration",
      );
      assert.ok(steps.every(([gap, norm]) => gap === 0 && Number(norm) > 0), JSON.stringify(steps));
      assert.ok(steps.slice(1).every(([, , kl]) => Number(kl) > 0), JSON.stringify(steps));
      const leaked = await ask(
        "select count(*)::int from groups semi join evaluations on groups.root = evaluations.task",
      );
      assert.deepEqual(leaked, [[0]]);
    });
  });

  Deno.test(`exit_gsm8k solves in the arm ${arm} what the script meant to be right, and nothing else`, async () => {
    await played(arm, async (engine, ask) => {
      const rows = await ask(
        "select g.root, r.response, r.quality, r.solved from rollouts r join groups g using (run, iteration, group_index) " +
          "union all select task, response, quality, solved from evaluations " +
          "union all select task, response, quality, solved from resamples",
      );
      const seen = new Map<string, number>();
      for (const [task, response, quality, solved] of rows) {
        const meaning = engine.meant.get(known.get(String(task))?.problem ?? "")?.get(String(response));
        const right = meaning === "right";
        assert.deepEqual(
          [quality, solved],
          [Number(right), right],
          `${meaning}: ${JSON.stringify([task, response])}`,
        );
        seen.set(meaning ?? "", (seen.get(meaning ?? "") ?? 0) + 1);
      }
      assert.deepEqual([...seen.keys()].toSorted(), ["hostile", "none", "right", "wrong"]);
      assert.ok([...seen.values()].every((times) => times > 20), JSON.stringify([...seen]));
      // Training, evaluation and resampling ask in one frame each for first attempts, improvements and divergences.
      assert.equal(engine.frames.size, arm === "exit" ? 3 : 2, [...engine.frames].join("\n---\n"));
      assert.deepEqual([...engine.strange], []);
    });
  });

  Deno.test(`exit_gsm8k gives the same rows when the arm ${arm} is stopped and resumed`, async () => {
    const job = jobs.find((candidate) => candidate.arm === arm) ?? assert.fail(arm);
    await inFolder(async (whole) => {
      await play(scriptedEngine([...known.values()]), job, whole);
      const undisturbed = await allRows(whole);
      for (const stopAt of [3, 11]) {
        await inFolder(async (parts) => {
          // Each process has an engine of its own.
          const stopped = await play(scriptedEngine([...known.values()]), job, parts, stopAt);
          assert.equal(stopped.status, "interrupted");
          const { status, resumedAt } = await play(scriptedEngine([...known.values()]), job, parts);
          assert.equal(status, "finished");
          assert.equal(resumedAt, stopped.iteration);
          assert.deepEqual(await allRows(parts), undisturbed);
        });
      }
    });
  });
}

for (const [arm, modes] of [["improve", ["improve"]], ["exit", ["diverge", "improve"]]] as const) {
  Deno.test(`exit_gsm8k asks in the arm ${arm} with problem and response, in words that tell nothing else`, async () => {
    await played(arm, async (engine, ask) => {
      const rows = await ask(
        "select g.mode, g.root, g.prompt, s.response from groups g join starts s on g.run = s.run and g.start = s.id " +
          "where g.mode <> 'base'",
      );
      assert.deepEqual([[rows.length]], await ask("select count(*)::int from groups where mode <> 'base'"));
      const frames = new Map<string, Set<string>>();
      const meanings = new Set<string>();
      for (const [mode, task, prompt, response] of rows.map((row) => row.map(String))) {
        assert(mode !== undefined && prompt !== undefined && response !== undefined);
        const problem = known.get(task ?? "")?.problem ?? assert.fail(task);
        const { current, frame } = readRequest(prompt, problem);
        assert.equal(current, response);
        frames.set(mode, (frames.get(mode) ?? new Set()).add(frame));
        meanings.add(engine.meant.get(problem)?.get(response) ?? "");
      }
      assert.deepEqual([...frames.keys()].toSorted(), modes);
      // The same frame whatever the answer is and however good the response was: it can give neither away.
      for (const [mode, set] of frames) assert.equal(set.size, 1, `${mode}: ${[...set].join("\n---\n")}`);
      assert.deepEqual([...meanings].toSorted(), ["hostile", "none", "right", "wrong"]);
    });
  });

  Deno.test(`exit_gsm8k grows the task space of the arm ${arm}, and keeps its lineage`, async () => {
    await played(arm, async (_, ask) => {
      const sizes = (await ask("select space from steps order by iteration")).map(([size]) => Number(size));
      const full = sizes.indexOf(64);
      assert.ok(full > 4, String(sizes));
      assert.ok(
        sizes.every((size, at) => at > full ? size === 64 : size > (sizes[at - 1] ?? 0)),
        String(sizes),
      );
      const [deep] = await ask(
        "select count(*)::int from starts s join starts p on s.run = p.run and s.parent = p.id " +
          "where s.depth >= 2 and s.depth = p.depth + 1 and s.root = p.root",
      );
      assert.ok(Number(deep?.[0]) > 0);
      assert.ok((await ask("select 1 from groups where mode <> 'base' and trained")).length > 0);
    });
  });
}

Deno.test("exit_gsm8k measures steps that mend answers, and steps that spoil them", async () => {
  await played("exit", async (_, ask) => {
    const [flips] = await ask(
      "select count(*) filter (after.solved and not before.solved)::int, " +
        "count(*) filter (before.solved and not after.solved)::int, count(*) filter (after.changed)::int " +
        "from evaluations before join evaluations after using (run, iteration, task, sample) " +
        "where after.step = before.step + 1",
    );
    assert.ok(flips?.every((count) => Number(count) >= 5), String(flips));
  });
});

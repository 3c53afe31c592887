import assert from "node:assert/strict";
import { join } from "node:path";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import type { Policy } from "exitlab/lib/engine/engine.ts";
import { type JobEvent, runJob } from "exitlab/lib/loop/run_job.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { openStore } from "exitlab/lib/metrics/store.ts";
import { readLatestCheckpoint, writeCheckpoint } from "exitlab/lib/loop/checkpoint.ts";
import { allRows } from "../../support/all_rows.ts";
import { stubPolicy } from "../../support/stub_engine.ts";
import { inFolders, job, play, variantNames } from "./job_variants.ts";

for (const kind of variantNames) {
  Deno.test(`runJob() gives the same rows when ${kind} is run twice, or stopped and resumed`, async () => {
    await inFolders(2, async ([whole = "", again = ""]) => {
      assert.equal((await play(job(kind), whole)).status, "finished");
      const undisturbed = await allRows(whole);
      await play(job(kind), again);
      assert.deepEqual(await allRows(again), undisturbed);
      // Before the first checkpoint is due, at it, and between it and the next.
      for (const stopAt of [1, 3, 5]) {
        await inFolders(1, async ([parts = ""]) => {
          assert.deepEqual((await play(job(kind), parts, stopAt)).status, "interrupted");
          const { events, status } = await play(job(kind), parts);
          assert.equal(status, "finished");
          // A step is reported when it is on disk; the next may be done by then.
          const [first] = events;
          assert(first?.kind === "resumed" && [stopAt, stopAt + 1].includes(first.iteration));
          assert.deepEqual(await allRows(parts), undisturbed);
        });
      }
    });
  });
}

Deno.test("runJob() keeps the domain's surroundings once, and again when it goes on in others", async () => {
  const inPlace = (surroundings: string): Job => {
    const at = job("uniform");
    const domain = { ...at.settings.domain, surroundings: () => surroundings };
    return { ...at, settings: { ...at.settings, domain } };
  };
  await inFolders(1, async ([runs = ""]) => {
    await play(inPlace("Held by one layer"), runs, 3);
    await play(inPlace("Held by one layer"), runs, 6);
    await play(inPlace("Held by two layers"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select message from events where kind = 'surroundings' order by iteration",
    );
    reader.close();
    assert.deepEqual(rows, [["Held by one layer"], ["Held by two layers"]]);
  });
});

Deno.test("runJob() draws ahead while the iteration before trains, under weights one step older", async () => {
  const log: string[] = [];
  const watched = (ahead: boolean): Promise<void> =>
    inFolders(1, async ([runs = ""]) => {
      log.length = 0;
      let published = 0;
      let steps = 0;
      const inner = stubPolicy(1);
      const policy: Policy = {
        ...inner,
        publish: () => {
          published = steps;
          return inner.publish();
        },
        sample: async (requests) => {
          const under = published;
          // Longer than a step takes.
          await new Promise((resolve) => setTimeout(resolve, 50));
          log.push(`sampled under ${under}`);
          return await inner.sample(requests);
        },
        optimStep: (options) => {
          steps++;
          log.push("step");
          return inner.optimStep(options);
        },
      };
      const { settings, ...rest } = job("uniform");
      const sampling = ahead ? { ...settings.sampling, maxStaleness: 1 } : settings.sampling;
      const evaluate = { ...settings.evaluate, steps: 0, every: 0, resamples: 0 };
      const budget = { tokens: null, rollouts: null, iterations: 3 };
      await play(
        { ...rest, settings: { ...settings, sampling, evaluate, budget } },
        runs,
        Infinity,
        "stub",
        policy,
      );
    });
  await watched(false);
  const [first, last] = ["sampled under 0", "sampled under 3"];
  assert.deepEqual(log, [first, first, "step", "sampled under 1", "step", "sampled under 2", "step", last]);
  await watched(true);
  assert.deepEqual(log, [first, first, "step", first, "step", "sampled under 1", "step", last]);
});

Deno.test("runJob() resumes from the checkpoint before when the latest was lost", async () => {
  await inFolders(2, async ([whole = "", parts = ""]) => {
    const at = job("exit");
    await play(at, whole);
    await play(at, parts, 7);
    await Deno.remove(join(parts, at.id, "checkpoints", "000008"), { recursive: true });
    const { events } = await play(at, parts);
    assert.deepEqual(events[0], { kind: "resumed", iteration: 6 });
    assert.deepEqual(await allRows(parts), await allRows(whole));
  });
});

Deno.test("runJob() refuses to continue what another build of the engine began", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("uniform"), runs, 2);
    await assert.rejects(
      play(job("uniform"), runs, Infinity, "other"),
      /begun by the engine "stub" .* "other"/,
    );
  });
});

Deno.test("runJob() lets a linear step size reach its end with the budget, and not before", async () => {
  const { settings, ...rest } = job("uniform");
  const objective = grpo({ groups: 6, groupSize: 4, warmup: 0, schedule: "linear" });
  await inFolders(1, async ([runs = ""]) => {
    await play(
      {
        ...rest,
        settings: { ...settings, objective, budget: { tokens: null, rollouts: null, iterations: 4 } },
      },
      runs,
    );
    const reader = await openRuns(runs);
    const { rows } = await reader.query("select learning_rate from steps order by iteration");
    reader.close();
    assert.deepEqual(rows.map(([rate]) => Number(rate)), [1, 0.75, 0.5, 0.25].map((share) => 3e-4 * share));
  });
});

Deno.test("runJob() spends a budget of tokens and not a batch more", async () => {
  const { settings, ...rest } = job("uniform");
  const at: Job = {
    ...rest,
    settings: { ...settings, budget: { tokens: 500, rollouts: null, iterations: null } },
  };
  await inFolders(1, async ([runs = ""]) => {
    await play(at, runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query("select tokens from steps order by iteration");
    reader.close();
    const spent = rows.map(([tokens]) => Number(tokens));
    assert((spent.at(-1) ?? 0) >= 500 && (spent.at(-2) ?? 0) < 500, String(spent));
  });
});

Deno.test("runJob() spends a budget of rollouts, each step of a chain counting as one", async () => {
  const { settings, ...rest } = job("chain");
  const at: Job = {
    ...rest,
    settings: { ...settings, budget: { tokens: null, rollouts: 50, iterations: null } },
  };
  await inFolders(1, async ([runs = ""]) => {
    await play(at, runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select s.rollouts, (select count(*)::int from rollouts r where r.iteration <= s.iteration) from steps s order by all",
    );
    reader.close();
    // Two chains of three responses an iteration, four times each.
    assert.deepEqual(rows.map(([counted]) => counted), [24, 48, 72]);
    assert.deepEqual(rows.map(([, drawn]) => drawn), [24, 48, 72]);
  });
});

Deno.test("runJob() draws more groups only in place of those that teach nothing, up to the cap", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("redrawn"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select iteration, count(*)::int, count(distinct group_index)::int, count_if(trained)::int from groups " +
        "group by all order by all",
    );
    reader.close();
    assert.equal(rows.length, 9);
    for (const [, drawn, indices, trained] of rows) {
      assert.equal(drawn, indices);
      assert(Number(drawn) >= 6 && Number(drawn) <= 18 && Number(trained) <= 6, JSON.stringify(rows));
      assert(Number(drawn) > 6 || Number(trained) === 6, "redraws while something is missing");
    }
  });
});

Deno.test("runJob() draws independent first attempts once, at the last evaluation", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("exit"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select iteration, task, list(draw order by draw)::varchar from resamples group by all order by all",
    );
    reader.close();
    assert.deepEqual(rows, [0, 1, 2, 3].map((task) => [9, `test-${task}`, "[0, 1, 2]"]));
  });
});

Deno.test("runJob() keeps the lineage of starts and never trains on a held-out task", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("exit"), runs);
    const reader = await openRuns(runs);
    const deep = await reader.query(
      "select count(*)::int from starts s join starts p on s.parent = p.id and s.run = p.run " +
        "where s.depth >= 2 and s.depth = p.depth + 1 and s.root = p.root and s.mode = 'improve'",
    );
    assert(Number(deep.rows[0]?.[0]) > 0);
    const leaked = await reader.query("select count(*)::int from groups where root not like 'train-%'");
    assert.equal(leaked.rows[0]?.[0], 0);
    const held = await reader.query("select count(*)::int from evaluations where task not like 'test-%'");
    assert.equal(held.rows[0]?.[0], 0);
    reader.close();
  });
});

Deno.test("runJob() trains on partial histories of every turn, and knows where they come from", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("turns"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select distinct turn from groups where mode <> 'base' order by turn",
    );
    assert.deepEqual(rows, [[0], [1], [2]]);
    // A response that repeats an earlier one is the same start, at whatever depth it was found last.
    const strange = await reader.query(
      "select count(*)::int from starts s join starts p on s.parent = p.id and s.run = p.run " +
        "where s.root <> p.root or s.turn < p.turn or (s.turn > p.turn and s.depth <> 1)",
    );
    assert.equal(strange.rows[0]?.[0], 0);
    const later = await reader.query(
      "select count(*)::int from starts s join starts p on s.parent = p.id and s.run = p.run where s.turn > p.turn",
    );
    assert(Number(later.rows[0]?.[0]) > 0, "some were left behind later in an episode");
    reader.close();
  });
});

Deno.test("runJob() records a domain's own figures of each evaluation, by k", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("turns"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select iteration, list((message->>'$.step')::int order by (message->>'$.step')::int)::varchar, " +
        "min((message->>'$.errands_length')::double) between 2 and 3 from events " +
        "where kind = 'domain-figures' group by all order by all",
    );
    assert.deepEqual(rows, [0, 4, 8, 9].map((iteration) => [iteration, "[0, 1, 2]", true]));
    reader.close();
  });
});

Deno.test("runJob() evaluates before, at each interval and after training, k = 0 to K", async () => {
  await inFolders(1, async ([runs = ""]) => {
    await play(job("uniform"), runs);
    const reader = await openRuns(runs);
    const { rows } = await reader.query(
      "select iteration, list(distinct step order by step)::varchar, count(*)::int from evaluations group by all order by all",
    );
    assert.deepEqual(rows, [0, 4, 8, 9].map((iteration) => [iteration, "[0, 1, 2]", 24]));
    reader.close();
  });
});

Deno.test("runJob() stops with the store's error when a batch cannot be written", async () => {
  await inFolders(1, async ([runs = ""]) => {
    const at = job("uniform");
    const directory = join(runs, at.id);
    await Deno.mkdir(directory);
    const store = await openStore(directory, { run: at.id, arm: at.arm, seed: at.seed });
    const broken: typeof store = {
      begin: (row) => store.begin(row),
      rewind: (iteration) => store.rewind(iteration),
      lastIteration: () => store.lastIteration(),
      finish: (status) => store.finish(status),
      close: () => store.close(),
      write: (batch) =>
        batch.step?.iteration === 3 ? Promise.reject(new Error("no room")) : store.write(batch),
    };
    const context = { policy: stubPolicy(1), build: "stub", initial: undefined, store: broken, directory };
    const steps: number[] = [];
    const report = (event: JobEvent): void => {
      if (event.kind === "step") steps.push(event.step.iteration);
    };
    await assert.rejects(
      runJob(at, { ...context, signal: new AbortController().signal, report }),
      /no room/,
    );
    assert.deepEqual(steps, [1, 2]);
    store.close();
  });
});

Deno.test("runJob() says so when a checkpoint's state is of another version", async () => {
  await inFolders(1, async ([runs = ""]) => {
    const at = job("exit");
    await play(at, runs, 7);
    const directory = join(runs, at.id);
    const saved = await readLatestCheckpoint(directory);
    assert(saved !== undefined);
    const state = { ...saved.state, curriculum: { kept: "otherwise" } };
    await writeCheckpoint(directory, { ...saved, state });
    await assert.rejects(play(at, runs), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, /written by another version of exitlab .*delete the folder/);
      return true;
    });
  });
});

/** Runs under the rule that they were trained by, and under others. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import type { Domain } from "exitlab/domain";
import { openDatabase } from "exitlab/lib/database.ts";
import { groupVariance } from "exitlab/lib/curriculum/group_variance.ts";
import type { Json } from "exitlab/lib/json.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { tables } from "exitlab/lib/metrics/schema.ts";
import { rescore, type Rescored, type RescoreOptions } from "exitlab/lib/replay/rescore.ts";
import { addTallies, type Tally } from "exitlab/lib/replay/rescore_tally.ts";
import { digits } from "../../support/digit_domain.ts";
import { inFolders, job as longJob, play, type Variant } from "../loop/job_variants.ts";
import { errands } from "../loop/errands_domain.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { begin, evaluation, inFolder, runRow } from "../metrics/fabricate.ts";

/** What is not as it was, even under the same rule: names, and what only training could know. */
const changed: Readonly<Record<string, readonly string[]>> = {
  runs: ["domain", "settings", "job_hash", "exitlab_version"],
  steps: ["reward", "zero_variance"],
  groups: ["reward", "trained"],
  rollouts: ["reward", "advantage"],
  starts: ["learnability"],
};

/** The job of a variant, cut short where it takes its time. */
function job(variant: Variant): Job {
  if (variant === "redrawn") return longJob(variant);
  const { settings, ...rest } = longJob(variant);
  return { ...rest, settings: { ...settings, budget: { ...settings.budget, iterations: 4 } } };
}

const folders = new Map<Variant, Promise<string>>();

/** The folder of a run of a variant, which is made once. */
async function trained(variant: Variant): Promise<string> {
  const known = folders.get(variant) ?? Deno.makeTempDir().then(async (runs) => {
    globalThis.addEventListener("unload", () => Deno.removeSync(runs, { recursive: true }));
    await play(job(variant), runs);
    return runs;
  });
  folders.set(variant, known);
  return await known;
}

const rewritten = new Map<Variant, Promise<{ readonly out: string; readonly rescored: Rescored }>>();

/** A variant under its own domain, and the folder that it is written to; made once. */
async function again(variant: Variant): Promise<{ readonly out: string; readonly rescored: Rescored }> {
  const known = rewritten.get(variant) ?? trained(variant).then(async (runs) => {
    const out = join(runs, "..", `${basename(runs)}-again`);
    globalThis.addEventListener("unload", () => Deno.removeSync(out, { recursive: true }));
    return { out, rescored: await regrade(runs, job(variant).settings.domain, { out }) };
  });
  rewritten.set(variant, known);
  return await known;
}

/** The rows of all tables, without what is not as it was. */
async function rows(runs: string): Promise<Record<string, readonly (readonly Json[])[]>> {
  const reader = await openRuns(runs);
  try {
    const found: Record<string, readonly (readonly Json[])[]> = {};
    for (const { name, columns } of Object.values(tables)) {
      const left = ["run", ...changed[name] ?? []];
      const kept = columns.map((column) => column.name).filter((column) => !left.includes(column));
      const where = name === "events" ? "where kind not in ('domain-figures', 'rescored')" : "";
      found[name] = (await reader.query(`select ${kept.join(", ")} from ${name} ${where}`)).rows;
    }
    return found;
  } finally {
    reader.close();
  }
}

/** Rescores all runs of a folder. */
async function regrade(
  runs: string,
  domain: Domain,
  options: Partial<RescoreOptions> = {},
): Promise<Rescored> {
  const reader = await openRuns(runs);
  reader.close();
  const places = reader.folders.map((name) => ({ parent: runs, name }));
  return await rescore({ runs: places, domain, show: 4, ...options });
}

function all({ verdicts }: Rescored): Tally {
  return addTallies(Object.values(verdicts));
}

/** A domain whose `step` gives other verdicts. */
function judging(domain: Domain, change: (response: string, quality: number) => number): Domain {
  return {
    ...domain,
    kind: "other",
    step: async (task, state, response) => {
      const step = await domain.step(task, state, response);
      const quality = change(response, step.verdict.quality);
      return { ...step, verdict: { quality, solved: quality === 1, reward: quality } };
    },
  };
}

const variants: readonly Variant[] = ["redrawn", "searching", "turns", "turnsChain"];

for (const variant of variants) {
  Deno.test(`rescore() by a run's own domain changes nothing, to the last bit (${variant})`, async () => {
    const runs = await trained(variant);
    const { out, rescored } = await again(variant);
    const { rows: logged, judged, same, unanswered } = all(rescored);
    assert.ok(logged > 100);
    assert.deepEqual([judged, same, ...Object.values(unanswered)], [logged, logged, 0, 0, 0, 0]);
    assert.deepEqual(rescored.changed, []);
    assert.deepEqual(await rows(out), await rows(runs));
    for (const { curve, training } of rescored.arms) {
      assert.equal(curve.length, job(variant).settings.evaluate.steps + 1);
      for (const { solved, quality } of curve) {
        assert.deepEqual([solved.difference.mean, quality?.difference.mean], [0, 0]);
        assert.equal(solved.old, solved.now);
      }
      assert.equal(training?.groups, training?.of);
      assert.deepEqual(training?.learnability.old, training?.learnability.now);
    }
  });
}

Deno.test("rescore() rebuilds the states of later turns, and grades equal responses of a state once", async () => {
  const runs = await trained("turns");
  const reader = await openRuns(runs);
  const [later, turns] = (await reader.query(
    "select (select count(*) from groups where turn > 0), sum(coalesce(json_array_length(turns), 1)) from " +
      "(select turns from rollouts union all select turns from evaluations union all select turns from resamples)",
  )).rows[0] ?? [];
  reader.close();
  assert.ok(Number(later) > 0, "some episodes began at a later turn");
  const domain: Domain = errands();
  let steps = 0;
  const counting: Domain = {
    ...domain,
    step: (task, state, response) => {
      steps++;
      return domain.step(task, state, response);
    },
  };
  // A run that is named twice counts once.
  const places = reader.folders.map((name) => ({ parent: runs, name }));
  const twice = await regrade(runs, counting, { runs: [...places, ...places] });
  assert.match(twice.notes.join(), /^Run "stub-.*" in ".*" is left out: another of that name counts$/);
  const { judged, same } = all(twice);
  assert.equal(same, judged);
  assert.ok(steps > 0 && steps < Number(turns), `${steps} steps for ${turns} responses`);
});

Deno.test("rescore() counts what another rule changes, and what that makes of groups", () =>
  inFolders(1, async ([out = ""]) => {
    const runs = await trained("redrawn");
    const rescored = await regrade(
      runs,
      {
        ...judging(digits(), (response, quality) => response.startsWith("2") ? quality / 2 : quality),
        surroundings: () => "Held by nothing",
      },
      { out },
    );
    const reader = await openRuns(runs);
    const ask = async (sql: string): Promise<number> => Number((await reader.query(sql)).rows[0]?.[0]);
    for (const table of ["evaluations", "resamples", "rollouts"] as const) {
      const { judged, lost, gained, stillSolved, stillUnsolved, same, quality } = rescored.verdicts[table];
      const wasRight = await ask(`select count(*) from ${table} where solved and response like '2%'`);
      assert.ok(wasRight > 0);
      assert.deepEqual([lost, gained, quality, same], [wasRight, 0, wasRight, judged - wasRight]);
      assert.equal(stillSolved, await ask(`select count_if(solved) from ${table}`) - wasRight);
      assert.equal(stillUnsolved, await ask(`select count_if(not solved) from ${table}`));
    }
    const { rows: groups } = await reader.query(
      "select iteration, group_index, list(validation order by rollout), list(response order by rollout) " +
        "from rollouts group by all order by all",
    );
    reader.close();
    const written = await openRuns(out);
    const { rows: now } = await written.query(
      "select iteration, group_index, quality, learnability, reward, trained from groups order by all",
    );
    assert.equal(now.length, groups.length);
    for (const [at, [iteration, index, rewards, responses]] of groups.entries()) {
      assert.ok(Array.isArray(rewards) && Array.isArray(responses));
      const own = rewards.map((reward, of) =>
        String(responses[of]).startsWith("2") ? Number(reward) / 2 : Number(reward)
      );
      const rollouts = own.map((reward) => ({
        verdict: { quality: reward, solved: reward === 1, reward },
        successors: [],
      }));
      const mean = own.reduce((sum, reward) => sum + reward, 0) / own.length;
      assert.deepEqual(now[at], [
        ...[iteration, index, mean, groupVariance(rollouts, "reward"), null, null],
      ]);
    }
    const { rows: ended } = await written.query(
      "select domain, json_extract_string(settings, '$.rescored'), message from runs join events using (run) " +
        "where kind in ('rescored', 'surroundings') order by kind",
    );
    written.close();
    const { judged, same } = all(rescored);
    assert.deepEqual(ended.map(([kind, rule]) => [kind, rule]), [["other", "other 1"], ["other", "other 1"]]);
    assert.equal(ended[1]?.[2], "Held by nothing");
    assert.match(
      String(ended[0]?.[2]),
      new RegExp(`${judged} of ${judged} verdicts, of which ${judged - same} `),
    );
    assert.equal(rescored.changed.length, 4);
    for (const { old, now: verdict, responses } of rescored.changed) {
      assert.deepEqual([old.quality, verdict.quality, responses[0]?.slice(0, 1)], [1, 0.5, "2"]);
    }
    const [arm] = rescored.arms;
    assert.ok(arm !== undefined && arm.curve.every(({ solved }) => solved.now <= solved.old));
    assert.ok(arm.curve.some(({ solved }) => solved.now < solved.old));
    assert.ok(arm.training !== null && arm.training.learnability.now < arm.training.learnability.old);
  }));

Deno.test("rescore() says what a rule cannot answer, and leaves it out of both sides", () =>
  inFolders(1, async ([out = ""]) => {
    const runs = await trained("redrawn");
    const domain = digits();
    const fewer: Domain = {
      ...domain,
      tasks: (split) => {
        const source = domain.tasks(split);
        return split === "train" ? { ...source, size: 2 } : { ...source, size: 3 };
      },
    };
    const rescored = await regrade(runs, fewer, { out });
    assert.deepEqual(rescored.missing.filter((id) => id.startsWith("test")), ["test-3"]);
    const { verdicts: { evaluations, rollouts } } = rescored;
    assert.equal(evaluations.unanswered.task, evaluations.rows / 4);
    assert.equal(evaluations.same, evaluations.judged);
    assert.ok(rollouts.unanswered.task > 0 && rollouts.judged > 0);
    assert.equal(rescored.arms[0]?.tasks, 3);
    assert.ok((rescored.arms[0].training?.groups ?? 0) < (rescored.arms[0].training?.of ?? 0));
    const written = await openRuns(out);
    const { rows } = await written.query(
      "select count(distinct task), (select count(*) from rollouts), (select count(*) from rollouts where solved is null) " +
        "from evaluations",
    );
    written.close();
    assert.deepEqual(rows, [[3, rollouts.rows, rollouts.unanswered.task]]);
    const failing: Domain = {
      ...domain,
      tasks: () => {
        throw new Error("no file");
      },
    };
    await assert.rejects(
      regrade(runs, failing),
      { name: "UserError", message: 'Domain "digits" threw "no file" when it was asked for its test tasks' },
    );
  }));

Deno.test("rescore() takes a rule that throws or gives no verdict for broken, and writes nothing by it", () =>
  inFolders(1, async ([out = ""]) => {
    const runs = await trained("redrawn");
    const usual: Domain = digits();
    // A rule that changes the state that it is given would change what comes after.
    const seen = new Set<string>();
    const isFirst = (response: string, digit: string): boolean =>
      response.startsWith(digit) && seen.size < seen.add(digit).size;
    const impure: Domain = {
      ...usual,
      step: (task, state, response) => {
        if (isFirst(response, "4")) Object.assign(Object(state), { turn: 9 });
        return usual.step(task, state, response);
      },
    };
    const breaking = judging(impure, (response, quality) => {
      if (isFirst(response, "2")) throw new Error(`cannot read "${response}"`);
      return isFirst(response, "3") ? NaN : quality;
    });
    const rescored = await regrade(runs, breaking, { out });
    const { broken, judged, rows } = all(rescored);
    assert.ok(broken > 0);
    assert.equal(broken + judged, rows);
    assert.ok(
      rescored.broken.some((text) =>
        /^Domain "other" threw "cannot read .* \(task "test-\d", response "2.*"\)$/.test(text)
      ),
      rescored.broken.join("\n"),
    );
    assert.ok(rescored.broken.some((text) => text.includes("gives a quality of NaN, outside [0, 1]")));
    assert.match(rescored.notes.join(), /is not written: the rule breaks on its responses/);
    assert.deepEqual([...Deno.readDirSync(out)], []);
    assert.ok(rescored.broken.some((text) => /threw "Cannot assign to read only.*response "4/.test(text)));
  }));

Deno.test("rescore() counts episodes that another rule ends earlier or later", async () => {
  const runs = await trained("turns");
  const domain: Domain = errands();
  const hasty: Domain = {
    ...domain,
    step: async (task, state, response) => ({ ...await domain.step(task, state, response), done: true }),
  };
  const early = await regrade(runs, hasty);
  assert.ok(early.verdicts.evaluations.endedEarly > 0);
  // What began after the first turn has no place any more.
  assert.ok(early.verdicts.rollouts.unanswered.start > 0);
  const patient: Domain = {
    ...domain,
    step: async (task, state, response) => ({ ...await domain.step(task, state, response), done: false }),
  };
  const late = await regrade(runs, patient);
  const { judged, unended, same } = late.verdicts.evaluations;
  assert.deepEqual([unended, same], [judged, judged]);
});

Deno.test("rescore() does not guess the turns of an old log", () =>
  inFolder(async (runs) => {
    const rows = evaluation(0, () => false, 1, 2).map((row, at) => ({
      ...row,
      task: `test-${row.task.slice(1)}`,
      ...{ turns: null, validation: null, failed: null, response: at % 2 === 0 ? "1" : "1\n2" },
    }));
    const store = await begin(runs, "old", { row: { ...runRow, domain: "digits" } });
    await store.write({ evaluations: rows });
    await store.finish("finished");
    const file = `${runs}/old/evaluations.parquet`;
    const { connection, close } = await openDatabase(":memory:", {});
    await connection.run(`create table old as select * exclude turns from '${file}'`);
    await connection.run(`copy old to '${file}' (format parquet)`);
    close();
    const { verdicts: { evaluations } } = await regrade(runs, digits({ turns: 2 }));
    assert.deepEqual([evaluations.judged, evaluations.unanswered.turns], [rows.length / 2, rows.length / 2]);
    assert.equal((await regrade(runs, digits())).verdicts.evaluations.judged, rows.length);
  }));

Deno.test("rescore() overwrites no run, and writes none among others' runs", () =>
  inFolders(1, async ([out = ""]) => {
    const runs = await trained("redrawn");
    await assert.rejects(regrade(runs, digits(), { out: runs }), /another folder than that of the runs/);
    const { out: full, rescored: { runs: [written] } } = await again("redrawn");
    assert(written !== undefined && written.written !== null && written.written.startsWith(full));
    await assert.rejects(
      regrade(runs, digits(), { out: full }),
      /was rescored by this rule before: ".*" is there/,
    );
    await assert.rejects(
      regrade(runs, digits({ turns: 2 }), { out: written.written }),
      /to be a folder for runs but found the run/,
    );
    const store = await begin(out, "begun");
    await store.write({ evaluations: evaluation(0, () => true) });
    store.close();
    await assert.rejects(regrade(out, digits()), /Run "begun" has not ended/);
  }));

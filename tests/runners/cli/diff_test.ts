/** Two runs side by side. */
import assert from "node:assert/strict";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { diffCommand } from "../../../runners/cli/diff.ts";
import { batch, begin, evaluation, inFolder, runRow } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";

/** A run of 12 held-out tasks; a plan says the version of its domain. */
async function trained(
  runs: string,
  name: string,
  options: { readonly depth: number; readonly solved: (task: number) => boolean; readonly version?: string },
): Promise<void> {
  const settings = {
    curriculum: { kind: "fixed-depth", options: { depth: options.depth } },
    budget: { iterations: 2 },
  };
  const store = await begin(runs, name, { row: { ...runRow, settings } });
  await store.write(batch(1));
  await store.write({ evaluations: evaluation(4, options.solved, 10, 12) });
  await store.finish("finished");
  if (options.version === undefined) return;
  const plan = { arms: { exit: { settings: { domain: { kind: "sudoku", version: options.version } } } } };
  await Deno.writeTextFile(`${runs}/${name}/plan.json`, JSON.stringify(plan));
}

Deno.test("diff shows the settings and versions that differ, and the outcome with an interval over tasks", () =>
  inFolder(async (runs) => {
    await trained(runs, "one", { depth: 2, solved: (task) => task < 3, version: "1" });
    await trained(runs, "two", { depth: 4, solved: (task) => task < 9, version: "2" });
    const { code, out, error } = await captured(diffCommand, "one", "two", "--runs", runs);
    assert.deepEqual([code, error], [0, ""]);
    assert.match(out, /^domain +sudoku, version 1 +sudoku, version 2 +differs$/m);
    assert.match(out, /^engine +wasm, 2 workers +wasm, 2 workers +same$/m);
    assert.match(out, /They differ in 2 of 4 settings/);
    assert.match(out, /^curriculum\.depth +2 +4$/m);
    assert.match(out, /^domain\.version +1 +2$/m);
    assert.match(out, /Solved share of the 12 held-out tasks that both have/);
    assert.match(out, /^10 +0\.250 +0\.750 +\+0\.500 \[\+0\.\d+, \+0\.\d+\]$/m);
    // Of ten steps those at powers of two are told.
    assert.deepEqual(
      [...out.matchAll(/^(\d+) +0\.250/gm)].map(([, k]) => Number(k)),
      [0, 1, 2, 4, 8, 10],
    );
    assert.match(out, /At k = 10 two is ahead on these tasks; whether its settings or its seed did that/);

    const { settings, outcome } = JSON.parse(
      (await captured(diffCommand, "two", "one", "--runs", runs, "--json")).out,
    );
    assert.deepEqual(settings, [
      { path: "curriculum.depth", first: 4, second: 2 },
      { path: "domain.version", first: "2", second: "1" },
    ]);
    assert.deepEqual([outcome.tasks, outcome.steps.length, outcome.steps[10].difference.mean], [
      12,
      11,
      -0.5,
    ]);
    assert.ok(outcome.steps[10].difference.high < 0);
  }));

Deno.test("diff has the figures that SQL has, at every step", async () => {
  const runs = "notebooks/example_runs";
  const words = ["example-grpo-s1-7c529c1b", "example-exit-s1-7567b7b1"];
  for (const measure of ["solved", "quality"]) {
    const { code, out } = await captured(
      diffCommand,
      ...words,
      "--runs",
      runs,
      "--json",
      "--measure",
      measure,
    );
    assert.equal(code, 0);
    const { outcome } = JSON.parse(out);
    const reader = await openRuns(runs, { only: words });
    // From the answers themselves, at the last evaluation of each run.
    const { rows } = await reader.query(
      `with ends as (select run, max(iteration) as iteration from evaluations group by run),
        means as (
          select run, step, avg(${measure}::double) as mean from evaluations semi join ends using (run, iteration)
          where split = 'test' group by run, step
        )
      select step, one.mean, other.mean from means as one join means as other using (step)
      where one.run = $1 and other.run = $2 order by step`,
      words,
    );
    reader.close();
    assert.equal(rows.length, 17);
    assert.equal(outcome.steps.length, 17);
    for (const [at, [step, first, second]] of rows.entries()) {
      const found = outcome.steps[at];
      assert.equal(found.step, step);
      const pairs = [[found.first, first], [found.second, second], [
        found.difference.mean,
        Number(second) - Number(first),
      ]];
      // Qualities are compared in single precision.
      for (const [figure, expected] of pairs) {
        assert.ok(
          Math.abs(figure - Number(expected)) < 1e-7,
          `${measure} after ${step} steps: ${figure}, ${expected}`,
        );
      }
    }
  }
});

Deno.test("diff says so when nothing differs, when there is no plan, and when there is nothing to compare", () =>
  inFolder(async (runs) => {
    const solved = (task: number) => task % 2 === 0;
    for (const folder of ["here", "there"]) {
      await Deno.mkdir(`${runs}/${folder}`);
      await trained(`${runs}/${folder}`, "one", { depth: 2, solved });
    }
    const store = await begin(`${runs}/here`, "begun");
    store.close();
    // The same run in two places: they are told apart by these.
    const same = await captured(diffCommand, `${runs}/here/one`, `${runs}/there/one`);
    assert.match(same.out, /\/here\/one .*\/there\/one/);
    assert.match(same.out, /All 3 settings and versions of parts are the same\./);
    assert.match(same.out, /there\/one\s+has no plan beside it/);
    assert.match(same.out, /On held-out tasks the two are equal, task by task\./);
    const begun = await captured(diffCommand, `${runs}/here/one`, `${runs}/here/begun`);
    assert.equal(begun.code, 0);
    assert.match(begun.out, /begun has no evaluation on held-out tasks/);
  }));

Deno.test("diff refuses what is no pair of runs", () =>
  inFolder(async (runs) => {
    await trained(runs, "one", { depth: 2, solved: () => true });
    for (
      const [words, message] of [
        [["one"], /Expected two runs but found 1/],
        [["one", "on"], /Found no run "on".*did you mean "one"/],
        [["one", "one"], /Expected two runs but found the same one twice, ".*one"/],
        [["one", `${runs}/one/`], /Expected two runs but found the same one twice/],
        [["one", runs], /Expected a run but found a folder of runs/],
      ] as const
    ) {
      const { code, error } = await captured(diffCommand, ...words, "--runs", runs);
      assert.equal(code, 2);
      assert.match(error, message);
    }
  }));

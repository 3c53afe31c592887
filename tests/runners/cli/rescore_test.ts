/** The example runs of the notebooks, graded again. */
import assert from "node:assert/strict";
import { compareCommand } from "../../../runners/cli/compare.ts";
import { reportCommand } from "../../../runners/cli/report.ts";
import { rescoreCommand } from "../../../runners/cli/rescore.ts";
import { sqlCommand } from "../../../runners/cli/sql.ts";
import { begin, inFolder } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";
import { root, task } from "../../support/command_line.ts";

const runs = `${root}notebooks/example_runs`;
const examples = [...Deno.readDirSync(runs)].map(({ name }) => name).filter((name) =>
  name.startsWith("example-")
)
  .toSorted();

/** A file with a domain whose verdicts are those of sudoku, changed. */
async function rule(folder: string, change: string): Promise<string> {
  const file = `${folder}/rule.ts`;
  await Deno.writeTextFile(
    file,
    `import { sudoku } from "exitlab";
    const usual = sudoku();
    export default {
      ...usual,
      kind: "rule",
      step: async (task, state, response) => {
        const step = await usual.step(task, state, response);
        const { quality, solved, reward } = step.verdict;
        return { ...step, verdict: ${change} };
      },
    };`,
  );
  return file;
}

Deno.test("rescore says so when no verdict changes", async () => {
  const { code, out, error } = await captured(
    ...[rescoreCommand, examples[0] ?? "", "--runs", runs, "--domain", "sudoku"] as const,
  );
  assert.equal(code, 0);
  assert.match(out, /^All [\d,]+ verdicts are as they were\.\n$/);
  assert.ok(!error.includes("error"));
});

Deno.test("rescore shows arms under both rules, and writes runs that compare, report and sql read", () =>
  inFolder(async (folder) => {
    const file = await rule(folder, "{ quality: 1 - quality, solved: quality < 0.5, reward: 1 - quality }");
    const out = `${folder}/again`;
    const words = ["--runs", runs, "--domain", file, "--show", "2"];
    const shown = await captured(rescoreCommand, ...words);
    assert.equal(shown.code, 0, shown.error);
    assert.match(shown.out, /^[\d,]+ of [\d,]+ verdicts changed\.$/m);
    assert.match(shown.out, /^arm +of +verdicts +as they were +solved still +no more +now +still not/m);
    assert.match(shown.out, /^exit +evaluations( +[\d,]+){8}$/m);
    assert.match(shown.out, /^exit \(2 seeds, 24 tasks\) +solved +difference +quality$/m);
    assert.match(
      shown.out,
      /^k = 16( +0\.\d{3} → 0\.\d{3} +[+-]0\.\d{3} \[[+-]0\.\d{3}, [+-]0\.\d{3}\]){2}$/m,
    );
    assert.match(
      shown.out.replaceAll(/\s+/g, " "),
      /after 16 steps the order of the arms changes: it was exit, .*, and is .*, exit\./,
    );
    assert.match(shown.out, /^exit − grpo .* higher → lower$/m);
    assert.match(shown.out, /^chain +\d+ +0\.\d{3} → 0\.\d{3} +[+-]0\.\d{3} ± 0\.\d{3}/m);
    assert.equal(shown.out.match(/^sudoku4:/gm)?.length, 2);

    const { arms, ranking, verdicts, changed, rule: { kind }, runs: [{ written }] } = JSON.parse(
      (await captured(rescoreCommand, ...words, "--json", "--out", out)).out,
    );
    assert.deepEqual([kind, changed.length, arms.length, ranking.step], ["rule", 2, 3, 16]);
    assert.equal(verdicts.evaluations.judged, verdicts.evaluations.rows);
    assert.equal(ranking.old[0], ranking.now[2]);

    const { arms: figures } = JSON.parse((await captured(compareCommand, "--runs", out, "--json")).out);
    for (const { label, curve } of figures) {
      const own = arms.find((arm: { label: string }) => arm.label === label);
      assert.deepEqual(
        curve.map(({ mean }: { mean: number }) => mean),
        own.curve.map(({ solved }: { solved: { now: number } }) => solved.now),
      );
    }
    // Beside the runs that they were made from they are other variants of the arms.
    const beside = await captured(compareCommand, runs, out, "--json");
    assert.equal(JSON.parse(beside.out).arms.length, 6);
    const asked = await captured(
      ...[
        sqlCommand,
        "select distinct domain, kind from runs join events using (run)",
        "--runs",
        out,
      ] as const,
    );
    assert.match(asked.out, /^rule +rescored$/m);
    const page = await captured(reportCommand, written, "--out", `${folder}/page`);
    assert.equal(page.code, 0, page.error);
    assert.ok((await Deno.readTextFile(`${folder}/page/report.html`)).includes("rescored"));
  }));

Deno.test("rescore fails by a rule that breaks, and prints nothing that steers a terminal", () =>
  inFolder(async (folder) => {
    const file = await rule(folder, "(() => { throw new Error('\\x1b[2J bad'); })()");
    const { code, out } = await captured(
      ...[rescoreCommand, `${runs}/${examples[0]}`, "--domain", file] as const,
    );
    assert.equal(code, 1);
    assert.match(out, /^The new rule answers for none of [\d,]+ verdicts\.$/m);
    assert.match(out, /the new rule gives no verdict:/);
    assert.match(out, /Domain "rule" threw "·\[2J bad" \(task "sudoku4/);
    assert.ok(!out.includes("\x1b"));
  }));

Deno.test("rescore refuses what it cannot use, and leaves out runs that have not ended", () =>
  inFolder(async (folder) => {
    (await begin(folder, "begun")).close();
    const begun = await captured(rescoreCommand, "--domain", "sudoku", "--runs", folder);
    assert.deepEqual([begun.code, begun.out], [2, ""]);
    assert.match(begun.error, /^note: Run "begun" is left out: it has not ended$/m);
    const several = `${folder}/several.ts`;
    await Deno.writeTextFile(
      several,
      `import { compare, knobs, sudoku, tinyTransformer, uniform, grpo } from "exitlab";
      export default compare({
        name: "two",
        base: { policy: tinyTransformer(), objective: grpo(), budget: { iterations: 1 }, curriculum: uniform() },
        arms: { a: { domain: sudoku() }, b: { domain: knobs() } },
        seeds: [1],
      });`,
    );
    for (
      const [words, message] of [
        [[], /Expected --domain to name the domain whose verdicts count/],
        [["--domain", several], /Expected --domain to be one domain but found 2/],
        [["--domain", "sudoku", "--show", "all"], /Expected --show to be a whole number/],
        [["--domain", "sudoku", "--runs", folder], /Expected runs to rescore but found none/],
        [["begun", "--domain", "sudoku", "--runs", folder], /Run "begun" has not ended/],
        [[examples[0] ?? "", "--domain", "knobs", "--runs", runs], /has none of \d+ \(such as "sudoku4:/],
        [["--domain", "sudoku", "--runs", runs, "--out", runs], /another folder than that of the runs/],
      ] as const
    ) {
      const { code, error } = await captured(rescoreCommand, ...words);
      assert.equal(code, 2);
      assert.match(error, message);
    }
  }));

Deno.test("deno task rescore has the permissions that it needs", () =>
  inFolder(async (folder) => {
    const file = await rule(folder, "{ quality, solved, reward: reward / 2 }");
    const { code, stdout, stderr } = await task(
      ...[
        "rescore",
        `notebooks/example_runs/${examples[0]}`,
        "--domain",
        file,
        "--out",
        `${folder}/again`,
      ] as const,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is written to/);
    assert.match(stdout, /All solved shares and mean qualities are as they were\./);
  }));

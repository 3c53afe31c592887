import assert from "node:assert/strict";
import { join } from "node:path";
import type { Comparison } from "../../../lib/metrics/comparison.ts";
import { runCommand } from "../../../runners/cli/command.ts";
import { compareCommand } from "../../../runners/cli/compare.ts";
import { batch, begin, draws, evaluation, inFolder, runRow } from "../../lib/metrics/fabricate.ts";
import { task } from "../../support/command_line.ts";

/** What the command writes to standard output and standard error, and its exit code. */
async function compare(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const [stdout, stderr] = [Deno.stdout.writeSync, Deno.stderr.writeSync];
  const decoder = new TextDecoder();
  Deno.stdout.writeSync = (bytes) => (written.out += decoder.decode(bytes), bytes.length);
  Deno.stderr.writeSync = (bytes) => (written.err += decoder.decode(bytes), bytes.length);
  try {
    return { code: await runCommand(compareCommand, args), ...written };
  } finally {
    [Deno.stdout.writeSync, Deno.stderr.writeSync] = [stdout, stderr];
  }
}

type Solved = (task: number, sample: number, step: number) => boolean;

const half: Solved = (task) => task % 2 === 0;
const learns: Solved = (task, _sample, step) => task % 2 === 0 || step > task / 2;
const all: Solved = () => true;

const tasks = 12;

/** A run with an evaluation before training, in which nothing is solved, and one after it. */
async function trained(
  runs: string,
  arm: string,
  seed: number,
  solved: Solved,
  {
    tokens = 1_000_000 + seed,
    steps = 4,
    ended = true,
    row = runRow,
    benchmarkOf = (_task: string): string => "test",
  } = {},
): Promise<string> {
  const name = `${arm}-s${seed}`;
  await Deno.mkdir(runs, { recursive: true });
  // The order in which runs began is the order of their arms.
  const begun = [...Deno.readDirSync(runs)].length;
  const started = new Date(Date.parse(row.started) + 1000 * begun).toISOString();
  const settings = { ...row.settings, curriculum: { kind: arm, options: { depth: steps } } };
  const store = await begin(runs, name, { arm, seed, row: { ...row, settings, started } });
  const { step, groups, starts } = batch(1);
  assert.ok(step !== undefined);
  await store.write({ evaluations: evaluation(0, () => false, steps, tasks) });
  await store.write({
    step: { ...step, iteration: 20, tokens, rollouts: Math.round(tokens / 10) },
    groups: groups ?? [],
    starts: starts ?? [],
    evaluations: evaluation(20, solved, steps, tasks).map((row) => ({
      ...row,
      split: benchmarkOf(row.task),
    })),
    resamples: draws(
      20,
      (task, draw) => ({ solved: draw === task % 5, response: `${draw}` }),
      steps + 1,
      tasks,
    ).map((row) => ({ ...row, split: benchmarkOf(row.task) })),
  });
  if (ended) await store.finish("finished");
  else store.close();
  return name;
}

/** Arms over seeds, each with its rule. */
async function experiment(
  runs: string,
  arms: Readonly<Record<string, Solved>>,
  seeds = [1, 2, 3],
): Promise<void> {
  for (const seed of seeds) {
    for (const [arm, solved] of Object.entries(arms)) await trained(runs, arm, seed, solved);
  }
}

/** A user's mistake: exit code 2, one sentence, nothing on standard output. */
function assertMistake(outcome: { code: number; out: string; err: string }, wanted: RegExp): void {
  assert.deepEqual({ code: outcome.code, out: outcome.out }, { code: 2, out: "" }, outcome.err);
  assert.match(outcome.err.split("\n").findLast((line) => line.startsWith("error: ")) ?? "", wanted);
  assert.doesNotMatch(outcome.err, /\n\s+at /);
}

Deno.test("compare shows arms side by side, with what their differences show", (t) =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await experiment(runs, { grpo: half, same: half, chain: learns, exit: all });
    const { code, out, err } = await compare("--runs", runs);
    assert.deepEqual({ code, err }, { code: 0, err: "" });

    await t.step("it says of arms that are alike that no difference was shown", () => {
      assert.match(out, /^- same and grpo: the interval includes zero: no difference shown$/m);
      assert.match(out, /^same - grpo +3 +\+0\.000 \[\+0\.000, \+0\.000\] +0\.000 +1\.000 +1\.000 /m);
      assert.match(out, /3 comparisons on 3 seeds and 12 held-out tasks\./);
      assert.doesNotMatch(out, /Warning/);
    });

    await t.step("it ranks arms that clearly differ, and shows the whole of each", () => {
      assert.match(out, /^4 arms, 3 seeds, 12 held-out tasks, 2 chains each\.$/m);
      assert.match(
        out,
        /At equal generated training tokens \(grpo 1\.000M, same 1\.000M, chain 1\.000M, exit/,
      );
      assert.match(out, /^arm +seeds +k = 0 +k = 1 +k = 2 +k = 4$/m);
      assert.match(out, /^grpo +3 +0\.500 ± 0\.000 +0\.500 ± 0\.000 +0\.500 ± 0\.000 +0\.500 ± 0\.000$/m);
      assert.match(
        out,
        /^- exit is higher than grpo at k = 4: the interval excludes zero, also after adjustment$/m,
      );
      assert.match(out, /^chain +0\.833 \[.*\] +\+0\.333 \[.*\] +\+0\.\d+ \[.*\]$/m);
      assert.match(out, /best of draws \(oracle\) +best of the chain \(oracle\)/);
      assert.match(out, /^chain +5 +0\.833 ± 0\.000 +0\.\d+ ± 0\.000 +1\.000 ± 0\.000 /m);
      assert.match(out, /^chain +\+8 +8 +0 /m);
      assert.match(out, /^copies +k = 1 +k = 2 +k = 4 /m);
      assert.match(out, /^exit +1\.00 +1\.00 +1 +100 % +1 /m);
      assert.match(out, /^exit +0 % \(2\)$/m);
      assert.match(out, /^exit +1, 2, 3 +1,000,002 +100,000 +20$/m);
    });

    await t.step("it prints JSON that holds every figure", async () => {
      const json: Comparison = JSON.parse((await compare("--runs", runs, "--json", "--seed", "7")).out);
      assert.deepEqual([json.steps, json.seed, json.measure, json.level], [4, 7, "solved", 0.95]);
      assert.deepEqual(json.arms.map(({ label, curve }) => [label, curve.length]), [
        ...[["grpo", 5], ["same", 5], ["chain", 5], ["exit", 5]],
      ]);
      assert.equal(json.differences[0]?.arm, "same");
      assert.equal(json.arms[0]?.runs[0]?.planHash, runRow.planHash);
    });

    const pages = join(folder, "new", "pages");
    const words = ["--against", "grpo", "--against", "chain", "--step", "3"];
    const first = await compare(...words, "--runs", runs, "--out", pages);
    assert.equal(first.code, 0, first.err);
    const page = await Deno.readTextFile(join(pages, "exit-math.md"));

    await t.step("it writes a page that stands alone, and its picture", async () => {
      assert.match(page, /^# exit-math\n\n!\[exit-math: .*\]\(exit-math\.svg\)\n/);
      assert.ok(page.includes(`- Plan ${runRow.planHash}`));
      assert.match(page, /^\| curriculum +\| +grpo \| +same \| +chain \| +exit \|$/m);
      assert.match(page, /^objective\.groupSize = 2$/m);
      assert.match(page, /^deno task compare/m);
      assert.match(page, /^\| grpo +\| +3 \| 0\.500 \[0\.\d+, 0\.\d+\] \|/m);
      assert.match(await Deno.readTextFile(join(pages, "exit-math.svg")), /^<svg [^>]*xmlns/);
      const { code, stderr } = await new Deno.Command("deno", {
        args: ["fmt", "--check", "--no-config", "--line-width", "110", join(pages, "exit-math.md")],
        stdout: "null",
        stderr: "piped",
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    });

    await t.step("it writes a file that gives the same tables and page again", async () => {
      assert.deepEqual([...Deno.readDirSync(pages)].map(({ name }) => name).toSorted(), [
        "exit-math.md",
        "exit-math.parquet",
        "exit-math.svg",
      ]);
      const parquet = join(pages, "exit-math.parquet");
      const again = await compare(parquet, ...words, "--out", join(folder, "again"), "--name", "copy");
      assert.equal(again.out, first.out);
      const withoutCommand = (text: string) =>
        text.replaceAll("copy", "exit-math").replace(/\ndeno task .*\n/, "\n");
      const copied = await Deno.readTextFile(join(folder, "again", "copy.md"));
      assert.equal(withoutCommand(copied), withoutCommand(page));
    });
  }));

Deno.test("compare says that one seed cannot rank arms", () =>
  inFolder(async (runs) => {
    await experiment(runs, { grpo: half, exit: all }, [4]);
    const { out } = await compare("--runs", runs);
    assert.match(out, /One seed cannot rank arms/);
    assert.match(out, /mean ± one standard error\s+over tasks/);
    assert.match(out, /^exit - grpo +1 +\+0\.500 \[\+0\.\d+, \+0\.\d+\] +– /m);
  }));

Deno.test("compare pairs only the seeds that both arms have, and says so", () =>
  inFolder(async (runs) => {
    await experiment(runs, { grpo: half }, [1, 2, 3]);
    await experiment(runs, { exit: all }, [2, 3, 4]);
    const { out } = await compare("--runs", runs);
    assert.match(
      out.replaceAll("\n", " "),
      /Not all arms have the same seeds \(grpo: 1, 2, 3; exit: 2, 3, 4\)/,
    );
    assert.match(out, /^exit - grpo +2 +\+0\.500/m);
    assert.match(out, /^1 comparison on 2 seeds/m);
    await trained(runs, "alone", 9, all);
    assert.match((await compare("--runs", runs)).out, /^- alone and grpo: not compared, .* share no seed$/m);
  }));

Deno.test("compare warns where tokens are not equal, and says what was", () =>
  inFolder(async (runs) => {
    await trained(runs, "grpo", 1, half);
    await trained(runs, "exit", 1, half, { tokens: 1_310_000 });
    const out = (await compare("--runs", runs)).out.replaceAll("\n", " ");
    assert.match(
      out,
      /Warning: the arms were not trained on the same number of tokens: exit generated 31 % more/,
    );
    assert.match(out, /Equal were the training iterations\./);
    assert.match(
      out,
      /At equal training iterations \(generated training tokens: grpo 1\.000M, exit 1\.310M\)/,
    );
    const json: Comparison = JSON.parse((await compare("--runs", runs, "--json")).out);
    assert.equal(json.compute.equalIn, "iterations");
  }));

Deno.test("compare takes folders, ids, folders of runs and files, each run once", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await experiment(runs, { grpo: half, exit: all }, [1, 2]);
    await Deno.mkdir(join(runs, "reports"));
    const labels = async (...words: string[]) => {
      const { code, out, err } = await compare(...words, "--runs", runs, "--json");
      assert.equal(code, 0, err);
      const { arms }: Comparison = JSON.parse(out);
      return arms.map(({ label, seeds }) => `${label} ${seeds.join()}`);
    };
    const every = ["grpo 1,2", "exit 1,2"];
    assert.deepEqual(await labels(), every);
    assert.deepEqual(await labels(runs), every);
    assert.deepEqual(await labels(`${runs}/`), every);
    assert.deepEqual(await labels("exit-s1", "grpo-s2"), ["exit 1", "grpo 2"]);
    assert.deepEqual(await labels(`${runs}/exit-s1/`, "exit-s1", runs), every);
    assert.deepEqual(await labels(...[...Deno.readDirSync(runs)].map(({ name }) => join(runs, name))), every);
    const { out } = await compare(join(runs, "reports"), join(runs, "exit-s1"), "--runs", runs);
    assert.match(out.replaceAll(/\s+/g, " "), /reports" is left out: it holds no run/);
    await compare("exit-s1", "--runs", runs, "--out", folder);
    await Deno.rename(join(runs, "grpo-s1"), join(runs, "renamed"));
    assert.deepEqual(await labels(), every);
    const renamed = await compare("renamed", "exit-s1", "--runs", runs);
    assert.match(renamed.out.replaceAll(/\s+/g, " "), /renamed" is left out: it holds no run of that name/);
    assert.deepEqual(await labels(join(folder, "exit-math.parquet"), join(runs, "exit-s2")), ["exit 1,2"]);
  }));

Deno.test("compare leaves out runs that have not ended, unless it is told to count them", () =>
  inFolder(async (runs) => {
    await experiment(runs, { grpo: half, exit: all }, [1]);
    await trained(runs, "exit", 2, all, { ended: false });
    const { out } = await compare("--runs", runs);
    assert.match(
      out,
      /^- Run "exit-s2" is left out: it is running; --unfinished counts its last evaluation$/m,
    );
    const counted = await compare("--runs", runs, "--unfinished");
    assert.match(counted.out, /^- Run "exit-s2" is running: its evaluation after iteration 20 counts$/m);
    assert.match(counted.out, /^exit +2 /m);
    await Deno.remove(join(runs, "grpo-s1"), { recursive: true });
    await Deno.remove(join(runs, "exit-s1"), { recursive: true });
    assertMistake(await compare("--runs", runs), /Expected ended runs to compare but found none in /);
  }));

Deno.test("compare answers a user's mistake with one sentence and exit code 2", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await experiment(runs, { grpo: half, exit: all }, [1]);
    await Deno.writeTextFile(join(folder, "text.parquet"), "none");
    await Deno.writeTextFile(join(folder, "text.txt"), "none");
    const mistakes: [string[], RegExp][] = [
      [["exit-s7"], /Found no run "exit-s7", neither as a path nor in ".*runs" \(did you mean "exit-s1"\?\)/],
      [[join(folder, "nowhere/run")], /Found no run ".*nowhere\/run"/],
      [
        [join(folder, "text.parquet")],
        /Expected ".*text\.parquet" to be a Parquet file that deno task compare/,
      ],
      [
        [join(folder, "text.txt")],
        /Expected a run's folder or a \.parquet file of results but found the file/,
      ],
      [["--arms", "exti"], /Expected --arms to name an arm but found "exti" \(did you mean "exit"\?\)/],
      [["--against", "sudoku"], /Expected --against to name an arm but found "sudoku"/],
      [["--step", "17"], /Expected --step to be at most 4/],
      [["--step", "two"], /Expected --step to be a whole number from 0 but found "two"/],
      [["--seed", "-1"], /--seed/],
      [["--measure", "reward"], /Expected --measure to be solved or quality but found "reward"/],
      [["--name", "../up", "--out", folder], /Expected --name to be letters/],
      [["--agianst", "grpo"], /did you mean --against\?/],
      [["--out", join(folder, "text.txt", "below")], /text\.txt/],
    ];
    for (const [args, message] of mistakes) {
      const outcome = await compare(...args, "--runs", runs);
      assertMistake(args.includes("--out") ? { ...outcome, out: "" } : outcome, message);
    }
    assertMistake(
      await compare("--runs", join(folder, "none")),
      /found none in ".*none"; deno task run makes some/,
    );
    const help = await compare("--help");
    assert.equal(help.code, 0);
    for (const option of Object.keys(compareCommand.options)) {
      assert.ok(help.out.includes(`--${option}`), option);
    }
  }));

Deno.test("deno task compare has the permissions that its words call for, and no others", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await experiment(runs, { grpo: half, exit: all }, [1, 2]);
    const out = join(folder, "pages");
    const first = await task("compare", join(runs, "grpo-s1"), join(runs, "exit-s1"), "--out", out, "--json");
    assert.equal(first.code, 0, first.stderr);
    const json: Comparison = JSON.parse(first.stdout);
    assert.deepEqual(json.arms.map(({ seeds }) => seeds), [[1], [1]]);
    const page = await Deno.readTextFile(join(out, "exit-math.md"));
    assert.ok(page.includes(`\ndeno task compare ${runs}/grpo-s1 ${runs}/exit-s1 --out ${out} --json\n`));
    const second = await task("compare", "--runs", runs, "--arms", "exit");
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /One arm: there is nothing to compare it with\./);
    const parquet = await task("compare", join(out, "exit-math.parquet"));
    assert.equal(parquet.code, 0, parquet.stderr);
    assert.match(parquet.stdout, /^- exit is higher than grpo at k = 4/m);
  }));

Deno.test("compare puts --notes on the page before the figures, as they are", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await experiment(runs, { grpo: half, exit: all });
    const [notes, out] = [join(folder, "notes.md"), join(folder, "out")];
    await Deno.writeTextFile(notes, "## What to make of it\n\nNothing *yet*.\n");
    const written = ["--runs", runs, "--out", out, "--name", "page", "--notes"];
    assert.equal((await compare(...written, notes)).code, 0);
    const page = await Deno.readTextFile(join(out, "page.md"));
    assert.match(page, /\n\n## What to make of it\n\nNothing \*yet\*\.\n\n2 arms, 3 seeds/);
    assertMistake(
      await compare(...written, join(folder, "none.md")),
      /Found no file ".*none\.md" for --notes/,
    );
    assertMistake(await compare(...written, folder), /Expected --notes to be a file but found the folder/);
    assertMistake(await compare("--runs", runs, "--notes", notes), /--notes together with --out/);
  }));

Deno.test("compare shows macro-averages over benchmarks, each by itself, and one alone with --split", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    const benchmarkOf = (task: string): string => ["t0", "t1"].includes(task) ? "aime" : "math500";
    // Of twelve tasks the two of "aime" are solved by exit alone, the ten of "math500" by both or by none.
    const rules: Readonly<Record<string, Solved>> = {
      grpo: (task) => task > 6,
      exit: (task) => task < 2 || task > 6,
    };
    for (const [arm, solved] of Object.entries(rules)) await trained(runs, arm, 1, solved, { benchmarkOf });
    await trained(runs, "plain", 1, half);

    const { code, out, err } = await compare("--runs", runs, "--arms", "grpo,exit");
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.match(out, /^2 arms, 1 seed, 12 held-out tasks of 2 benchmarks, 2 chains each\.$/m);
    assert.match(
      out.replaceAll(/\s+/g, " "),
      /held-out tasks, macro-average over 2 benchmarks, the latest answer/,
    );
    assert.match(
      out.replaceAll(/\s+/g, " "),
      /macro-averages over 2 benchmarks \(aime 2, math500 10 tasks\)/,
    );
    assert.match(out, /^grpo +1 +0\.250 ± 0\.083 /m);
    assert.match(out, /^exit +1 +0\.750 ± 0\.083 /m);
    assert.match(out, /^exit - grpo +1 +\+0\.500 /m);
    assert.match(out, /^aime +k = 0 +k = 4 +Δ4\n.*\ngrpo +0\.000 .*\nexit +1\.000 /m);
    assert.match(out, /^math500 +k = 0 +k = 4 +Δ4\n.*\ngrpo +0\.500 .*\nexit +0\.500 /m);

    const pages = join(folder, "pages");
    const alone = await compare("--runs", runs, "--split", "aime", "--out", pages, "--name", "aime");
    assert.equal(alone.code, 0, alone.err);
    assert.match(alone.out, /^- Only the held-out tasks of benchmark "aime" count$/m);
    assert.match(alone.out, /^- Run "plain-s1" is left out: it has no tasks of benchmark "aime"$/m);
    assert.match(alone.out, /^2 arms, 1 seed, 2 held-out tasks, 2 chains each\.$/m);
    assert.match(alone.out, /^exit - grpo +1 +\+1\.000 /m);
    assert.doesNotMatch(alone.out, /macro-average/);
    const again = await compare(join(pages, "aime.parquet"), "--split", "aime");
    assert.equal(again.out, alone.out.replace(/^- Run "plain-s1" is left out.*\n/m, ""));
    assert.equal((await compare(join(pages, "aime.parquet"))).out, out);

    assertMistake(
      await compare("--runs", runs, "--split", "amie"),
      /Expected --split to be one of aime, math500, test but found "amie"/,
    );
    assert.match((await compare("--runs", runs)).out, /^- Not all runs have the same benchmarks/m);
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { uniform } from "exitlab/lib/curriculum/uniform.ts";
import type { Job } from "exitlab/lib/experiment/settings.ts";
import { replayCommand } from "../../../runners/cli/replay.ts";
import { play } from "../../lib/loop/job_variants.ts";
import { batch, begin, inFolder } from "../../lib/metrics/fabricate.ts";
import { jobWith, small } from "../../lib/replay/logged_jobs.ts";
import { captured } from "../../support/captured.ts";
import { task as denoTask } from "../../support/command_line.ts";

const lib = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;

const exploring = jobWith(small({}));

/** The same job under another seed and id. */
function seeded(job: Job, seed: number): Job {
  return { ...job, seed, id: `${job.id}-seed${seed}` };
}

/** Runs jobs in a folder. */
function withRuns(jobs: readonly Job[], work: (runs: string) => Promise<void>): Promise<void> {
  return inFolder(async (runs) => {
    for (const job of jobs) await play(job, runs);
    await work(runs);
  });
}

Deno.test("replay shows the run's own curriculum and uniform, and that the log is reproduced", () =>
  withRuns([exploring], async (runs) => {
    for (const words of [[join(runs, exploring.id)], [exploring.id, "--runs", runs], [runs]]) {
      const { code, out, error } = await captured(replayCommand, ...words);
      assert.equal(error, "");
      assert.equal(code, 0);
      assert.match(
        out,
        /^stub, arm exit\n\n1 run \(seed 1\), 12 training iterations\. Each curriculum was asked/,
      );
      assert.match(out, /- exit \(own\) reproduces all 72 selections of run "[^"]+"\.\n/);
      assert.match(
        out,
        /\ncurriculum +learnability +fresh +between +flat +depth +histories +roots +overlap\n─/,
      );
      assert.match(out, /\nexit \(own\) +0\.\d{3} .* 1\.000\nuniform +0\.\d{3} .*\n/);
      assert.match(
        out,
        /\ncurriculum +same iteration +another +age +never, inherited +unknown +starts +effective starts\n/,
      );
      assert.match(out, /Learnability of batches by training iteration\n\n +\d\.\d{3} ┤/);
      assert.match(out, /● exit \(own\) {3}▲ uniform\n$/);
    }
  }));

Deno.test("replay sets a uniform run against exit unless other curricula are named", () => {
  const even = jobWith(uniform());
  return withRuns([even], async (runs) => {
    const { code, out } = await captured(replayCommand, join(runs, even.id));
    assert.equal(code, 0);
    assert.match(out, /● uniform \(own\) {3}▲ exit\n$/);
  });
});

Deno.test("replay takes the path of a curriculum with spaces, and says where it cannot write", () =>
  withRuns([exploring], async (runs) => {
    const path = join(runs, "my own.ts");
    await Deno.writeTextFile(
      path,
      `export { uniform as default } from "${lib("lib/curriculum/uniform.ts")}";`,
    );
    const run = join(runs, exploring.id);
    const { code, out } = await captured(replayCommand, run, "--curriculum", path);
    assert.equal(code, 0);
    assert.match(out, /▲ my own\.ts\n$/);
    const unwritten = await captured(replayCommand, run, "--out", join(path, "pages"));
    assert.equal(unwritten.code, 2);
    assert.match(
      unwritten.error,
      /^error: Expected a folder to write to but found a file at or above ".*"\n$/,
    );
  }));

Deno.test("replay summarises runs of an arm together, and arms by themselves", () =>
  withRuns([exploring, seeded(exploring, 2), jobWith(uniform())], async (runs) => {
    const { code, out } = await captured(
      replayCommand,
      runs,
      "--curriculum",
      "exit kappa=0 capacity=8 minimumFill=4",
    );
    assert.equal(code, 0);
    assert.match(
      out,
      /2 runs \(seed 1, seed 2\), 24 training iterations[^]*Intervals are of 95 %, over runs\./,
    );
    assert.match(out, /exit \(own\) reproduces all 144 selections of 2 runs\./);
    assert.match(out, /uniform \(own\) reproduces all 72 selections of run/);
    assert.match(out, /\nexit kappa=0 capacity=8 minimumFill=4 +0\.\d{3} \[-?\d\.\d{3}, \d\.\d{3}\]/);
  }));

Deno.test("replay leaves out what of a folder cannot be replayed, with a note", () =>
  withRuns([exploring], async (runs) => {
    const live = await begin(runs, "live");
    await live.write(batch(1));
    const { code, out, error } = await captured(replayCommand, runs);
    live.close();
    assert.equal(code, 0);
    assert.match(error, /^note: Run "live" has not ended/);
    assert.match(out, /exit \(own\) reproduces all 72 selections/);
    await Deno.remove(join(runs, exploring.id), { recursive: true });
    const none = await captured(replayCommand, runs);
    assert.equal(none.code, 2);
    assert.match(none.error, /Found no run that can be replayed/);
  }));

Deno.test("replay --json has every figure, and --out a page that needs nothing else", () =>
  withRuns([exploring], async (runs) => {
    const pages = join(runs, "pages");
    const words = [join(runs, exploring.id), "--curriculum", "prioritized minimumFill=4", "--draws", "4"];
    const { code, out, error } = await captured(replayCommand, ...words, "--json", "--out", pages);
    assert.equal(code, 0);
    assert.equal(error, `${join(pages, "replay.html")}\n`);
    const { draws, runs: [run], arms: [arm] } = JSON.parse(out);
    assert.equal(draws, 4);
    assert.equal(run.selections, 72);
    assert.deepEqual(run.subjects[0].reproduction, { selections: 72, difference: null });
    assert.deepEqual(arm.subjects.map(({ name }: { name: string }) => name), [
      "exit (own)",
      "prioritized minimumFill=4",
    ]);
    for (const { figures, series, options } of arm.subjects) {
      const { same, other, inherited, unknown } = figures;
      assert(Math.abs(same.mean + other.mean + inherited.mean + unknown.mean - 1) < 1e-12);
      assert(typeof figures.overlap.low === "number");
      assert.equal(series.length, 12);
      assert.equal(options.minimumFill, 4);
    }
    const page = await Deno.readTextFile(join(pages, "replay.html"));
    assert.match(page, /<h1>stub: replay<\/h1>/);
    assert.match(page, /<title>Learnability<\/title>/);
    assert.match(page, /<title>What the log answers: prioritized minimumFill=4<\/title>/);
    assert.match(page, /Picked most often by exit \(own\)/);
    assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org)/);
  }));

Deno.test("replay takes a curriculum from a file: a part, or a function that makes one", () =>
  withRuns([exploring], async (runs) => {
    const run = join(runs, exploring.id);
    const [part, factory] = [join(runs, "part.ts"), join(runs, "factory.ts")];
    await Deno.writeTextFile(
      part,
      `import { exit } from "${
        lib("lib/curriculum/exit.ts")
      }";\nexport default exit({ capacity: 12, minimumFill: 4 });`,
    );
    await Deno.writeTextFile(
      factory,
      `export { uniform as default } from "${lib("lib/curriculum/uniform.ts")}";`,
    );
    const { code, out } = await captured(
      replayCommand,
      ...[run, "--curriculum", `${part} kappa=0`, "--curriculum", factory, "--json"],
    );
    assert.equal(code, 0);
    const { arms: [arm] } = JSON.parse(out);
    const found = arm.subjects.map(({ name, options: { capacity, kappa }, own }: {
      readonly name: string;
      readonly options: { readonly capacity?: number; readonly kappa?: number };
      readonly own: boolean;
    }) => [name, capacity, kappa, own]);
    assert.deepEqual(found, [
      ["exit (own)", 12, 3.75, true],
      ["part.ts kappa=0", 12, 0, false],
      ["factory.ts", undefined, undefined, false],
    ]);
    // The run's own settings once more are the run's own.
    const same = await captured(replayCommand, run, "--curriculum", part);
    assert.match(same.out, /● exit \(own\)\n$/);
  }));

Deno.test("replay asks for the file of a curriculum of one's own, and checks it by that", () => {
  const part = { ...small({}), kind: "mine", options: { level: 1 } };
  const own: Job = { ...exploring, settings: { ...exploring.settings, curriculum: part } };
  return withRuns([own], async (runs) => {
    const run = join(runs, own.id);
    const { code, out, error } = await captured(replayCommand, run);
    assert.equal(code, 0);
    assert.match(
      error,
      /^note: Run "[^"]+" has a curriculum of its own, "mine"; name its file, with its options/,
    );
    assert.match(out, /● uniform\n$/);
    const path = join(runs, "mine.ts");
    await Deno.writeTextFile(
      path,
      `import { exit } from "${lib("lib/curriculum/exit.ts")}";
       const part = exit({ capacity: 12, minimumFill: 4 });
       export default { ...part, kind: "mine", options: { level: 1 } };`,
    );
    const named = await captured(replayCommand, run, "--curriculum", path);
    assert.equal(named.error, "");
    assert.match(named.out, /mine\.ts \(own\) reproduces all 72 selections/);
  });
});

Deno.test("replay warns, and fails, where the log is not what the code gives", () => {
  const { options } = small({});
  const liar: Job = {
    ...exploring,
    settings: { ...exploring.settings, curriculum: { ...small({ probability: 0.9 }), options } },
  };
  return withRuns([liar], async (runs) => {
    const { code, out } = await captured(replayCommand, join(runs, liar.id));
    assert.equal(code, 1);
    assert.match(
      out.replaceAll(/\s+/g, " "),
      /exit \(own\) does not reproduce the log\. In iteration \d+, round 0, place \d, it picks [\da-f]+ where the log has [\da-f]+: the log or the code is not what ran\./,
    );
  });
});

Deno.test("replay names a curriculum that throws, and fails", () =>
  withRuns([exploring], async (runs) => {
    const path = join(runs, "strict.ts");
    await Deno.writeTextFile(
      path,
      `import { uniform } from "${lib("lib/curriculum/uniform.ts")}";
       export default {
         ...uniform(),
         create: (context) => ({
           ...uniform().create(context),
           observe: () => {
             throw new Error("\\u001b[31mnot mine");
           },
         }),
       };`,
    );
    const { code, out } = await captured(replayCommand, join(runs, exploring.id), "--curriculum", path);
    assert.equal(code, 1);
    assert.match(
      out.replaceAll(/\s+/g, " "),
      /Curriculum "strict\.ts" cannot be replayed: observe\(\) in iteration 1 threw "·\[31mnot mine"; in a replay/,
    );
    assert.match(out, /● exit \(own\)\n$/);
  }));

Deno.test("replay refuses what it cannot do in one sentence", () =>
  withRuns([exploring], async (runs) => {
    const live = await begin(runs, "live");
    await live.write(batch(1));
    const run = join(runs, exploring.id);
    const none = join(runs, "none.ts");
    await Deno.writeTextFile(none, "export const other = 1;");
    const refused: readonly (readonly [words: string[], sentence: RegExp])[] = [
      [[], /Expected a run, such as deno task replay runs\/NAME, but found none/],
      [[join(runs, "live")], /Run "live" has not ended, and its rollouts cannot be read before/],
      [["nowhere", "--runs", runs], /Found no run "nowhere"/],
      [[run, "--curriculum", "exti"], /Found no curriculum "exti" \(did you mean "exit"\?\)/],
      [
        [run, "--curriculum", "zzz"],
        /known are uniform, fixedDepth, exit, prioritized, learnability, or a FILE\.ts/,
      ],
      [[run, "--curriculum", "exit kapa=1"], /Unknown option "kapa" \(Did you mean "kappa"\?\) in exit\(\)/],
      [
        [run, "--curriculum", "exit kappa"],
        /Expected "kappa" of --curriculum "exit kappa" to be KEY=VALUE, such as kappa=0/,
      ],
      [[run, "--curriculum", "exit kappa=-1"], /"kappa" to be a number from 0 to 100 but found -1/],
      [[run, "--curriculum", join(runs, "missing.ts")], /Cannot find the curriculum "[^"]+missing\.ts"/],
      [
        [run, "--curriculum", none],
        /Expected the default export of \S+none\.ts to be a curriculum, .* but found none/,
      ],
      [[run, "--draws", "0"], /Expected --draws to be a whole number of at least 1 but found "0"/],
      [[run, "--curiculum", "exit"], /Unknown option "--curiculum".*did you mean --curriculum\?/],
    ];
    for (const [words, sentence] of refused) {
      const { code, out, error } = await captured(replayCommand, ...words);
      assert.equal(code, 2, words.join(" "));
      assert.equal(out, "");
      assert.match(error, sentence);
      assert.equal(error.trim().split("\n").length, 1, error);
    }
    live.close();
  }));

Deno.test("deno task replay has the permissions that its words call for", () =>
  withRuns([exploring], async (runs) => {
    const pages = join(runs, "pages");
    const shown = await denoTask("replay", join(runs, exploring.id), "--out", pages);
    assert.equal(shown.stderr, "");
    assert.match(shown.stdout, /exit \(own\) reproduces all 72 selections/);
    assert.match(await Deno.readTextFile(join(pages, "replay.html")), /deno task replay/);
  }));

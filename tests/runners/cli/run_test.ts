import assert from "node:assert/strict";
import { join } from "node:path";
import { runExperimentCommand } from "../../../runners/cli/run.ts";
import { captured } from "../../support/captured.ts";
import { canMount, mountSmallDisk } from "../../support/small_disk.ts";
import { type Outcome, start, task } from "../../support/command_line.ts";

const small = "tests/support/small_experiment.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A row of the query that a run prints. */
interface Row {
  readonly arm: string;
  readonly step: number;
}

/** A user's mistake: exit code 2, one sentence on standard error, no stack trace. */
function assertMistake({ code, stderr }: Outcome, wanted: RegExp): void {
  assert.equal(code, 2, stderr);
  assert.match(stderr, wanted);
  const last = stderr.trimEnd().split("\n").filter((line) => line.startsWith("error: "));
  assert.equal(last.length, 1, stderr);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

Deno.test("deno task run trains all arms and leaves a database, a table, a picture and a query", async () => {
  await withFolder(async (runs) => {
    const { code, stdout, stderr } = await task("run", small, "--seed", "1", "--runs", runs);
    assert.equal(code, 0, stderr);
    for (const arm of ["grpo", "chain", "exit"]) {
      assert.match(stdout, new RegExp(`^${arm} +1 +0\\.\\d{3} ± `, "m"));
    }
    assert.match(stdout, /One seed .* cannot rank the arms/s);
    const picture = /Picture: +(\S+\.svg)/.exec(stdout)?.[1] ?? "";
    assert.match(await Deno.readTextFile(picture), /^<svg [^>]*xmlns[^]*<title>small: solved share/);
    const [, query = ""] = /Dig further: +deno task sql "(.*)" --runs/.exec(stdout) ?? [];
    const answer = await task("sql", query, "--runs", runs, "--format", "json");
    assert.equal(JSON.parse(answer.stdout).length, 9);
    const table = /^exit +1 +(0\.\d{3})/m.exec(stdout)?.[1];
    const first = JSON.parse(answer.stdout).find(({ arm, step }: Row) => arm === "exit" && step === 0);
    assert.equal(first.s.toFixed(3), table);
    const deep = await task(
      "sql",
      "select max(depth)::int d from starts",
      "--runs",
      runs,
      "--format",
      "json",
    );
    assert(JSON.parse(deep.stdout)[0].d >= 2);

    const again = await task("run", small, "--seed", "1", "--runs", runs);
    assert.equal(again.code, 0);
    assert.equal(again.stderr.match(/already run/g)?.length, 3);
  });
});

Deno.test("deno task run runs a plan file as it is, and refuses one that was edited", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "plan.yaml");
    const set = ["--set", "budget.iterations=2", "--set", "policy.warmStart.steps=2"];
    const planned = await task("plan", small, "--quick", ...set, "--out", file);
    assert.equal(planned.code, 0, planned.stderr);
    const { code, stderr } = await task("run", file, "--runs", folder);
    assert.equal(code, 0, stderr);
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace("iterations: 2", "iterations: 3"));
    assertMistake(await task("run", file, "--runs", folder), /does not match its experiment/);
  });
});

Deno.test("deno task run stops on Ctrl-C, says how to go on, and goes on", async () => {
  await withFolder(async (runs) => {
    const words = [small, "--arm", "exit", "--seed", "1", "--set", "budget.iterations=400", "--runs", runs];
    const child = start("run", ...words);
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("iteration 10 ")) {
      const { value, done } = await errors.read();
      if (done) break;
      seen += value;
    }
    child.kill("SIGINT");
    const output = new Response(child.stdout).text();
    while (!(await errors.read()).done);
    assert.equal((await child.status).code, 130);
    assert.match(await output, /Continue with: deno task run .*small_experiment.ts .*--resume/);
    assertMistake(await task("run", ...words), /begun and not finished; continue it with --resume/);
    const { code, stderr } = await task("run", ...words, "--resume");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /resumed at iteration \d+/);
  });
});

Deno.test("deno task run --help tells its options and exits 0", async () => {
  const { code, stdout } = await task("run", "--help");
  assert.equal(code, 0);
  for (const option of ["arm", "seed", "set", "quick", "runs", "resume", "runner"]) {
    assert.match(stdout, new RegExp(`--${option}\\b`));
  }
});

const mistakes: readonly (readonly [name: string, words: readonly string[], wanted: RegExp])[] = [
  ["a missing file", ["nowhere.ts"], /nowhere\.ts/],
  ["a file without a default export", ["tests/support/all_rows.ts"], /default export/],
  ["no file", [], /Expected a FILE/],
  ["a misspelt option", [small, "--quik"], /did you mean --quick\?/],
  [
    "a misspelt setting",
    [small, "--set", "curriculum.probabilty=0.2"],
    /did you mean "curriculum.probability"/,
  ],
  [
    "a probability of 1.2",
    [small, "--set", "curriculum.probability=1.2"],
    /a probability in \[0, 1\] but found 1\.2/,
  ],
  ["an arm that is not there", [small, "--arm", "exot"], /has no arm "exot" \(did you mean "exit"\?/],
  ["an unknown path", [small, "--set", "budget.weeks=2"], /budget\.weeks/],
  ["a seed that is none", [small, "--seed", "one"], /--seed to be a whole number/],
  ["a --runs path with a comma", [small, "--runs", "a,b"], /a path without commas but found "a,b"/],
  ["a --runs path that is a file", [small, "--runs", "deno.json"], /found a file on the way/],
  ["an empty --runs path", [small, "--runs", ""], /a path without commas but found ""/],
  ["a runner that is none", [small, "--runner", "moon"], /--runner to be local, tgi or hf but found "moon"/],
  [
    "rented machines without a token",
    [small, "--runner", "hf", "--hardware", "tests/runners/hf/plan/hardware.json"],
    /^error: Expected a Hugging Face token with write access in the environment variable HF_TOKEN but found none/,
  ],
  [
    "an option of rented machines elsewhere",
    [small, "--max-cost", "5"],
    /^error: Cannot use --max-cost on the runner local, which rents no machine; add --runner hf/,
  ],
  [
    "jobs that are to go on without anybody, elsewhere",
    [small, "--detach"],
    /^error: Cannot use --detach on the runner local/,
  ],
  [
    "a runner that cannot train the policy",
    [small, "--runner", "tgi"],
    /Arm "grpo" has the policy tinyTransformer\(\), which the tgi runner cannot train; take --runner local or --runner hf/,
  ],
];

for (const [name, words, wanted] of mistakes) {
  Deno.test(`deno task run answers ${name} with one sentence and exit code 2`, async () => {
    await withFolder(async (runs) => {
      const own = words.includes("--runs") ? [] : ["--runs", runs];
      assertMistake(await task("run", ...words, ...own), wanted);
    });
  });
}

Deno.test("run refuses a sink that is none before anything is trained", async () => {
  await withFolder(async (runs) => {
    await Deno.writeTextFile(join(runs, "sink.ts"), "export default { steps() {} };");
    for (
      const [sink, message] of [
        ["nowhere.ts", /^error: Found no file ".*nowhere\.ts" for --sink\n$/],
        ["", /^error: Expected --sink to be a module's file but found the folder ".*"\n$/],
        ["sink.ts", /^error: Expected file:.* but loading it failed: .* an object with a method step\n$/],
      ] as const
    ) {
      const words = [small, "--runs", join(runs, "new"), "--sink", join(runs, sink)];
      const { code, error } = await captured(runExperimentCommand, ...words);
      assert.equal(code, 2);
      assert.match(error, message);
    }
    assert.deepEqual((await Array.fromAsync(Deno.readDir(runs))).map(({ name }) => name), ["sink.ts"]);
  });
});

Deno.test("deno task run refuses a domain whose verdict is no number", async () => {
  await withFolder(async (runs) => {
    assertMistake(
      await task("run", "tests/support/broken_experiment.ts", "--runs", runs),
      /verdict with quality in \[0, 1\] but found NaN \(domain "digits", task "test-0"\)/,
    );
  });
});

Deno.test("deno task run refuses a run folder that a living process owns, and names it", async () => {
  await withFolder(async (runs) => {
    const words = [small, "--arm", "grpo", "--seed", "1", "--set", "budget.iterations=5000", "--runs", runs];
    const child = start("run", ...words);
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("iteration 0 ")) seen += (await errors.read()).value ?? "";
    try {
      const live = await task(
        "sql",
        "select count(*)::int n from evaluations",
        "--runs",
        runs,
        "--format",
        "json",
      );
      assert(JSON.parse(live.stdout)[0].n > 0);
      for (const resume of [["--resume"], []]) {
        assertMistake(await task("run", ...words, ...resume), new RegExp(`process ${child.pid}`));
      }
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await Promise.all([errors.cancel(), child.stdout.cancel()]);
    }
  });
});

Deno.test("deno task run refuses a damaged checkpoint", async () => {
  await withFolder(async (runs) => {
    const words = [small, "--arm", "grpo", "--seed", "1", "--runs", runs];
    assert.equal((await task("run", ...words)).code, 0);
    const [run = ""] = [...Deno.readDirSync(runs)].map(({ name }) => name).filter((name) =>
      name.startsWith("small-")
    );
    await Deno.remove(join(runs, run, "finished"));
    const folder = join(runs, run, "checkpoints");
    const [latest = ""] = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted().toReversed();
    await Deno.writeTextFile(join(folder, latest, "policy.bin"), "damaged");
    assertMistake(
      await task("run", ...words, "--resume"),
      /checkpoint .* is damaged: .*; delete that folder/,
    );
  });
});

Deno.test({
  name: "deno task run says so when the disk is full",
  ignore: !canMount,
  fn: async () => {
    await withFolder(async (runs) => {
      await using _disk = await mountSmallDisk(runs, "600k");
      assertMistake(await task("run", small, "--arm", "grpo", "--seed", "1", "--runs", runs), /disk is full/);
    });
  },
});

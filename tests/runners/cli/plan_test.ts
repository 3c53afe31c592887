import assert from "node:assert/strict";
import { join } from "node:path";
import { parseYaml } from "../../../lib/yaml.ts";
import { runCommand } from "../../../runners/cli/command.ts";
import { planCommand } from "../../../runners/cli/plan.ts";
import { hardwareFile } from "../hf/plan/list.ts";

const lib = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;
const source = `
  import { compare } from "${lib("lib/experiment/compare.ts")}";
  import { exit, improve, mind, plain, toy, uniform } from "${lib("tests/lib/experiment/stubs.ts")}";
  export default compare({
    name: "toys",
    base: { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: 1_000_000 } },
    arms: { grpo: { curriculum: uniform() }, full: { curriculum: exit(), operators: [improve()] } },
    seeds: [1, 2],
    quick: { arms: ["full"], set: { "budget.tokens": 1000 } },
  });`;

const folder = Deno.makeTempDirSync();
const file = join(folder, "toys.ts");
Deno.writeTextFileSync(file, source);
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

/** Runs the command in this process; resolves to its exit code and what it wrote. */
async function plan(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const written = { out: "", error: "" };
  const [stdout, stderr] = [Deno.stdout.writeSync, Deno.stderr.writeSync];
  const collect = (name: "out" | "error") => (bytes: Uint8Array): number => {
    written[name] += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  Deno.stdout.writeSync = collect("out");
  Deno.stderr.writeSync = collect("error");
  try {
    return { code: await runCommand(planCommand, words), ...written };
  } finally {
    Deno.stdout.writeSync = stdout;
    Deno.stderr.writeSync = stderr;
  }
}

Deno.test("plan prints what differs, the arithmetic and the runs", async () => {
  const { code, out } = await plan(file);
  assert.equal(code, 0);
  assert.match(
    out,
    /^Experiment toys \(.*toys\.ts\)\nPlan [0-9a-f]{64}\nRunner local, 2 arms × 2 seeds \(1, 2\) = 4 runs\n/,
  );
  assert.match(out, /\nWhat differs +grpo +full\n {2}curriculum +uniform +exit\n/);
  assert.match(out, /\n {2}operators +none +improve\n/);
  assert.match(out, /\n {2}curriculum\.probability +- +0\.5\n/);
  assert.match(out, /\n {2}tokens an iteration +1,280 +1,280\n {2}iterations +782 +782\n/);
  assert.equal(out.match(/^ {2}toys-(grpo|full)-s[12]-[0-9a-f]{8}$/gm)?.length, 4);
  assert.doesNotMatch(out, /budget\.tokens| $/m);
});

Deno.test("plan --all prints every option with the layer that set it", async () => {
  const { out } = await plan(file, "--all", "--quick", "--set", "domain.size=5");
  assert.match(out, /domain\.size +5 \(--set\)/);
  assert.match(out, /budget\.tokens +1,000 \(--quick\)/);
  assert.match(out, /budget\.iterations +none \(default\)/);
  assert.match(out, /curriculum +exit \(arm\)/);
  assert.match(out, /policy\.context +128 \(default\)/);
  assert.match(out, /1 arm × 1 seed \(1\) = 1 run\n/);
});

Deno.test("plan leaves out what differs where there is nothing", async () => {
  assert.doesNotMatch((await plan(file, "--arm", "grpo")).out, /What differs/);
});

Deno.test("plan --json and --yaml print the same plan", async () => {
  const json = await plan(file, "--json", "--seed", "5");
  const yaml = await plan(file, "--yaml", "--seed", "5");
  const value = JSON.parse(json.out);
  assert.deepEqual(parseYaml(yaml.out, "plan.yaml"), value);
  assert.equal(value.format, "exitlab.plan/1");
  assert.deepEqual(value.seeds, [5]);
});

Deno.test("plan --out writes a plan that plan accepts, with the same hash", async () => {
  const before = (await plan(file, "--quick")).out;
  await Deno.mkdir(join(folder, "plans"), { recursive: true });
  for (const name of ["a.json", "b.yaml", "plans/c.yml"]) {
    const path = join(folder, name);
    const written = await plan(file, "--quick", "--out", path);
    const out = `Wrote ${path}; run it with: deno task run ${path}\n`;
    assert.deepEqual(written, { code: 0, out, error: "" });
    const again = await plan(path);
    assert.equal(again.out.split("\n")[1], before.split("\n")[1]);
    const yaml = await Deno.readTextFile(path);
    assert.ok(yaml.includes(name.includes("/") ? "../toys.ts" : "toys.ts") && !yaml.includes(folder), yaml);
  }
});

Deno.test("plan answers mistakes with one sentence and exit code 2", async () => {
  for (
    const [words, message] of [
      [[], "Expected a FILE, such as experiments/exit_math.ts, but found none"],
      [[file, "other.ts"], `Expected one FILE but found 2: ${file}, other.ts`],
      [
        [file, "--arm", "ful"],
        'Experiment "toys" has no arm "ful" (did you mean "full"? arms are grpo, full)',
      ],
      [[file, "--seed", "1.5"], 'Expected --seed to be a whole number of at least 0 but found "1.5"'],
      [[file, "--seed=-1"], 'Expected --seed to be a whole number of at least 0 but found "-1"'],
      [[file, "--set", "x"], 'Expected --set to be PATH=VALUE, such as budget.tokens=200000, but found "x"'],
      [[file, "--yaml", "--json"], "Expected either --yaml or --json but found both"],
      [[file, "--out", "plan.txt"], 'Expected --out to end in .yaml, .yml or .json but found "plan.txt"'],
      [[file, "--json", "--out", "plan.yaml"], 'Expected --out to end in .json but found "plan.yaml"'],
      [
        [file, "--out", join(folder, "no/plan.yaml")],
        `Cannot write "${join(folder, "no/plan.yaml")}": there is no folder ${join(folder, "no")}`,
      ],
      [
        [file, "--runner", "tgi"],
        'Arm "grpo" has the policy mind(), which the tgi runner cannot train; take --runner local or --runner hf',
      ],
      [[file, "--runner", "TGI"], 'Expected --runner to be local, tgi or hf but found "TGI"'],
      [[file, "--al"], 'Unknown option "--al" of deno task plan (did you mean --all?)'],
    ] as const
  ) assert.deepEqual(await plan(...words), { code: 2, out: "", error: `error: ${message}\n` });
});

/** A machine and a time-out for a policy of which nothing is known. */
const there = ["--runner", "hf", "--hardware", hardwareFile, "--flavor", "cpu-upgrade", "--timeout", "2"];

Deno.test("plan --runner plans for another place, with the same runs, and the plan file keeps it", async () => {
  const [here, hf] = [await plan(file), await plan(file, ...there)];
  assert.equal(hf.error, "");
  const [before, after] = [here.out.split("\n\nRuns\n"), hf.out.split("\n\nRuns\n")];
  assert.equal(after[1], before[1]);
  assert.ok(after[0]?.startsWith((before[0] ?? "?").replace("Runner local", "Runner hf")));
  const path = join(folder, "there.yaml");
  assert.deepEqual(await plan(file, ...there, "--out", path), {
    code: 0,
    out: `Wrote ${path}; run it with: deno task run ${path} --runner hf\n`,
    error: "",
  });
  assert.match((await plan(path)).out, /\nRunner hf, /);
  assert.deepEqual(await plan(path, "--runner", "local"), {
    code: 2,
    out: "",
    error: `error: Cannot use --runner local with the plan ${path}: it was made for hf\n`,
  });
});

Deno.test("plan for hf says where it runs, for how long and for how much, and what is not known", async () => {
  const { out } = await plan(file, ...there, "--secret", "MINE");
  for (
    const part of [
      /\nWhere it runs +all arms\n {2}machine +cpu-upgrade\n {2}GPUs +0\n {2}engine +embedded\n {2}image +denoland\/deno:debian-2\.9\.6\n/,
      /\n {2}hours a job +unknown\n {2}time-out +2 h\n {2}price an hour +\$0\.0300\n/,
      /\n {2}a job, expected +unknown\n {2}a job, at most +\$0\.0600\n/,
      /\n {2}All 4 jobs: \$0\.24 at most, if each runs until its time-out; a job that goes on in a further one costs more\n/,
      /\n {2}Secrets, by name: MINE\n/,
      /\nArithmetic \(all arms\)\n {2}- cpu-upgrade was asked for\n/,
      /\nUnknown\n {2}- How old the prices in .+ are: .+\n {2}- How long a job takes with the policy "mind"\n/,
    ]
  ) assert.match(out, part);
});

Deno.test("plan for hf keeps its machines and prices in a plan file, whatever the list says later", async () => {
  const path = join(folder, "frozen.json");
  await plan(file, ...there, "--out", path);
  const content = JSON.parse(await Deno.readTextFile(path));
  assert.equal(content.placement.arms.grpo.flavor, "cpu-upgrade");
  const hash = (await plan(file)).out.split("\n")[1];
  // What the machines cost is no part of what a run finds.
  assert.equal(`Plan ${content.hash}`, hash);
  content.placement.arms.grpo.pricePerHour = 7;
  content.placement.arms.grpo.cost.most = 14;
  await Deno.writeTextFile(path, JSON.stringify(content));
  const { out } = await plan(path, "--arm", "grpo");
  assert.match(out, /\n {2}price an hour +\$7\.00\n/);
  assert.doesNotMatch(out, /\nWhere it runs.*full/);
  assert.match(
    (await plan(path, "--flavor", "h200")).error,
    /Cannot use --flavor h200 with this plan: it has cpu-upgrade/,
  );
  content.placement.arms.grpo.cost.most = 0.06;
  await Deno.writeTextFile(path, JSON.stringify(content));
  assert.match(
    (await plan(path, "--max-cost", "1")).error,
    /^error: Expected "placement\.arms\.grpo" to be an arm whose greatest cost is its time-out times its price/,
  );
  delete content.placement.arms.grpo;
  await Deno.writeTextFile(path, JSON.stringify(content));
  assert.match(
    (await plan(path)).error,
    /Expected "placement" to be a placement of grpo, full and no other arm/,
  );
});

Deno.test("plan refuses options for hf elsewhere, and needs a list of machines for it", async () => {
  assert.deepEqual(await plan(file, "--flavor", "h200"), {
    code: 2,
    out: "",
    error: "error: Cannot use --flavor on the runner local, which rents no machine; add --runner hf\n",
  });
  const { code, error } = await plan(file, "--runner", "hf", "--hardware", join(folder, "none.json"));
  assert.equal(code, 2);
  assert.match(error, /^error: Cannot find ".+none\.json" \(--hardware\); save one with: curl https:/);
});

Deno.test("plan --help names every option", async () => {
  const { code, out } = await plan("--help");
  assert.equal(code, 0);
  for (const name of Object.keys(planCommand.options)) assert.ok(out.includes(`--${name}`), name);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { compile } from "../../../lib/experiment/compile.ts";
import { UserError } from "../../../lib/errors.ts";
import { toYaml } from "../../../lib/yaml.ts";
import { loadExperiment } from "../../../runners/cli/load_experiment.ts";
import { compileRequest } from "../../../runners/cli/experiment_options.ts";

const lib = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;

/** An experiment file, with a budget and what comes before `compare`. */
function source(tokens = 1000, extra = ""): string {
  return `
    import { compare } from "${lib("lib/experiment/compare.ts")}";
    import { exit, mind, plain, toy, uniform } from "${lib("tests/lib/experiment/stubs.ts")}";
    ${extra}
    export default compare({
      name: "toys",
      base: { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: ${tokens} } },
      arms: { grpo: { curriculum: uniform() }, exit: { curriculum: exit() } },
      seeds: [1, 2],
    });`;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refuses(path: string, message: RegExp): Promise<void> {
  await assert.rejects(loadExperiment(path), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"), error.message);
    return true;
  });
}

/** Writes an experiment that fails to load, and says how. */
async function refusesModule(text: string, message: RegExp): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "experiment.ts");
    await Deno.writeTextFile(path, text);
    await refuses(path, message);
  });
}

/** Writes an experiment and its plan, with a change to the plan's data. */
async function withPlan(
  change: (plan: { [key: string]: unknown }) => void,
  test: (path: string, folder: string) => Promise<void>,
  extension = ".json",
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "plans"));
    await Deno.writeTextFile(join(folder, "toys.ts"), source());
    const { experiment } = await loadExperiment(join(folder, "toys.ts"));
    const { plan } = compile(experiment, { file: "../toys.ts", arms: ["exit"], set: ["domain.size=3"] });
    const data = JSON.parse(JSON.stringify(plan));
    change(data);
    const path = join(folder, "plans", `plan${extension}`);
    await Deno.writeTextFile(path, extension === ".json" ? JSON.stringify(data) : toYaml(data));
    await test(path, folder);
  });
}

Deno.test("loadExperiment() imports a file's default export", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "toys.ts");
    await Deno.writeTextFile(path, source());
    const { experiment, file, overrides, plan } = await loadExperiment(path);
    assert.equal(experiment.name, "toys");
    assert.equal(file, path);
    assert.deepEqual(overrides, { quick: false, arms: [], seeds: [], set: [] });
    assert.equal(plan, null);
  });
});

Deno.test("loadExperiment() refuses files that are missing, folders or of another kind", async () => {
  await inFolder(async (folder) => {
    await refuses(join(folder, "nowhere.ts"), /^Cannot find the experiment ".*nowhere\.ts" \(looked in /);
    await Deno.mkdir(join(folder, "folder.ts"));
    await refuses(join(folder, "folder.ts"), /but found a folder$/);
    await Deno.writeTextFile(join(folder, "notes.txt"), "");
    await refuses(
      join(folder, "notes.txt"),
      /Expected an experiment \(\.ts\) or a plan .* but found ".*notes\.txt"/,
    );
  });
});

Deno.test("loadExperiment() refuses modules without an experiment as default export", async () => {
  await refusesModule(
    "export const x = 1;",
    /to have a default export made by compare\(\).* but found none$/,
  );
  await refusesModule("", /default export.*found none$/);
  await refusesModule("export default { name: 'x' };", /but found another object$/);
  await refusesModule("export default () => 1;", /but found a function$/);
  await refusesModule("export default null;", /but found null$/);
  await refusesModule(
    source().replace("export default", "export const mine ="),
    /but found "mine" exported by name only$/,
  );
});

Deno.test("loadExperiment() refuses modules that cannot be run, with the place", async () => {
  await refusesModule("export default {", /^Cannot load .*experiment\.ts: .*experiment\.ts:1:/);
  await refusesModule("import './missing.ts';", /^Cannot load .*missing\.ts/);
  await refusesModule("null.x;", /^Cannot load .*: Cannot read properties of null.*experiment\.ts:1:/);
  await refusesModule(
    "\nthrow new Error('first\\nsecond');",
    /^Cannot load .*: first \(file:.*experiment\.ts:2:/,
  );
  await refusesModule("throw 'text';", /^Cannot load .*: text$/);
  await refusesModule(
    source(0),
    /^Cannot load .*: Expected "tokens" to be a whole number of at least 1 but found 0 in arms\.grpo\.budget$/,
  );
});

Deno.test("loadExperiment() takes a plan that still holds, as JSON and as YAML", async () => {
  for (const extension of [".json", ".yaml", ".yml"]) {
    await withPlan(() => {}, async (path, folder) => {
      const { file, overrides, plan } = await loadExperiment(path);
      assert.equal(file, join(folder, "toys.ts"));
      assert.deepEqual(overrides, { quick: false, arms: ["exit"], seeds: [], set: ["domain.size=3"] });
      assert.deepEqual(plan?.jobs.map(({ arm, seed }) => [arm, seed]), [["exit", 1], ["exit", 2]]);
    }, extension);
  }
});

Deno.test("loadExperiment() refuses a plan whose experiment has changed, at the first difference", async () => {
  await withPlan(() => {}, async (path, folder) => {
    // A module is loaded once in a process, so that the changed experiment needs a name of its own.
    await Deno.writeTextFile(join(folder, "changed.ts"), source(2000));
    await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace("../toys.ts", "../changed.ts"));
    await refuses(
      path,
      /"arms\.exit\.settings\.budget\.tokens" is 1000 in the plan but 2000 in .*changed\.ts/,
    );
  });
});

Deno.test("loadExperiment() refuses a plan that was changed by hand", async () => {
  const text = (from: string, to: string) => async (path: string): Promise<void> => {
    const before = await Deno.readTextFile(path);
    assert.ok(before.includes(from), before);
    await Deno.writeTextFile(path, before.replace(from, to));
  };
  for (
    const [change, message] of [
      [
        text('"probability":0.5', '"probability":0.6'),
        /"arms\.exit\.settings\.curriculum\.options\.probability" is 0\.6 in the plan but 0\.5 in/,
      ],
      [
        text('"every":25', '"every":26'),
        /"arms\.exit\.settings\.checkpoint\.every" is 26 in the plan but 25/,
      ],
      [text('"seeds":[1,2]', '"seeds":[1,3]'), /"seeds\.1" is 3 in the plan but 2/],
      [text('"name":"toys"', '"name":"other"'), /"name" is "other" in the plan but "toys"/],
      [
        text("domain.size=3", "domain.size=4"),
        /"arms\.exit\.settings\.domain\.options\.size" is 3 in the plan but 4/,
      ],
      [
        text('"runner":"local"', '"runner":"moon"'),
        /"runner" to be "local" or "tgi" or "hf" but found "moon"/,
      ],
      [
        text('"runner":"local"', '"runner":"tgi"'),
        /Arm "exit" has the policy mind\(\), which the tgi runner/,
      ],
    ] as const
  ) {
    await withPlan(() => {}, async (path) => {
      await change(path);
      await refuses(path, message);
    });
  }
  await withPlan((plan) => delete plan.hash, (path) => refuses(path, /"hash" is absent in the plan but "/));
  await withPlan(
    (plan) => Object.assign(plan, { arms: {} }),
    (path) => refuses(path, /"arms\.exit" is absent in the plan/),
  );
});

Deno.test("loadExperiment() refuses plan files that are none", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "plan.json");
    for (
      const [text, message] of [
        ["{", /^Cannot read .*plan\.json as JSON: /],
        ["[]", /to be a plan .* but found another file/],
        ['{"format":"exitlab.plan/2"}', /"exitlab\.plan\/1"\) but found another file/],
        ['{"format":"exitlab.plan/1"}', /Missing option "experiment" in .*plan\.json/],
        [
          '{"format":"exitlab.plan/1","experiment":{"file":null,"overrides":{}}}',
          /"experiment\.file" to be text but found null/,
        ],
      ] as const
    ) {
      await Deno.writeTextFile(path, text);
      await refuses(path, message);
    }
    await Deno.writeTextFile(join(folder, "plan.yaml"), "a: [");
    await refuses(join(folder, "plan.yaml"), /^Cannot read .*plan\.yaml:.* as YAML: /);
  });
  await withPlan(() => {}, async (path, folder) => {
    await Deno.remove(join(folder, "toys.ts"));
    await refuses(path, /Cannot find the experiment ".*toys\.ts"/);
  });
});

Deno.test("compileRequest() lets a plan be narrowed and nothing else", async () => {
  const request = { quick: false, arms: [], seeds: [], set: [], runner: undefined };
  await withPlan(() => {}, async (path) => {
    const { plan, jobs } = await compileRequest({ ...request, path, seeds: [2] });
    assert.deepEqual(jobs.map(({ arm, seed }) => [arm, seed]), [["exit", 2]]);
    assert.equal(jobs[0]?.settings.domain.options.size, 3);
    const { plan: whole } = await compileRequest({ ...request, path });
    assert.equal(whole.jobs[1]?.hash, plan.jobs[0]?.hash);
    for (
      const [asked, message] of [
        [{ set: ["budget.tokens=5"] }, /Cannot use --set with the plan/],
        [{ quick: true }, /Cannot use --quick with the plan/],
        [{ arms: ["grpo"] }, /has no arm "grpo" \(it has exit\)/],
        [{ seeds: [3] }, /has no seed "3" \(it has 1, 2\)/],
        [{ runner: "hf" }, /Cannot use --runner hf with the plan .*: it was made for local$/],
      ] as const
    ) await assert.rejects(compileRequest({ ...request, path, ...asked }), message);
  });
});

Deno.test("loadExperiment() and compileRequest() keep the runner that a plan was made for", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "toys.ts"), source());
    const { experiment } = await loadExperiment(join(folder, "toys.ts"));
    const { plan } = compile(experiment, { file: "toys.ts", runner: "hf" });
    const path = join(folder, "plan.json");
    await Deno.writeTextFile(path, JSON.stringify(plan));
    assert.equal((await loadExperiment(path)).plan?.runner, "hf");
    const request = { path, quick: false, arms: [], seeds: [], set: [] };
    for (const runner of [undefined, "hf"] as const) {
      assert.deepEqual((await compileRequest({ ...request, runner }, () => "toys.ts")).plan, plan);
    }
    await assert.rejects(compileRequest({ ...request, runner: "local" }), /it was made for hf$/);
    const { runner: _, ...unnamed } = plan;
    await Deno.writeTextFile(path, JSON.stringify(unnamed));
    await refuses(path, /Missing option "runner" in .*plan\.json/);
  });
});

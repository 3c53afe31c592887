import assert from "node:assert/strict";
import { join } from "node:path";
import { type Outcome, root } from "../support/command_line.ts";
import { npmStandIn } from "../support/npm_stand_in.ts";
import { strangeProject } from "../support/strange_project.ts";

/** A training that is over at once. */
const short = ["budget.tokens=3000", "policy.warmStart.steps=2", "evaluate.tasks=8"].flatMap((
  set,
) => ["--set", set]);

const project = await strangeProject();
Deno.test.afterAll(() => project[Symbol.asyncDispose]());
const { deno, folder } = project;

/** Runs a command in the project's folder, which is to go well. */
async function succeed(...words: readonly string[]): Promise<Outcome> {
  const outcome = await deno(...words);
  assert.equal(outcome.code, 0, `${words.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

Deno.test("examples/plugin_project works elsewhere: it is validated, planned and trained, and plugins are begun there", async () => {
  await succeed("task", "--quiet", "new", "domain", "word-chain");
  for (const words of [["fmt", "--check"], ["lint"], ["test", "--no-prompt", "--no-check"]]) {
    await succeed(...words);
  }
  const valid = await succeed("task", "--quiet", "validate", "coins");
  assert.match(valid.stdout, /^coins\n.*128 references score 1.*\n.*\n {2}nothing is wrong\n$/s);
  await succeed("task", "--quiet", "validate", "word-chain", "--tasks", "8");
  const plan = await succeed("task", "--quiet", "plan", "experiment.ts");
  assert.match(plan.stdout, /\nWhat may be touched +as declared\n {2}domain coins +nothing\n/);
  await succeed("task", "--quiet", "run", "experiment.ts", "--quick", ...short);
  const runs = await Array.fromAsync(Deno.readDir(join(folder, "runs")));
  assert.equal(runs.filter(({ name }) => /^coins-/.test(name)).length, 2);
  const rented = await deno("task", "--quiet", "run", "experiment.ts", "--runner", "hf");
  assert.equal(rented.code, 2);
  assert.match(rented.stderr, /^error: Expected --runner hf in exitlab's own folder/);
});

Deno.test("a project's own plugins are held to the permissions of any other", async () => {
  const secret = await Deno.makeTempFile();
  try {
    const sly = (await Deno.readTextFile(join(folder, "experiment.ts"))).replace(
      "domain: coins(),",
      `domain: { ...coins(), step: () => { throw Deno.readTextFileSync("${secret}"); }, rebuild() { return this; } },`,
    );
    await Deno.writeTextFile(join(folder, "sly.ts"), sly);
    const { code, stderr } = await deno(
      "task",
      "--quiet",
      "run",
      "sly.ts",
      "--quick",
      ...short,
      "--runs",
      "sly",
    );
    assert.equal(code, 2, stderr);
    assert.match(stderr, /error: Something that sly\.ts imports asked for read access to /);
  } finally {
    await Deno.remove(secret);
  }
});

/** A package that imports nothing of exitlab: reversed digits. */
const mirror = {
  "package.json": JSON.stringify({
    name: "@strange/exitlab-domain-mirror",
    version: "1.2.0",
    type: "module",
    exports: { ".": { types: "./index.d.ts", default: "./index.js" }, "./bare": "./bare.js" },
    dependencies: { valibot: "^1.5.0" },
  }),
  "index.js": `import * as v from "valibot";
const turned = (text) => [...text].reverse().join("");
export const mirror = {
  name: "mirror",
  version: "1",
  schema: v.strictObject({ digits: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3)), 3) }),
  build: ({ digits }) => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 2 + 2 * digits, response: digits },
    tasks: (split) => ({
      size: 16,
      at: (index) => {
        if (!(index >= 0 && index < 16)) throw new RangeError("no such task");
        const task = String(10 + 7 * (2 * index + (split === "train" ? 0 : 1))).padStart(digits, "4");
        return { id: task, task };
      },
    }),
    begin: () => null,
    prompt: (task) => [{ role: "user", content: "B" + task }],
    iterate: (task, _state, { response }, mode) =>
      [{ role: "user", content: (mode === "improve" ? "I" : "D") + task + ":" + response.slice(0, digits) }],
    step: (task, state, response) => {
      const solved = response === turned(task);
      const quality = solved ? 1 : 0;
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: (task) => [turned(task)],
  }),
};
`,
  "index.d.ts": `export declare const mirror: {
  readonly name: string;
  readonly version: string;
  readonly schema: import("valibot").GenericSchema<object, { readonly digits: number }>;
  build(options: { readonly digits: number }): any;
};
`,
  "bare.js": `export { defineDomain } from "exitlab/domain";\n`,
};

Deno.test("a domain from an npm package is validated and trained, and needs no import of exitlab", async () => {
  await using registry = await npmStandIn(mirror);
  await Deno.writeTextFile(join(folder, ".npmrc"), `@strange:registry=${registry.url}\n`);
  await Deno.writeTextFile(
    join(folder, "mirrored.ts"),
    `import { defineDomain } from "exitlab/domain";
    import { defineExperiment, exit, grpo, improve, tinyTransformer } from "exitlab";
    import { mirror } from "npm:@strange/exitlab-domain-mirror@^1";

    const experiment = defineExperiment({
      name: "mirrored",
      domain: defineDomain(mirror)({ digits: 4 }),
      policy: tinyTransformer({ width: 16, heads: 2, layers: 1, context: 32, warmStart: { steps: 0 } }),
      objective: grpo({ groups: 4, groupSize: 4 }),
      curriculum: exit(),
      operators: [improve()],
      budget: { iterations: 2 },
      evaluate: { every: 0, steps: 1, samples: 1 },
    });
    export default experiment;\n`,
  );
  const plugin = join(folder, "plugins/mirror.ts");
  await Deno.writeTextFile(
    plugin,
    `export { mirror as default } from "npm:@strange/exitlab-domain-mirror@^1";\n`,
  );
  // All of the project at once, under fewer flags of the compiler than exitlab has for itself.
  await succeed("check", "mirrored.ts", "experiment.ts", "plugins/coins", "plugins/word_chain");
  const valid = await succeed("task", "--quiet", "validate", "plugins/mirror.ts");
  assert.match(valid.stdout, /^mirror\n {2}train {2}16 tasks {2}16 references score 1/);
  await succeed("task", "--quiet", "run", "mirrored.ts");
  assert.deepEqual(registry.asked, ["/@strange/exitlab-domain-mirror", "/package.tgz"]);
  // Why a definition is what a package exports: exitlab cannot be imported from within one.
  await Deno.writeTextFile(join(folder, "bare.ts"), `import "npm:@strange/exitlab-domain-mirror@^1/bare";\n`);
  const bare = await deno("run", "--no-prompt", "bare.ts");
  assert.match(bare.stderr, /Could not find package 'exitlab'/);
});

Deno.test("docs/plugins.md shows the deno.json of the example", async () => {
  const page = await Deno.readTextFile(join(root, "docs/plugins.md"));
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? "{}");
  const real = JSON.parse(await Deno.readTextFile(join(root, "examples/plugin_project/deno.json")));
  assert.deepEqual(shown.imports, real.imports);
  assert.ok(Object.keys(shown.tasks).length > 1);
  for (const [name, task] of Object.entries(shown.tasks)) assert.equal(task, real.tasks[name], name);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { root, task } from "../../support/command_line.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));
const outside = await Deno.makeTempFile();
Deno.test.afterAll(() => Deno.removeSync(outside));

/** A file with an experiment whose domain is the knobs, changed. */
async function experiment(name: string, change: string): Promise<string> {
  const path = join(folder, `${name}.ts`);
  await Deno.writeTextFile(
    path,
    `import { defineExperiment, grpo, knobs, tinyTransformer, uniform } from "${join(root, "mod.ts")}";
    const sound = knobs({ knobs: 2, trainingTasks: 8, testTasks: 4 });
    const domain = { ...sound, ${change} };
    export default defineExperiment({
      name: "${name}",
      domain: { ...domain, rebuild: () => domain },
      policy: tinyTransformer({ width: 16, heads: 2, layers: 1, warmStart: { steps: 0 } }),
      objective: grpo({ groups: 2, groupSize: 2 }),
      curriculum: uniform(),
      budget: { iterations: 1 },
      evaluate: { every: 0, steps: 1, samples: 1 },
    });`,
  );
  return path;
}

const runs = ["--runs", join(folder, "runs")];

Deno.test("a domain that reads what it does not declare is refused by Deno, and told in a sentence", async () => {
  const reads = `step: (...given) => { Deno.readTextFileSync("${outside}"); return sound.step(...given); }`;
  const { code, stderr } = await task("run", await experiment("sly", reads), ...runs);
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    new RegExp(`error: Something that .*sly\\.ts imports asked for read access to ${outside}`),
  );
});

Deno.test("a file that a domain declares is read once --read names it, and the plan says so", async () => {
  const reads = `permissions: { read: ["${outside}"] },
    step: (...given) => { Deno.readTextFileSync("${outside}"); return sound.step(...given); }`;
  const file = await experiment("honest", reads);
  const refused = await task("run", file, ...runs);
  assert.deepEqual([refused.code, refused.stderr], [
    2,
    `error: Domain "knobs" reads ${outside}, and may not; add --read ${outside}\n`,
  ]);
  const plan = await task("plan", file);
  assert.match(
    plan.stdout,
    new RegExp(`domain knobs +read ${outside} {2}\\(missing: add --read ${outside}\\)\\n`),
  );
  const granted = await task("plan", file, "--read", outside);
  assert.match(granted.stdout, new RegExp(`domain knobs +read ${outside} {2}\\(granted\\)\\n`));
  const run = await task("run", file, "--read", outside, ...runs);
  assert.equal(run.code, 0, run.stderr);
});

Deno.test("a host that a domain declares is reached only once --net names it, and no other then", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("yes"),
  );
  const { port } = server.addr;
  const calls = (declared: string, called: string): string =>
    `permissions: { net: ["${declared}"] },
     step: async (...given) => {
       await (await fetch("http://${called}/")).text();
       return await sound.step(...given);
     }`;
  const host = `127.0.0.1:${port}`;
  const file = await experiment("caller", calls(host, host));
  const refused = await task("run", file, ...runs);
  assert.deepEqual([refused.code, refused.stderr], [
    2,
    `error: Domain "knobs" calls ${host}, and may not; add --net ${host}\n`,
  ]);
  const run = await task("run", file, "--net", host, ...runs);
  assert.equal(run.code, 0, run.stderr);
  assert.doesNotMatch(run.stderr, /note: --net/);
  const other = await experiment("liar", calls(host, "127.0.0.1:9999"));
  const lied = await task("run", other, "--net", host, "--net", "one.example", ...runs);
  assert.equal(lied.code, 2, lied.stderr);
  assert.match(lied.stderr, /note: --net one\.example is declared by no domain or operator/);
  assert.match(
    lied.stderr,
    /error: Something that .*liar\.ts imports asked for net access to 127\.0\.0\.1:9999/,
  );
});

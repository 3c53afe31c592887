import assert from "node:assert/strict";
import { join } from "node:path";
import { root, task } from "../../support/command_line.ts";
import { standIn, sums } from "../../lib/domain/dataset_stand_in.ts";

function experiment(server: string): string {
  return `
    import { defineExperiment, grpo, hub, hubDataset, math, uniform } from "exitlab";
    const source = await hubDataset("org/sums", { problem: "q", answer: "a" }, { split: "test", server: "${server}" });
    export default defineExperiment({
      name: "fetched",
      domain: math({ source, trainingTasks: 100 }),
      policy: hub("org/model"),
      objective: grpo(),
      curriculum: uniform(),
      budget: { iterations: 1 },
    });`;
}

/** What is kept of data sets in the repository's own folder. */
async function kept(): Promise<string[]> {
  try {
    const folder = join(root, ".cache/datasets");
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => join(folder, name)).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("deno task plan fetches a data set once, with --net, and then plans without it", async () => {
  const before = await kept();
  const folder = await Deno.makeTempDir();
  const stand = standIn(sums(250));
  try {
    const file = join(folder, "fetched.ts");
    await Deno.writeTextFile(file, experiment(stand.server));
    const { host } = new URL(stand.server);
    const words = [file, "--runner", "tgi", "--all"];

    const refused = await task("plan", ...words);
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      new RegExp(
        `is not in \\.cache/datasets yet: add --net ${host} once to fetch it, or give a file of it instead\\n$`,
      ),
    );
    assert.equal(stand.asked.length, 0);

    const fetched = await task("plan", ...words, "--net", host);
    assert.equal(fetched.code, 0, fetched.stderr);
    assert.match(fetched.stdout, /domain\.source\.dataset +org\/sums \(base\)/);
    assert.match(fetched.stdout, /domain\.tasks\.leaked +0 \(default\)/);
    assert.equal(stand.asked.length, 4);

    const again = await task("plan", ...words);
    const access = /\nWhat may be touched[^]*?\n(?=\n)/;
    assert.match(fetched.stdout.match(access)?.[0] ?? "", new RegExp(`--net ${host} +declared by no domain`));
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout.replace(access, ""), fetched.stdout.replace(access, ""));
    assert.equal(stand.asked.length, 4);

    const checked = await task("validate", file, "--json");
    assert.equal(checked.code, 0, checked.stdout);
    const changed = await task("plan", ...words, "--set", "domain.source.train=3");
    assert.equal(changed.code, 2);
    assert.match(
      changed.stderr,
      /^error: Cannot change "source\.train" from outside: .*\(--set domain\.source\.train\)\n$/,
    );
  } finally {
    await stand.stop();
    await Deno.remove(folder, { recursive: true });
    for (const path of await kept()) if (!before.includes(path)) await Deno.remove(path);
  }
});

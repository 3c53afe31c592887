import assert from "node:assert/strict";
import { join } from "node:path";
import { unpackTar } from "modern-tar";
import { gatherBundle, packBundle } from "exitlab/runners/hf/job/bundle.ts";
import { root } from "../../../support/command_line.ts";

async function unpack(
  archive: Uint8Array<ArrayBuffer>,
): Promise<Map<string, { mode: number; text: string }>> {
  const tar = new Blob([archive]).stream().pipeThrough(new DecompressionStream("gzip"));
  const entries = await unpackTar(tar);
  return new Map(entries.map(({ header: { name, mode = 0 }, data }) => [name, {
    mode,
    text: new TextDecoder().decode(data),
  }]));
}

Deno.test("packBundle() gives the same bytes for the same files, in whatever order and whenever they were written", async () => {
  const folder = await Deno.makeTempDir();
  const one = { path: "b/run.sh", from: new TextEncoder().encode("echo") };
  await Deno.writeTextFile(join(folder, "a"), "first");
  const first = await packBundle([one, { path: "a", from: join(folder, "a") }]);
  await Deno.utime(join(folder, "a"), 1, 1);
  await Deno.chmod(join(folder, "a"), 0o600);
  const second = await packBundle([{ path: "a", from: join(folder, "a") }, one]);
  assert.deepEqual(second, first);
  const other = await packBundle([one, { path: "a", from: new TextEncoder().encode("other") }]);
  assert.notEqual(other.hash, first.hash);
  const files = await unpack(first.archive);
  assert.deepEqual([...files], [
    ["a", { mode: 0o644, text: "first" }],
    ["b/run.sh", { mode: 0o755, text: "echo" }],
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("gatherBundle() takes what a job needs, and nothing of tests, runs or tools", async () => {
  const { checkout, experiment, files } = await gatherBundle(root, join(root, "experiments/exit_math.ts"));
  assert.equal(checkout, ".");
  assert.equal(experiment, "experiments/exit_math.ts");
  const paths = files.map(({ path }) => path);
  for (
    const path of [
      "mod.ts",
      "deno.json",
      "deno.lock",
      "experiments/exit_math.ts",
      "runners/hf/job/run_cell.ts",
      "runners/local/kernels/relaxed.wasm",
      "runners/tgi/trainer/pyproject.toml",
      "domains/math/data/gsm8k/test.jsonl",
    ]
  ) assert.ok(paths.includes(path), path);
  const strange = paths.filter((path) => /^(tests|runs|docs|\.)|\/\.|__pycache__|egg-info|\.venv/.test(path));
  assert.deepEqual(strange, []);
});

Deno.test("gatherBundle() keeps folders in their places, for an experiment beside exitlab's", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "mine/tasks"), { recursive: true });
  await Deno.mkdir(join(folder, "mine/data/.git"), { recursive: true });
  await Deno.writeTextFile(join(folder, "mine/tasks/words.ts"), "export const words = 3;\n");
  await Deno.writeTextFile(join(folder, "mine/my.ts"), 'export { words } from "./tasks/words.ts";\n');
  await Deno.writeTextFile(join(folder, "mine/unused.ts"), "");
  await Deno.writeTextFile(join(folder, "mine/data/rows.json"), "[]");
  await Deno.writeTextFile(join(folder, "mine/data/.git/config"), "");
  await Deno.mkdir(join(folder, "mine/data/build"));
  await Deno.writeTextFile(join(folder, "mine/data/build/more.json"), "[]");
  for (const name of ["lib", "domains", "runners"]) {
    await Deno.mkdir(join(folder, "exitlab", name), { recursive: true });
  }
  for (const name of ["mod.ts", "deno.json", "deno.lock", "LICENSE"]) {
    await Deno.writeTextFile(
      join(folder, "exitlab", name),
      name === "deno.json" ? "{}" : name === "deno.lock" ? `{"version":"5"}` : "",
    );
  }
  const data = join(folder, "mine/data");
  const content = await gatherBundle(join(folder, "exitlab"), join(folder, "mine/my.ts"), [data]);
  assert.equal(content.checkout, "exitlab");
  assert.equal(content.experiment, "mine/my.ts");
  assert.equal(content.included.get(data), "mine/data");
  assert.deepEqual(content.files.map(({ path }) => path).filter((path) => path.startsWith("mine")), [
    "mine/data/build/more.json",
    "mine/data/rows.json",
    "mine/my.ts",
    "mine/tasks/words.ts",
  ]);
  await assert.rejects(
    gatherBundle(join(folder, "exitlab"), join(folder, "mine/my.ts"), [join(folder, "nothing")]),
    /Cannot find ".*nothing", which a job needs/,
  );
  await Deno.writeTextFile(join(folder, "mine/broken.ts"), 'import "./missing.ts";\n');
  await assert.rejects(
    gatherBundle(join(folder, "exitlab"), join(folder, "mine/broken.ts")),
    /Cannot take ".*broken.ts" along: .*missing.ts/,
  );
  await Deno.remove(folder, { recursive: true });
});

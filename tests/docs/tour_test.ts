import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkCurriculum, compile } from "exitlab";
import { openRuns } from "../../lib/metrics/reader.ts";
import { task } from "../support/command_line.ts";
import { pageFiles } from "./page_files.ts";

const page = await Deno.readTextFile("docs/tour.md");
const files = pageFiles(page);

/** The folder of a reader who has typed all of the tour. */
async function typed(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "mine"));
  for (const { path, text } of files) await Deno.writeTextFile(join(folder, path), text);
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const lines = (path: string): number => {
  const file = files.find((each) => each.path === path);
  assert(file !== undefined, `${path} is not in the tour`);
  return file.text.trimEnd().split("\n").length;
};

Deno.test("the tour has a domain of at most 80 lines with its test, and a curriculum of at most 40", () => {
  assert(lines("mine/roman.ts") + lines("mine/roman_test.ts") <= 80);
  assert(lines("mine/near_misses.ts") <= 40);
  const blocks = page.match(/^```ts/gm)?.length;
  assert.equal(files.length, blocks, "a block of TypeScript that this test does not run");
});

Deno.test("the files of the tour are well-typed, and their tests pass", async () => {
  await using place = await typed();
  const deno = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: words }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    return text;
  };
  const paths = files.map(({ path }) => join(place.folder, path));
  await deno("check", "--quiet", "--config", "deno.json", ...paths);
  const tests = paths.filter((path) => path.endsWith("_test.ts"));
  const text = await deno("test", "--quiet", "--no-check", "--no-prompt", "--config", "deno.json", ...tests);
  assert.match(text, /3 passed/);
});

Deno.test("the experiments of the tour compile to the runs that it speaks of", async () => {
  await using place = await typed();
  const load = async (name: string) =>
    (await import(pathToFileURL(join(place.folder, "mine", name)).href)).default;
  assert.equal(compile(await load("first.ts")).jobs.length, 6);
  const numerals = compile(await load("numerals.ts")).jobs.map(({ id }) => id);
  const curricula = compile(await load("curricula.ts")).jobs.map(({ id }) => id);
  assert.deepEqual(curricula.slice(0, 2), numerals, "arms that are there already are not run again");
  assert.match(curricula[2] ?? "", /^numerals-misses-s1-/);
  for (const runner of ["tgi", "hf"] as const) {
    assert.equal(compile(await load("words.ts"), { runner }).jobs.length, 6);
  }
  const mine = await import(pathToFileURL(join(place.folder, "mine/near_misses.ts")).href);
  assert.deepEqual(await checkCurriculum(mine.nearMisses({ capacity: 64 })), []);
});

Deno.test("the tour's curriculum trains on the tour's domain beside the others", async () => {
  await using place = await typed();
  const runs = join(place.folder, "runs");
  const small = ["budget.tokens=8000", "policy.warmStart.steps=2", "evaluate.tasks=4", "evaluate.steps=1"];
  const { code, stderr } = await task(
    ...["run", join(place.folder, "mine/curricula.ts"), "--runs", runs],
    ...small.flatMap((change) => ["--set", change]),
  );
  assert.equal(code, 0, stderr);
  const reader = await openRuns(runs);
  try {
    const { rows } = await reader.query("select distinct arm from evaluations order by arm");
    assert.deepEqual(rows.map(([arm]) => arm), ["exit", "grpo", "misses"]);
  } finally {
    reader.close();
  }
});

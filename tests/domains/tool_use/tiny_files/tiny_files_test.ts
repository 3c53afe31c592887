import assert from "node:assert/strict";
import fc from "fast-check";
import { deriveSeed, Random } from "exitlab/domain";
import { examineDomain } from "exitlab/lib/domain/conformance.ts";
import { writeCall } from "exitlab/domains/tool_use/tiny_files/calls.ts";
import { distance, usefulCalls } from "exitlab/domains/tool_use/tiny_files/distance.ts";
import type { FileTask } from "exitlab/domains/tool_use/tiny_files/file_tasks.ts";
import { type FileState, tinyFiles } from "exitlab/domains/tool_use/tiny_files/tiny_files.ts";

const shape = { folders: 3, files: 4 };
const domain = tinyFiles();
const tasks = (split: "train" | "test"): FileTask[] =>
  Array.from({ length: 256 }, (_, at) => domain.tasks(split).at(at).task);

Deno.test("the contract holds on every task, in several sizes", async () => {
  for (
    const options of [{}, { folders: 2, files: 9, calls: [1, 3] }, {
      folders: 4,
      files: 6,
      calls: [2, 9],
      spare: 0,
    }] as const
  ) {
    const { findings } = await examineDomain(tinyFiles(options), { tasks: "all" });
    assert.deepEqual(findings, [], JSON.stringify(options));
  }
});

Deno.test("goals take exactly the calls that they say, from 1 to 6, evenly; the splits share no goal", () => {
  const [train, test] = [tasks("train"), tasks("test")];
  for (const { start, goal, calls } of [...train, ...test]) {
    assert.equal(distance(shape, start, goal), calls);
    assert(calls >= 1 && calls <= 6);
  }
  const counts = Map.groupBy(train, ({ calls }) => calls);
  for (const list of counts.values()) assert(list.length > 20 && list.length < 70);
  assert.equal(counts.size, 6);
  const goals = new Set(train.map(({ goal }) => goal));
  assert(test.every(({ goal }) => !goals.has(goal)));
});

Deno.test("repeating a call that did nothing gains nothing, an oracle of one step reaches every goal", async () => {
  for (const task of tasks("test")) {
    let state = domain.begin(task);
    const first = await domain.step(task, state, "k..a");
    assert.equal(first.state.tree, task.start);
    assert.equal(first.verdict.solved, false);
    let solved = false;
    for (let turn = 0; turn < task.calls; turn++) {
      const [call] = usefulCalls(shape, state.tree, task.goal);
      assert(call);
      const step = await domain.step(task, state, writeCall(call));
      ({ state } = step);
      ({ solved } = step.verdict);
      assert.equal(step.done, solved);
    }
    assert(solved);
  }
});

Deno.test("a failed call leaves a mark for the next turn, and an episode ends with its turns", async () => {
  const task = tasks("test").find(({ calls }) => calls === 3) ?? assert.fail();
  let state = domain.begin(task);
  const shown = (at: FileState): string => domain.prompt(task, at)[0]?.content ?? "";
  assert.equal(shown(state).at(-1), " ");
  const turns: boolean[] = [];
  for (let turn = 0; turn < task.calls + 2; turn++) {
    const step = await domain.step(task, state, turn % 2 === 0 ? "k..a" : "nonsense");
    ({ state } = step);
    turns.push(step.done);
    assert.equal(shown(state).at(-1), "!");
    assert.equal(state.tree, task.start);
  }
  assert.deepEqual(turns, [false, false, false, false, true]);
});

Deno.test("any response has a result, the state survives JSON, and goes on the same", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "constructor", "x".repeat(10_000_000), "m1ab", "r1a.", "k..c", "\ud800"),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(255), fc.array(hostile, { maxLength: 8 }), async (at, responses) => {
      const { task } = domain.tasks("train").at(at);
      let state = domain.begin(task);
      for (const response of responses) {
        const step = await domain.step(task, state, response);
        assert.deepEqual(await domain.step(task, JSON.parse(JSON.stringify(state)), response), step);
        assert(step.verdict.quality >= 0 && step.verdict.quality <= 1);
        const attempt = { response, verdict: step.verdict, feedback: null };
        const again = domain.iterate?.(task, state, attempt, "improve")[0]?.content ?? "";
        assert.equal(again.length, 1 + 12 + 1 + 4);
        if (step.done) break;
        ({ state } = step);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("demonstrations are a weak worker's: some calls are useful, some are not, none from a held-out goal", () => {
  const random = new Random(deriveSeed(1, "demonstrations"));
  const prompts = { base: "B", improve: "I", diverge: "D" } as const;
  for (const mode of ["base", "improve", "diverge"] as const) {
    const seen = Array.from({ length: 300 }, () => domain.demonstrate?.(mode, random) ?? assert.fail());
    const shown = seen.map(({ messages }) => messages[0]?.content ?? "");
    assert(shown.every((content) => content.startsWith(prompts[mode])));
    assert(shown.every((content) => content.length === (mode === "base" ? 14 : 18)));
    if (mode === "base") continue;
    const kept = seen.filter(({ response }, at) => shown[at]?.endsWith(response)).length;
    assert(mode === "diverge" ? kept === 0 : kept > 90 && kept < 260, `${mode}: ${kept} of 300 kept`);
  }
});

Deno.test("tinyFiles() refuses what it cannot make", () => {
  assert.throws(() => tinyFiles({ calls: [3, 2] }), /\[fewest, most\] with fewest ≤ most/);
  assert.throws(() => tinyFiles({ folders: 1 }), /a whole number from 2 to 6 but found 1/);
  assert.throws(
    () => tinyFiles({ folders: 2, files: 1, calls: [9, 9] }).tasks("train").at(0),
    /Cannot find a goal of 9 calls for tinyFiles\(\) with 2 folders and 1 files/,
  );
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { bfcl, type BfclTask } from "exitlab/domains/tool_use/bfcl/bfcl.ts";
import { bfclRows } from "exitlab/domains/tool_use/bfcl/rows.ts";
import type { BfclWorld } from "exitlab/domains/tool_use/bfcl/world.ts";
import type { Domain, Split, ToolState } from "exitlab/domain";
import { rootStart } from "exitlab/lib/curriculum/start.ts";
import { examineDomain } from "exitlab/lib/domain/conformance.ts";
import { wordRequest } from "exitlab/lib/operator/wording.ts";

type BfclDomain = Domain<BfclTask, ToolState<BfclWorld>>;

function instances(domain: BfclDomain, split: Split): { id: string; task: BfclTask; benchmark?: string }[] {
  const source = domain.tasks(split);
  return Array.from({ length: source.size ?? 0 }, (_, at) => source.at(at));
}

const index = (task: BfclTask): string => /\d+$/.exec(task.row)?.[0] ?? "";

Deno.test("a restored state goes on exactly as the original, at every prefix of every task of base", async () => {
  const domain = bfcl({ trainOn: "all" });
  for (const row of bfclRows("base")) {
    const task = { row: row.id, requests: row.requests.length, turns: 60 };
    const responses = domain.reference?.(task) ?? [];
    const steps = [{ state: domain.begin(task), done: false, verdict: { quality: 0 } }];
    for (const response of responses) {
      steps.push(await domain.step(task, steps.at(-1)?.state ?? domain.begin(task), response));
    }
    for (const [at, { state }] of steps.entries()) {
      let restored: ToolState<BfclWorld> = JSON.parse(JSON.stringify(state));
      assert.deepEqual(restored, state);
      assert.deepEqual(domain.prompt(task, restored), domain.prompt(task, state));
      // Only the next step is compared: from there on the next prefix does.
      const next = responses[at];
      if (next === undefined) continue;
      const { state: after, ...rest } = await domain.step(task, restored, next);
      restored = after;
      const { state: expected, ...same } = steps[at + 1] ?? steps[0] ?? assert.fail();
      assert.deepEqual(restored, expected, `${row.id} after ${at} turns`);
      assert.deepEqual(rest, same);
    }
  }
});

Deno.test("the splits are halves, disjoint over all files, and alike in turns and classes", () => {
  const files = ["base", "miss_func", "miss_param", "long_context"] as const;
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const domain = bfcl({ train: files, test: files, seed });
      const [train, test] = [instances(domain, "train"), instances(domain, "test")];
      assert.equal(train.length + test.length, 798);
      const trained = new Set(train.map(({ task }) => index(task)));
      const held = new Set(test.map(({ task }) => index(task)));
      assert.deepEqual([trained.size, held.size], [100, 100]);
      assert.equal(trained.intersection(held).size, 0);
      const count = (indices: ReadonlySet<string>, key: (row: number) => string): Map<string, number> =>
        Map.groupBy([...indices].map(Number), key).entries().reduce(
          (all, [name, rows]) => all.set(name, rows.length),
          new Map<string, number>(),
        );
      const rows = bfclRows("base");
      const classes = (at: number): string => rows[at]?.classes.toSorted().join() ?? "";
      for (const key of [classes, (at: number): string => `${classes(at)} ${rows[at]?.requests.length}`]) {
        const [one, other] = [count(trained, key), count(held, key)];
        for (const name of new Set([...one.keys(), ...other.keys()])) {
          const apart = Math.abs((one.get(name) ?? 0) - (other.get(name) ?? 0));
          assert(apart <= 1, `${name}: ${one.get(name)} and ${other.get(name)}`);
        }
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("training stops after the first request, tests go on, unless told otherwise", () => {
  const usual = bfcl();
  assert(instances(usual, "train").every(({ id, task }) => id.endsWith(":first") && task.requests === 1));
  assert(instances(usual, "test").every(({ task, benchmark }) => task.requests > 0 && benchmark === "base"));
  assert(instances(usual, "train").every(({ task }) => task.turns === 10));
  assert(instances(usual, "test").every(({ task }) => task.turns === 60));
  const both = instances(bfcl({ test: ["miss_func"], testOn: "both" }), "test");
  assert.deepEqual(
    Map.groupBy(both, ({ benchmark }) => benchmark ?? "").entries().map((
      [name, { length }],
    ) => [name, length])
      .toArray(),
    [["miss_func", 100], ["miss_func_first", 100]],
  );
});

Deno.test("functions that are held back are not told of until they are handed over", () => {
  const domain = bfcl({ train: ["miss_func"], trainOn: "all" });
  const task = { row: "multi_turn_miss_func_0", requests: 5, turns: 60 };
  const begun = domain.begin(task);
  const told = (request: number): string => domain.prompt(task, { ...begun, request })[0]?.content ?? "";
  assert(!told(2).includes('"name":"sort"'));
  assert(told(3).includes('"name":"sort"'));
  // And cp, which this row excludes, never.
  assert(!told(4).includes('"name":"cp"'));
});

Deno.test("the contract holds on tasks of all files in every format", async () => {
  const files = ["base", "miss_func", "miss_param", "long_context"] as const;
  for (const format of ["tags", "openai", "python"] as const) {
    const { findings } = await examineDomain(
      bfcl({ format, train: files, test: files, trainOn: "all" }),
      { tasks: 4 },
    );
    assert.deepEqual(findings, [], format);
  }
});

const deep = "[".repeat(50_000) + "]".repeat(50_000);
const hostile: readonly string[] = [
  "",
  "x".repeat(10_000_000),
  `<tool>${"x".repeat(10_000_000)}</tool>`,
  `<tool>{"name": "ls", "arguments": {"a": ${deep}}}</tool>`,
  deep,
  `ls(a=${deep})`,
  "<tool>".repeat(100_000),
  "<think>".repeat(100_000),
  '<tool>{"name": "__proto__", "arguments": {}}</tool>',
  '<tool>{"name": "constructor", "arguments": {"__proto__": {"polluted": true}}}</tool>',
  '<tool>{"name": "cd", "arguments": {"__proto__": "x", "folder": "__proto__"}}</tool>',
  '<tool>{"name": "mkdir", "arguments": {"dir_name": "__proto__"}}</tool>\n<tool>{"name": "cd", "arguments": {"folder": "__proto__"}}</tool>',
  '<tool>{"name": "ls", "arguments": []}</tool>',
  '<tool>{"name": 5, "arguments": "x"}</tool>',
  '<tool>{"name": "cat", "arguments": {"file_name": {"$set": ["a"]}}}</tool>',
  '<tool>{"name": "cat", "arguments": {"file_name": {"$int": "not a number"}}}</tool>',
  '<tool>{"name": "cat", "arguments": {"file_name": {"$dict": [[[], 1]]}}}</tool>',
  '<tool>{"name": "tail", "arguments": {"file_name": "a", "lines": 1e999}}</tool>',
  '<tool>{"name": "touch", "arguments": {"file_name": "\\ud800"}}</tool>',
  '{"tool_calls": [{"function": {"name": "ls", "arguments": "{"}}]}',
  "power(base=99999999999, exponent=99999999999)",
  "[power(10, 10**10)]",
  "ls(a=__import__('os').system('true'))",
  '"""',
];

for (const format of ["tags", "openai", "python"] as const) {
  Deno.test(`hostile messages have a result and harm nothing (${format})`, async () => {
    const domain = bfcl({ format, trainOn: "all" });
    for (const response of hostile) {
      for (const row of ["multi_turn_base_0", "multi_turn_base_30", "multi_turn_base_150"]) {
        const task = { row, requests: 2, turns: 10 };
        const { state, verdict } = await domain.step(task, domain.begin(task), response);
        assert.equal(verdict.solved, false);
        assert(JSON.stringify(state).length < 200_000);
        assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
        assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
      }
    }
  });
}

Deno.test("any call of any method with any arguments has a result, and the state stays plain", async () => {
  const domain = bfcl({ trainOn: "all" });
  const rows = bfclRows("base").slice(0, 200);
  const argument = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("__proto__", "USR002", "AAPL", "SFO", "2024-11-15", -1, 1e300, 2.5, "", null, true),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...rows),
      fc.array(fc.tuple(fc.nat(40), fc.array(argument, { maxLength: 6 }), fc.boolean()), {
        minLength: 1,
        maxLength: 6,
      }),
      async (row, calls) => {
        const task = { row: row.id, requests: row.requests.length, turns: 60 };
        const state = domain.begin(task);
        const told = domain.prompt(task, state)[0]?.content ?? "";
        const tools = told.split("\n").filter((line) => line.startsWith('{"name":')).map((line) =>
          JSON.parse(line)
        );
        const message = calls.map(([which, values, partly]) => {
          const { name, parameters } = tools[which % tools.length];
          const names = Object.keys(parameters.properties);
          const given = (partly ? names.slice(0, values.length) : names).map((
            key,
            at,
          ) => [key, values[at] ?? null]);
          return `<tool>${JSON.stringify({ name, arguments: Object.fromEntries(given) })}</tool>`;
        }).join("\n");
        const step = await domain.step(task, state, message);
        assert.deepEqual(JSON.parse(JSON.stringify(step.state)), step.state);
        assert.deepEqual(await domain.step(task, state, message), step);
      },
    ),
    { numRuns: 600 },
  );
});

Deno.test("improve and diverge see the conversation up to a turn, and ask for its message again", async () => {
  const domain = bfcl({ trainOn: "all" });
  const task = { row: "multi_turn_base_0", requests: 4, turns: 60 };
  const responses = domain.reference?.(task) ?? [];
  let state = domain.begin(task);
  // Within the second request: after its calls, before it is ended.
  for (const response of responses.slice(0, 3)) state = (await domain.step(task, state, response)).state;
  const attempt = {
    response: "<TASK_ERROR>",
    verdict: { quality: 0, solved: false, reward: 0 },
    feedback: null,
  };
  for (const mode of ["improve", "diverge"] as const) {
    const start = { ...rootStart(0, "multi_turn_base_0", state), mode, attempt, depth: 1, turn: 3 };
    const messages = wordRequest(start, domain, task);
    // Everything that was said and came back stays as it was; the last message asks anew.
    assert.deepEqual(messages.slice(0, -1), domain.prompt(task, state));
    assert.equal(messages.at(-2)?.role, "tool");
    const { role, content = "" } = messages.at(-1) ?? {};
    assert.equal(role, "user");
    assert.match(content, /## Request\n\nPerform a detailed search using grep/);
    assert.match(content, /## Current response\n\n<TASK_ERROR>/);
    assert(!content.includes("final_report.pdf' within document"));
  }
});

Deno.test("folders that are copied into each other over and over fill the file system, not the memory", async () => {
  const domain = bfcl({ trainOn: "all" });
  const task = { row: "multi_turn_base_0", requests: 1, turns: 60 };
  const call = (name: string, args: Record<string, string>): string =>
    `<tool>${JSON.stringify({ name, arguments: args })}</tool>`;
  let { state } = await domain.step(task, domain.begin(task), call("mkdir", { dir_name: "d0" }));
  for (let level = 0; level < 30; level++) {
    const [from, copy, to] = [`d${level}`, `e${level}`, `d${level + 1}`];
    const doubled = [
      call("mkdir", { dir_name: to }),
      call("cp", { source: from, destination: copy }),
      call("cp", { source: from, destination: to }),
      call("cp", { source: copy, destination: to }),
    ];
    ({ state } = await domain.step(task, state, doubled.join("\n")));
  }
  assert.match(state.log.at(-1)?.result ?? "", /No space left on device/);
  ({ state } = await domain.step(task, state, call("find", {})));
  assert((state.log.at(-1)?.result.length ?? Infinity) < 101_000);
  const { verdict } = await domain.step(task, state, "<TASK_FINISHED>");
  assert.equal(verdict.solved, false);
});

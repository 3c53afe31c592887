import assert from "node:assert/strict";
import fc from "fast-check";
import * as v from "valibot";
import {
  defineTool,
  tagsFormat,
  type Tool,
  type ToolBehaviour,
  toolBehaviour,
  type ToolBudgets,
  type ToolCall,
  ToolError,
  type ToolScenario,
  type ToolState,
} from "exitlab/domain";

const amount = v.pipe(v.number(), v.integer(), v.minValue(1));

const put: Tool<number> = defineTool({
  name: "put",
  description: "Puts coins into the purse.",
  parameters: v.object({ coins: amount, note: v.optional(v.string(), "") }),
  call: (purse: number, { coins, note }) => ({
    world: purse + coins,
    result: note || { left: purse + coins },
  }),
});

const take: Tool<number> = defineTool({
  name: "take",
  description: "Takes coins out of the purse.",
  parameters: v.object({ coins: amount }),
  call: (purse: number, { coins }) => {
    if (coins > purse) throw new ToolError(`Only ${purse} left`);
    return { world: purse - coins, result: { left: purse - coins } };
  },
});

type Task = { readonly goals: readonly number[] };

/** A purse to be brought to one sum after another. */
function purse(
  budgets: ToolBudgets | ((task: Task) => ToolBudgets) = { turns: 6, calls: 8 },
  more: Partial<ToolScenario<Task, number>> = {},
): ToolBehaviour<Task, number> {
  return toolBehaviour<Task, number>({
    format: tagsFormat(),
    budgets,
    world: () => 5,
    requests: ({ goals }) => goals.map((goal) => `Make it ${goal}.`),
    tools: () => [put, take],
    note: ({ goals }, { world, request }) => world === goals[request],
    judge: (_task, { ending, notes }) => {
      const solved = ending === "finished" && notes.every((right) => right === true);
      return { quality: Number(solved), solved, reward: Number(solved) };
    },
    ...more,
  });
}

const call = (name: string, args: object): string =>
  `<tool>${JSON.stringify({ name, arguments: args })}</tool>`;
const end = "<TASK_FINISHED>";
const task: Task = { goals: [7, 1] };

async function play(
  behaviour: ToolBehaviour<Task, number>,
  responses: readonly string[],
  of: Task = task,
): Promise<{ states: ToolState<number>[]; solved: boolean; done: boolean }> {
  const states = [behaviour.begin(of)];
  let [solved, done] = [false, false];
  for (const response of responses) {
    const step = await behaviour.step(of, states.at(-1) ?? assert.fail(), response);
    states.push(step.state);
    ({ done } = step);
    ({ solved } = step.verdict);
    if (done) break;
  }
  return { states, solved, done };
}

const last = ({ states }: { states: ToolState<number>[] }): ToolState<number> =>
  states.at(-1) ?? assert.fail();

Deno.test("requests are fulfilled one after another; each is noted as it ends", async () => {
  const played = await play(purse(), [call("put", { coins: 2 }), end, call("take", { coins: 6 }), end]);
  assert.deepEqual([played.solved, played.done], [true, true]);
  const { messages, notes, ending, request, turns, log } = last(played);
  assert.deepEqual([notes, ending, request, turns], [[true, true], "finished", 2, 4]);
  assert.deepEqual(messages.map(({ role }) => role), [
    "user",
    "assistant",
    "tool",
    "assistant",
    "user",
    "assistant",
    "tool",
    "assistant",
  ]);
  assert.equal(messages[2]?.content, '<tool_result name="put">{"left":7}</tool_result>');
  assert.deepEqual(log.map(({ request, name, ok }) => [request, name, ok]), [[0, "put", true], [
    1,
    "take",
    true,
  ]]);
  assert.equal((await play(purse(), [end, end])).solved, false);
});

Deno.test("several calls of a message are made in order, and the request may end with them", async () => {
  const played = await play(purse(), [
    [call("take", { coins: 5 }), call("put", { coins: 7 }), end].join("\n"),
    `${call("take", { coins: 6 })}${end}`,
  ]);
  assert(played.solved);
});

Deno.test("what cannot be carried out is a result, and the world stays", async () => {
  const wrong: { readonly [message: string]: RegExp } = {
    [call("take", { coins: 50 })]: />Error: Only 5 left</,
    [call("take", { coins: 0 })]: />Error: .*>=1.* in argument "coins"</,
    [call("take", { coins: "2" })]: />Error: .* in argument "coins"</,
    [call("take", {})]: />Error: .*coins/,
    [call("tke", { coins: 1 })]: />Error: Unknown tool "tke"\. Did you mean "take"\?</,
    [call("__proto__", {})]: />Error: Unknown tool "__proto__"\.</,
    [call("x".repeat(5000), {})]: />Error: Unknown tool "x{57}\.\.\."\.</,
    "I am done.": /^Error: The message has neither a call nor the end of the request/,
    "<tool>{": /^Error: Cannot read a call as JSON/,
  };
  for (const [message, expected] of Object.entries(wrong)) {
    const { states, done } = await play(purse(), [message]);
    assert.match(states[1]?.messages.at(-1)?.content ?? "", expected);
    assert.deepEqual([states[1]?.world, done], [5, false]);
  }
});

Deno.test("an episode ends with its turns, those of a request, or its calls, and when the policy gives up", async () => {
  const one = call("put", { coins: 1 });
  const ends = async (budgets: ToolBudgets | ((task: Task) => ToolBudgets), responses: readonly string[]) => {
    const played = await play(purse(budgets), responses);
    assert.equal(played.solved, false);
    return [played.states.length - 1, last(played).ending, last(played).log.length];
  };
  const many = Array<string>(20).fill(one);
  assert.deepEqual(await ends({ turns: 3, calls: 9 }, many), [3, "turns", 3]);
  assert.deepEqual(await ends(({ goals }) => ({ turns: goals.length, calls: 9 }), many), [2, "turns", 2]);
  assert.deepEqual(await ends({ turns: 9, requestTurns: 2, calls: 9 }, [end, ...many]), [3, "turns", 2]);
  assert.deepEqual(await ends({ turns: 9, calls: 2 }, many), [3, "calls", 2]);
  assert.deepEqual(await ends({ turns: 9, calls: 2 }, [many.slice(0, 5).join("")]), [1, "calls", 2]);
  assert.deepEqual(await ends({ turns: 9, calls: 9 }, [`${one}<TASK_ERROR>`]), [1, "failed", 1]);
  // The last turn may still finish the last request.
  assert.equal(
    (await play(purse({ turns: 2, calls: 9 }), [
      `${call("put", { coins: 2 })}${end}`,
      `${call("take", { coins: 6 })}${end}`,
    ])).solved,
    true,
  );
});

Deno.test("a long message is cut before it is read and kept", async () => {
  const { states } = await play(purse({ turns: 3, calls: 3, characters: 100 }), [
    `${"x".repeat(1_000_000)}${end}`,
  ]);
  assert.equal(states[1]?.messages.at(-2)?.content.length, 100);
  assert.equal(states[1]?.request, 0);
});

Deno.test("the state survives JSON at every prefix, and any messages come to an end", async () => {
  const message = fc.oneof(
    fc.constantFrom(
      end,
      "<TASK_ERROR>",
      call("put", { coins: 2 }),
      call("take", { coins: 1 }),
      call("take", { coins: 99 }),
    ),
    fc.string({ unit: "binary" }),
  );
  const behaviour = purse();
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 12, maxLength: 12 }), async (messages) => {
      const { states, done } = await play(behaviour, messages);
      assert(done && states.length <= 7);
      for (const [at, state] of states.entries()) {
        const restored: ToolState<number> = JSON.parse(JSON.stringify(state));
        assert.deepEqual(restored, state);
        assert.deepEqual(behaviour.prompt(task, restored), behaviour.prompt(task, state));
        if (at + 1 < states.length) {
          assert.deepEqual((await behaviour.step(task, restored, messages[at] ?? "")).state, states[at + 1]);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("the prompt tells of the tools that are shown, after the preamble, before the conversation", () => {
  const behaviour = purse(undefined, { preamble: () => "Be careful.", shown: () => [take] });
  const [system, request] = behaviour.prompt(task, behaviour.begin(task));
  assert.match(system?.content ?? "", /^Be careful\.\n\nYou have these tools/);
  assert.match(system?.content ?? "", /"name":"take"/);
  assert.doesNotMatch(system?.content ?? "", /"name":"put"/);
  assert.deepEqual(request, { role: "user", content: "Make it 7." });
});

const written = (args: ToolCall["arguments"], ...positional: ToolCall["positional"]): ToolCall => ({
  name: "put",
  arguments: args,
  positional,
});

Deno.test("defineTool() takes arguments by place, fills in defaults, and refuses too many and doubles", async () => {
  assert.deepEqual(await put.call(1, written({}, 2)), { world: 3, result: '{"left":3}', ok: true });
  assert.deepEqual(await put.call(1, written({ coins: 2 })), { world: 3, result: '{"left":3}', ok: true });
  assert.deepEqual(await put.call(1, written({}, 2, "thanks")), { world: 3, result: "thanks", ok: true });
  assert.equal(
    (await put.call(1, written({}, 2, "a", "b"))).result,
    "Error: Expected at most 2 arguments but found 3",
  );
  assert.equal(
    (await put.call(1, written({ coins: 1 }, 2))).result,
    'Error: Argument "coins" is given twice',
  );
});

Deno.test("defineTool() takes any Standard Schema that tells its JSON Schema, asynchronous ones too", async () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "by-hand",
      validate: (value: unknown) =>
        Promise.resolve(
          typeof value === "object" && value !== null && "n" in value && typeof value.n === "number"
            ? { value: { n: value.n } }
            : { issues: [{ message: "Expected a number", path: [{ key: "n" }] }] },
        ),
      jsonSchema: {
        input: () => ({ $schema: "x", type: "object", properties: { n: { type: "number" } } }),
        output: () => ({}),
      },
    },
  } as const;
  const tool = defineTool({
    name: "double",
    description: "Doubles.",
    parameters: schema,
    call: (world: null, { n }: { n: number }) => ({ world, result: 2 * n }),
  });
  assert.deepEqual(tool.parameters, { type: "object", properties: { n: { type: "number" } } });
  assert.equal((await tool.call(null, { name: "double", arguments: { n: 4 }, positional: [] })).result, "8");
  assert.equal(
    (await tool.call(null, { name: "double", arguments: { n: "4" }, positional: [] })).result,
    'Error: Expected a number in argument "n"',
  );
});

Deno.test("defineTool() refuses what no policy could call, and does not hide a plugin's own mistakes", async () => {
  const sound = {
    name: "ok",
    description: "",
    parameters: v.object({}),
    call: (world: null) => ({ world, result: 1 }),
  };
  assert.throws(
    () => defineTool({ ...sound, name: "not a name" }),
    /letters, digits and underscores but found "not a name"/,
  );
  assert.throws(
    () => defineTool({ ...sound, parameters: v.string() }),
    /parameters of tool "ok" to be an object/,
  );
  assert.throws(
    () => defineTool({ ...sound, parameters: v.object({ f: v.function() }) }),
    /Cannot describe the parameters of tool "ok"/,
  );
  const silent = {
    "~standard": { version: 1, vendor: "other", validate: (value: unknown) => ({ value }) },
  } as const;
  assert.throws(() => defineTool({ ...sound, parameters: silent }), /one of "other" that does not/);
  const broken = defineTool({
    ...sound,
    call: () => {
      throw new TypeError("a mistake of the plugin's");
    },
  });
  await assert.rejects(async () => await broken.call(null, written({})), /a mistake of the plugin's/);
});

Deno.test("toolBehaviour() refuses budgets, requests and tools that cannot be meant", () => {
  const wrong = (budgets: object): () => unknown => () =>
    purse(Object.assign({ turns: 6, calls: 8 }, budgets));
  assert.throws(
    wrong({ turns: -1 }),
    /"turns" to be a whole number of at least 1 but found -1 in the budgets/,
  );
  assert.throws(wrong({ trns: 3 }), /Unknown option "trns" \(Did you mean "turns"\?\)/);
  const goals = { goals: [7] };
  assert.throws(() => purse().begin({ goals: [] }), /a request but found none/);
  assert.throws(
    () => purse(undefined, { tools: () => [put, take, put] }).begin(goals),
    /two that are called "put"/,
  );
  assert.deepEqual(purse().mostTurns, { train: 6, test: 6 });
  assert.equal("mostTurns" in purse(() => ({ turns: 6, calls: 8 })), false, "tasks may differ");
});

Deno.test("toolBehaviour() cuts results that would fill the conversation", async () => {
  const chatty = purse(undefined, {
    tools: () => [
      defineTool({
        name: "list",
        description: "Lists.",
        parameters: v.object({}),
        call: (world: number) => ({ world, result: "x".repeat(1_000_000) }),
      }),
    ],
  });
  const goals = { goals: [7] };
  const { state } = await chatty.step(
    goals,
    chatty.begin(goals),
    '<tool>{"name": "list", "arguments": {}}</tool>',
  );
  assert.match(state.log[0]?.result ?? "", /^x{100000}… \(900000 more characters\)$/);
  assert((state.messages.at(-1)?.content.length ?? 0) < 101_000);
});

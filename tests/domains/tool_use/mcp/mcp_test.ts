import assert from "node:assert/strict";
import { pythonFormat, type ToolState } from "exitlab/domain";
import {
  type McpDefinition,
  type McpDomain,
  mcpDomain,
  mcpTools,
  type McpWorld,
} from "exitlab/domains/tool_use/mcp/mcp_domain.ts";
import { McpSession } from "exitlab/domains/tool_use/mcp/mcp_session.ts";
import { examineDomain } from "exitlab/lib/domain/conformance.ts";
import { UserError } from "exitlab/lib/errors.ts";
import { todoServer as server } from "../../../support/mcp_servers.ts";

const tools = await mcpTools(server);

type Task = { readonly items: readonly string[] };

/** Items to be added and finished. */
function todo(changes: Partial<McpDefinition<Task>> = {}): McpDomain<Task> {
  return mcpDomain<Task>({
    name: "to-do",
    version: "1",
    server,
    tools,
    tasks: (split) => ({
      size: 3,
      at: (index) => {
        if (index < 0 || index > 2) throw new RangeError("no such task");
        const items = [`${split} ${index}`, "tea"];
        return { id: items.join(), task: { items } };
      },
    }),
    requests: ({ items }) => [`Add ${items.join(" and ")} to the list.`, "Finish them all but milk."],
    setup: async (_task, session) => void await session.call("add", { item: "milk" }),
    probe: async ({ items }, session, { ending }) => {
      const { text } = await session.call("list", {});
      const { open, done }: { open: string[]; done: string[] } = JSON.parse(text);
      const finished = items.filter((item) => done.includes(item)).length;
      const solved = ending === "finished" && finished === items.length && open.join() === "milk";
      const quality = solved ? 1 : 0.9 * finished / items.length;
      return { quality, solved, reward: quality };
    },
    reference: ({ items }, format) => {
      const call = (name: string) => (item: string) => ({ name, arguments: { item }, positional: [] });
      return [
        format.write(items.map(call("add"))),
        format.write([]),
        ...items.map((item) => format.write([call("finish")(item)])),
        format.write([]),
      ];
    },
    limits: { call: 0.7 },
    ...changes,
  });
}

async function played(
  domain: McpDomain<Task>,
  responses: readonly string[],
): Promise<{ states: ToolState<McpWorld>[]; solved: boolean; quality: number }> {
  const { task } = domain.tasks("train").at(0);
  const states = [domain.begin(task)];
  let verdict = { solved: false, quality: 0 };
  for (const response of responses) {
    const step = await domain.step(task, states.at(-1) ?? assert.fail(), response);
    states.push(step.state);
    verdict = step.verdict;
    if (step.done) break;
  }
  return { states, solved: verdict.solved, quality: verdict.quality };
}

/** The last result of a call on a fresh server. */
async function resultOf(call: string): Promise<string> {
  await using domain = todo();
  const { states } = await played(domain, [`<tool>{"name": "${call}", "arguments": {}}</tool>`]);
  return states.at(-1)?.messages.at(-1)?.content ?? "";
}

Deno.test("mcpTools() tells a server's tools as plain data", () => {
  assert.deepEqual(tools[0], {
    name: "add",
    description: "Adds an item to the list.",
    parameters: { type: "object", properties: { item: { type: "string" } }, required: ["item"] },
  });
});

Deno.test("an episode with a real server is solved by its reference, and not by less", async () => {
  await using domain = todo();
  const responses = domain.reference?.(domain.tasks("train").at(0).task) ?? [];
  assert.deepEqual(await played(domain, responses).then(({ solved, quality }) => ({ solved, quality })), {
    solved: true,
    quality: 1,
  });
  assert.equal((await played(domain, responses.toSpliced(2, 1))).quality, 0.45);
  const [, , finish = ""] = responses;
  const twice = await played(domain, responses.toSpliced(2, 0, finish));
  assert(twice.solved);
  assert.match(twice.states[4]?.messages.at(-1)?.content ?? "", /There is no "train 0"/);
});

Deno.test("a state is restored at every prefix: a new server goes on as the first one did", async () => {
  const responses = await (async () => {
    await using domain = todo();
    return domain.reference?.(domain.tasks("train").at(0).task) ?? [];
  })();
  await using first = todo();
  const { states } = await played(first, responses);
  const { task } = first.tasks("train").at(0);
  for (const [at, response] of responses.entries()) {
    await using second = todo();
    const state: ToolState<McpWorld> = JSON.parse(JSON.stringify(states[at]));
    const step = await second.step(task, state, response);
    assert.deepEqual(step.state, states[at + 1], `after ${at} turns`);
  }
});

Deno.test("the contract holds on a domain of a real server", async () => {
  await using domain = todo();
  const { findings } = await examineDomain(domain, { tasks: 1 });
  assert.deepEqual(findings, []);
});

Deno.test("a server that ends, hangs or floods is an error that the policy sees, and the episode goes on", async () => {
  for (const what of ["crash", "hang", "flood"]) {
    await using domain = todo();
    const add = '<tool>{"name": "add", "arguments": {"item": "tea"}}</tool>';
    const { states } = await played(domain, [add, `<tool>{"name": "${what}", "arguments": {}}</tool>`, add]);
    assert.match(states[2]?.messages.at(-1)?.content ?? "", /Error: The server did not answer \(/, what);
    assert.equal(states[2]?.world.calls.length, 1);
    // The item is on the list of the server that was started anew.
    assert.match(states[3]?.messages.at(-1)?.content ?? "", /Cannot add "tea"/);
  }
});

Deno.test("an error that the server answers with is a result of the call", async () => {
  await using domain = todo();
  const { states } = await played(domain, ['<tool>{"name": "refuse", "arguments": {}}</tool>']);
  assert.deepEqual(states[1]?.world.calls, [
    { name: "refuse", arguments: {}, result: "Error: not like this", ok: false },
  ]);
});

Deno.test("arguments without a name take those of the schema, in its order, or are refused", async () => {
  await using domain = todo({ format: pythonFormat() });
  const { states } = await played(domain, [`[add('tea')]`, `[add('a', 'b')]`, `[add('a', item='b')]`]);
  assert.deepEqual(states.at(-1)?.world.calls, [
    { name: "add", arguments: { item: "tea" }, result: "Added tea", ok: true },
  ]);
  const said = states.at(-1)?.messages.map(({ content }) => content).join("\n") ?? "";
  assert.match(said, /Error: Expected at most 1 arguments but found 2/);
  assert.match(said, /Error: Argument "item" is given twice/);
});

Deno.test("a server that is lost where no policy would see it is refused with a sentence", async () => {
  const loses = async (changes: Partial<McpDefinition<Task>>, calls: McpWorld["calls"], when: RegExp) => {
    await using domain = todo(changes);
    const { task } = domain.tasks("train").at(0);
    const state = { ...domain.begin(task), world: { calls } };
    await assert.rejects(async () => await domain.step(task, state, "<TASK_ERROR>"), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, when);
      return true;
    });
  };
  const crash = async (_task: Task, session: McpSession) => void await session.call("crash", {});
  await loses({ setup: crash }, [], /The MCP server of domain "to-do" did not answer to its setup \(/);
  const probe = async (task: Task, session: McpSession) => {
    await crash(task, session);
    return { quality: 0, solved: false, reward: 0 };
  };
  await loses({ probe }, [], /did not answer to its probe \(/);
  const calls = [{ name: "crash", arguments: {}, result: "", ok: true }];
  await loses({}, calls, /did not answer when calls were made again to restore a state \(/);
});

Deno.test("noise between messages does no harm, long results are cut, pictures are named", async () => {
  assert.match(await resultOf("babble"), />after babble</);
  const picture = await resultOf("picture");
  assert.match(picture, />\[image\]\nx+</);
  assert(picture.length < 21_000);
});

Deno.test("nothing of the environment reaches a server", async () => {
  const secret = "EXITLAB_TEST_SECRET";
  Deno.env.set(secret, "hf_abcdef");
  try {
    const session = await McpSession.open({
      ...server,
      args: server.args.map((arg) => arg.startsWith("--allow-env") ? "--allow-env" : arg),
    });
    const { text } = await session.call("environment", {});
    await session.close();
    // A Deno process makes a PATH for itself; all else that this one has must be missing there.
    const ours = Object.keys(Deno.env.toObject()).filter((name) =>
      name !== "PATH" && !Object.hasOwn(server.env ?? {}, name)
    );
    assert(ours.includes(secret));
    assert.deepEqual(text.split(" ").filter((name) => ours.includes(name)), []);
  } finally {
    Deno.env.delete(secret);
  }
});

Deno.test("a server that does not answer the same to the same calls is refused with a sentence", async () => {
  const { task, states } = await (async () => {
    await using domain = todo();
    const { states } = await played(domain, ['<tool>{"name": "count", "arguments": {}}</tool>']);
    return { states, task: domain.tasks("train").at(0).task };
  })();
  await using other = todo();
  await assert.rejects(
    async () =>
      await other.step(task, states[1] ?? assert.fail(), '<tool>{"name": "list", "arguments": {}}</tool>'),
    /domain "to-do" to answer the same to the same calls, but count gave ".*" after ".*": a state cannot be restored/,
  );
});

Deno.test("a server that cannot be started is refused with a sentence", async () => {
  await assert.rejects(
    mcpTools({ command: "no-such-program", args: ["x"] }),
    /Cannot start the MCP server "no-such-program x": /,
  );
  await assert.rejects(
    mcpTools({ ...server, args: ["eval", "Deno.exit(1)"] }),
    /Cannot start the MCP server ".* eval Deno\.exit\(1\)": /,
  );
});

Deno.test("server and tools belong to a domain's identity, and the program to its permissions", () => {
  const domain = todo();
  assert.deepEqual(domain.permissions, { run: [Deno.execPath()] });
  assert.deepEqual(domain.options["tools"], tools);
  assert.throws(() => domain.rebuild({ server: "other" }), /Unknown option "server"/);
});

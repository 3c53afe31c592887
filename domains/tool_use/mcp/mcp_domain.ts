import * as v from "valibot";
import {
  type Awaitable,
  defineDomain,
  type Domain,
  type Json,
  type JsonObject,
  type Split,
  tagsFormat,
  type TaskSource,
  type Tool,
  toolBehaviour,
  type ToolBudgets,
  type ToolCall,
  type ToolDescription,
  ToolError,
  type ToolFormat,
  type ToolOutcome,
  type ToolState,
  type Verdict,
} from "../../../lib/domain/mod.ts";
import { namedArguments } from "../../../lib/domain/tool/named_arguments.ts";
import { type McpLimits, McpSession, ServerLostError, unlessLost, usualLimits } from "./mcp_session.ts";
import type { McpServerCommand } from "./process_transport.ts";
import { type McpCall, SessionPool } from "./session_pool.ts";

/** The world of an episode: the calls that a server has carried out, from which its state can be made again. */
export type McpWorld = { readonly calls: readonly McpCall[] };

/** A domain of an MCP server; disposed of, it closes the sessions that wait for another call. */
export type McpDomain<Task extends Json> = Domain<Task, ToolState<McpWorld>> & AsyncDisposable;

/** What makes a domain of an MCP server. */
export interface McpDefinition<Task extends Json> {
  /** The domain's name, as in plans and in SQL. */
  readonly name: string;
  /** Raised when tasks, tools or the probe change. */
  readonly version: string;
  /** How the server is started, for each episode. It must answer the same to the same calls. */
  readonly server: McpServerCommand;
  /** Its tools, see `mcpTools`: plain data, so that they are part of a plan and need no server to be told of. */
  readonly tools: readonly ToolDescription[];
  /** The tasks of a split. */
  tasks(split: Split): TaskSource<Task>;
  /** The user's requests, in order. */
  requests(task: Task): readonly string[];
  /** Brings a server that was just started to where the task begins. */
  setup?(task: Task, session: McpSession): Awaitable<void>;
  /** The verdict at the end of an episode, by what the server is asked or has left behind. */
  probe(task: Task, session: McpSession, state: ToolState<McpWorld>): Awaitable<Verdict>;
  /** Calls of a known-good episode, message by message, as the format writes them. */
  reference?(task: Task, format: ToolFormat): string[];
  /** How the policy writes calls. Default JSON between tags. */
  readonly format?: ToolFormat;
  /** What an episode may take. Default 20 turns and 50 calls. */
  readonly budgets?: ToolBudgets;
  /** What the policy is told before the description of the tools. */
  readonly preamble?: string;
  /** How long a server may take, how much it may say, and how many wait for another call. */
  readonly limits?: Partial<McpLimits>;
}

/**
 * A domain whose tools come from an MCP server. The server's state is its own, so that an episode's state is the list of calls
 * that were carried out; a partial history is restored by a new server that makes them again, and refused if it answers otherwise.
 * A server that ends, falls silent or floods its output during a call is an error that the policy sees, and the call counts as not
 * made. Servers are started with the environment that the definition names and no other; the command line must allow the
 * program (`--run PROGRAM`).
 *
 * @throws {UserError} From `step`, if the server cannot be started, does not answer the same to the same calls, or is lost where
 *   no policy would see it: in `setup`, in `probe`, or while a state is restored.
 */
export function mcpDomain<Task extends Json>(
  definition: McpDefinition<Task>,
): McpDomain<Task> {
  const { name, version, server, format = tagsFormat() } = definition;
  const whose = `of domain "${name}"`;
  const limits: McpLimits = { ...usualLimits, ...definition.limits };
  const tools = definition.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));
  const options = { server: { ...server, args: [...server.args] }, tools, format: format.name };
  const pool = new SessionPool<Task>(name, limits, async (task) => {
    const session = await McpSession.open(server, limits);
    try {
      await unlessLost(whose, "to its setup", () => definition.setup?.(task, session));
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  });
  const domain = defineDomain({
    name,
    version,
    // It has no options of its own; what it is made of is part of its identity all the same.
    schema: v.pipe(v.strictObject({}), v.transform(() => options)),
    build: () => {
      const toolsOf = (task: Task): Tool<McpWorld>[] =>
        tools.map((tool) => ({ ...tool, call: (world, called) => bound(pool, task, tool, world, called) }));
      return {
        traits: { turns: "multi", quality: "graded", feedback: false },
        permissions: { run: [server.command] },
        selfIterationReward: "absolute",
        tasks: (split) => definition.tasks(split),
        ...toolBehaviour<Task, McpWorld>({
          format,
          budgets: definition.budgets ?? { turns: 20, calls: 50 },
          ...definition.preamble === undefined ? {} : { preamble: () => definition.preamble ?? "" },
          world: () => ({ calls: [] }),
          requests: (task) => definition.requests(task),
          tools: toolsOf,
          judge: async (task, state) => {
            if (state.ending === null) return { quality: 0, solved: false, reward: 0 };
            const session = await pool.take(task, state.world.calls);
            try {
              return await unlessLost(whose, "to its probe", () => definition.probe(task, session, state));
            } finally {
              await session.close();
            }
          },
        }),
        ...definition.reference === undefined
          ? {}
          : { reference: (task: Task) => definition.reference?.(task, format) ?? [] },
      };
    },
  })();
  return { ...domain, [Symbol.asyncDispose]: () => pool.close() };
}

/** Makes a call as the policy wrote it; arguments that have no place are an error that it sees. */
async function bound<Task extends Json>(
  pool: SessionPool<Task>,
  task: Task,
  { name, parameters }: ToolDescription,
  world: McpWorld,
  called: ToolCall,
): Promise<ToolOutcome<McpWorld>> {
  try {
    return await call(pool, task, world, name, namedArguments(called, parameters));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { world, result: `Error: ${error.message}`, ok: false };
  }
}

/** Makes a call in a session that stands at a world. */
async function call<Task extends Json>(
  pool: SessionPool<Task>,
  task: Task,
  world: McpWorld,
  name: string,
  args: JsonObject,
): Promise<ToolOutcome<McpWorld>> {
  const session = await pool.take(task, world.calls);
  try {
    const { text, ok } = await session.call(name, args);
    const after = { calls: [...world.calls, { name, arguments: args, result: text, ok }] };
    await pool.give(task, after.calls, session);
    return { world: after, result: text, ok };
  } catch (error) {
    await session.close();
    if (!(error instanceof ServerLostError)) throw error;
    return { world, result: `Error: The server did not answer (${error.message})`, ok: false };
  }
}

/**
 * The tools of an MCP server, which is started for the question and ended after it: what `mcpDomain` is given as plain data.
 *
 * @throws {UserError} If the server cannot be started, or does not tell its tools.
 */
export async function mcpTools(server: McpServerCommand): Promise<ToolDescription[]> {
  const session = await McpSession.open(server);
  try {
    return await unlessLost(`"${server.command}"`, "what its tools are", () => session.tools());
  } finally {
    await session.close();
  }
}

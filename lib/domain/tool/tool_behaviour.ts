import * as v from "valibot";
import { UserError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { parseOptions, whole } from "../../part.ts";
import type { Awaitable, Message, Step } from "../domain.ts";
import type { DomainBehaviour } from "../define_domain.ts";
import type { Verdict } from "../verdict.ts";
import { closest } from "../../closest.ts";
import type { Tool, ToolCall, ToolOutcome } from "./tool.ts";
import type { ToolFormat } from "./tool_format.ts";
import type { LoggedCall, ToolEnding, ToolState } from "./tool_state.ts";

/** How much an episode may take. */
export interface ToolBudgets {
  /** The most messages of the policy. */
  readonly turns: number;
  /** The most messages of the policy for one request; no limit of its own when left out. */
  readonly requestTurns?: number;
  /** The most calls. */
  readonly calls: number;
  /** The most characters of a message that are read and kept. Default 20,000. */
  readonly characters?: number;
}

/** What makes a domain of tools, a world and requests. */
export interface ToolScenario<Task extends Json, World extends Json> {
  /** How the policy writes calls. */
  readonly format: ToolFormat;
  /** What an episode may take, the same for all tasks or by task. */
  readonly budgets: ToolBudgets | ((task: Task) => ToolBudgets);
  /** The world before the first request. */
  world(task: Task): World;
  /** The user's requests, in order; at least one. */
  requests(task: Task): readonly string[];
  /** The tools that can be called while a request is open. */
  tools(task: Task, request: number): readonly Tool<World>[];
  /** The tools that the policy is told of; all that can be called when left out. */
  shown?(task: Task, request: number): readonly Tool<World>[];
  /** What the policy is told before the description of the tools; nothing when left out. */
  preamble?(task: Task): string;
  /** What the judge wants to remember of a request that has just been finished, such as how the world was. */
  note?(task: Task, state: ToolState<World>): Json;
  /** The verdict on the episode as it stands; on an unfinished one, what it would be worth if it ended here. */
  judge(task: Task, state: ToolState<World>): Awaitable<Verdict>;
}

/** The part of a domain's behaviour that follows from its tools. */
export type ToolBehaviour<Task extends Json, World extends Json> = Pick<
  DomainBehaviour<Task, ToolState<World>>,
  "mostTurns" | "begin" | "prompt" | "step"
>;

/** As `ToolBudgets`; an experiment is run without the compiler's checks. */
const budgetSchema = v.strictObject({
  turns: whole(1),
  requestTurns: v.exactOptional(whole(1)),
  calls: whole(0),
  characters: v.optional(whole(1), 20_000),
});

/** The most characters of a result that are kept: no world's listing may fill the conversation without end. */
const resultCharacters = 100_000;

/**
 * Episodes in which a policy fulfils requests with tools. A turn is one message of the policy: calls, whose results come
 * back in the next message, or the end of a request. Whatever it writes has a result, never an exception: an unreadable message,
 * an unknown tool, arguments of the wrong type. The state is the conversation and the world, so that an episode goes on from any
 * turn as if it had never been interrupted. A result of more than 100,000 characters is cut.
 *
 * @throws {UserError} If budgets are not of their form; at an episode's begin, if a task has no request or two tools share a name.
 *
 * @example
 * ```ts
 * import { defineTool, tagsFormat, toolBehaviour } from "exitlab/domain";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const add = defineTool({
 *   name: "add",
 *   description: "Adds to the counter.",
 *   parameters: v.object({ amount: v.number() }),
 *   call: (world: number, { amount }) => ({ world: world + amount, result: world + amount }),
 * });
 * const { begin, step } = toolBehaviour({
 *   format: tagsFormat(),
 *   budgets: { turns: 4, calls: 4 },
 *   world: () => 0,
 *   requests: (goal: number) => [`Bring the counter to ${goal}.`],
 *   tools: () => [add],
 *   judge: (goal, { world, ending }) => {
 *     const solved = ending === "finished" && world === goal;
 *     return { quality: Number(solved), solved, reward: Number(solved) };
 *   },
 * });
 * const called = await step(7, begin(7), '<tool>{"name": "add", "arguments": {"amount": 7}}</tool>');
 * assert.equal(called.state.world, 7);
 * const ended = await step(7, called.state, "<TASK_FINISHED>");
 * assert.deepEqual([ended.done, ended.verdict.solved], [true, true]);
 * ```
 */
export function toolBehaviour<Task extends Json, World extends Json>(
  scenario: ToolScenario<Task, World>,
): ToolBehaviour<Task, World> {
  const { format, budgets } = scenario;
  const most = typeof budgets === "function" ? null : checkedBudgets(budgets).turns;
  return {
    ...most === null ? {} : { mostTurns: { train: most, test: most } },
    begin: (task): ToolState<World> => {
      const [request] = scenario.requests(task);
      if (request === undefined) throw new UserError("Expected a task to have a request but found none");
      expectDistinct(scenario.tools(task, 0));
      return {
        world: scenario.world(task),
        messages: [user(request)],
        request: 0,
        turns: 0,
        requestTurns: 0,
        log: [],
        notes: [],
        ending: null,
      };
    },
    prompt: (task, { messages, request }): Message[] => {
      const tools = scenario.shown?.(task, request) ?? scenario.tools(task, request);
      const parts = [scenario.preamble?.(task), format.instructions(tools)];
      const content = parts.filter((part) => part !== undefined && part !== "").join("\n\n");
      return [{ role: "system", content }, ...messages];
    },
    step: async (task, state, response): Promise<Step<ToolState<World>>> => {
      const limits = checkedBudgets(typeof budgets === "function" ? budgets(task) : budgets);
      const after = await play(scenario, limits, task, state, response.slice(0, limits.characters));
      return { state: after, verdict: await scenario.judge(task, after), done: after.ending !== null };
    },
  };
}

/** The state after one message of the policy. */
async function play<Task extends Json, World extends Json>(
  scenario: ToolScenario<Task, World>,
  budgets: CheckedBudgets,
  task: Task,
  state: ToolState<World>,
  response: string,
): Promise<ToolState<World>> {
  const { calls, signal, problem } = scenario.format.parse(response);
  const said = [...state.messages, message("assistant", response)];
  const made = await makeCalls(scenario, budgets, task, state, calls);
  const results = problem === null ? made.log.map(resultText) : [`Error: ${problem}`];
  const after: ToolState<World> = {
    ...state,
    world: made.world,
    messages: results.length === 0 ? said : [...said, message("tool", results.join("\n"))],
    turns: state.turns + 1,
    requestTurns: state.requestTurns + 1,
    log: [...state.log, ...made.log],
  };
  if (made.log.length < calls.length) return { ...after, ending: "calls" };
  if (signal === "failed") return { ...after, ending: "failed" };
  const finished = signal === "finished" ? finishRequest(scenario, task, after) : after;
  if (finished.ending !== null) return finished;
  const spent = finished.turns >= budgets.turns ||
    finished.requestTurns >= (budgets.requestTurns ?? Infinity);
  return spent ? { ...finished, ending: "turns" satisfies ToolEnding } : finished;
}

/** Makes calls one after another, as many as the budget has left. */
async function makeCalls<Task extends Json, World extends Json>(
  scenario: ToolScenario<Task, World>,
  budgets: CheckedBudgets,
  task: Task,
  state: ToolState<World>,
  calls: readonly ToolCall[],
): Promise<{ readonly world: World; readonly log: readonly LoggedCall[] }> {
  const tools = scenario.tools(task, state.request);
  const log: LoggedCall[] = [];
  let { world } = state;
  for (const call of calls.slice(0, Math.max(0, budgets.calls - state.log.length))) {
    const tool = tools.find(({ name }) => name === call.name);
    const outcome = tool === undefined ? unknownTool(world, call, tools) : await tool.call(world, call);
    world = outcome.world;
    log.push({ ...call, request: state.request, ok: outcome.ok, result: cut(outcome.result) });
  }
  return { world, log };
}

type CheckedBudgets = v.InferOutput<typeof budgetSchema>;

function checkedBudgets(budgets: ToolBudgets): CheckedBudgets {
  return parseOptions(budgetSchema, budgets, "the budgets of toolBehaviour()");
}

function expectDistinct(tools: readonly { readonly name: string }[]): void {
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new UserError(`Expected tools to have names of their own but found two that are called "${twice}"`);
}

function cut(result: string): string {
  const left = result.length - resultCharacters;
  return left <= 0 ? result : `${result.slice(0, resultCharacters)}… (${left} more characters)`;
}

/** Goes on to the next request, or ends the episode after the last. */
function finishRequest<Task extends Json, World extends Json>(
  scenario: ToolScenario<Task, World>,
  task: Task,
  state: ToolState<World>,
): ToolState<World> {
  const notes = scenario.note === undefined ? state.notes : [...state.notes, scenario.note(task, state)];
  const request = state.request + 1;
  const next = scenario.requests(task)[request];
  if (next === undefined) return { ...state, notes, request, ending: "finished" };
  return { ...state, notes, request, requestTurns: 0, messages: [...state.messages, user(next)] };
}

function unknownTool<World extends Json>(
  world: World,
  { name }: ToolCall,
  tools: readonly Tool<World>[],
): ToolOutcome<World> {
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  const guess = closest(name.slice(0, 60), tools.map((tool) => tool.name));
  const hint = guess === undefined ? "" : ` Did you mean "${guess}"?`;
  return { world, result: `Error: Unknown tool "${shown}".${hint}`, ok: false };
}

function resultText({ name, result }: LoggedCall): string {
  return `<tool_result name=${JSON.stringify(name.slice(0, 60))}>${result}</tool_result>`;
}

function user(content: string): Message {
  return message("user", content);
}

function message(role: Message["role"], content: string): Message {
  return { role, content };
}

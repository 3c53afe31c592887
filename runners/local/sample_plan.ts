import type { Completion, SampleRequest } from "../../lib/engine/engine.ts";
import type { Draw, Drawn, SampleTask } from "./tasks.ts";

/** What cuts requests into tasks; completions do not depend on it. */
export interface SampleLimits {
  /** The most tokens of a sequence. */
  readonly context: number;
  /** The most tokens in a task's cache. */
  readonly cachedTokens: number;
  /** The most completions of a task. */
  readonly draws: number;
  /** Ids that end a completion. */
  readonly stop: readonly number[];
}

/** Requests cut into tasks for the workers. */
export interface SamplePlan {
  /** The tasks. */
  readonly tasks: readonly SampleTask[];
  /** The completions in the order of the requests, from the results of the tasks. */
  collect(results: readonly (readonly Drawn[])[]): Completion[];
}

interface OpenTask {
  readonly prompts: Uint32Array[];
  readonly draws: Draw[];
  readonly requests: number[];
  tokens: number;
}

/** Cuts requests into tasks; requests with equal prompts come together, so that a prompt is computed once a task. */
export function planSamples(requests: readonly SampleRequest[], limits: SampleLimits): SamplePlan {
  const tasks: OpenTask[] = [];
  for (const members of groupByPrompt(requests)) {
    let prompt = -1;
    for (const [index, request] of members) {
      const length = request.prompt.length;
      const maxTokens = Math.min(request.maxTokens, limits.context - length);
      let task = tasks.at(-1);
      const added = maxTokens + (prompt < 0 ? length : 0);
      if (
        task === undefined || task.draws.length >= limits.draws || task.tokens + added > limits.cachedTokens
      ) {
        task = { prompts: [], draws: [], requests: [], tokens: 0 };
        tasks.push(task);
        prompt = -1;
      }
      if (prompt < 0) {
        prompt = task.prompts.push(Uint32Array.from(request.prompt)) - 1;
        task.tokens += length;
      }
      const { temperature, topP, seed } = request;
      task.draws.push({ prompt, maxTokens, temperature, topP, seed });
      task.requests.push(index);
      task.tokens += maxTokens;
    }
  }
  return {
    tasks: tasks.map(({ prompts, draws }) => ({ prompts, draws, stop: limits.stop })),
    collect: (results) => collect(tasks, results, limits.stop),
  };
}

function groupByPrompt(requests: readonly SampleRequest[]): Iterable<[number, SampleRequest][]> {
  return Map.groupBy(requests.entries(), ([, { prompt }]) => prompt.join()).values();
}

function collect(
  tasks: readonly OpenTask[],
  results: readonly (readonly Drawn[])[],
  stop: readonly number[],
): Completion[] {
  const completions: Completion[] = [];
  for (const [at, { requests }] of tasks.entries()) {
    for (const [row, index] of requests.entries()) {
      const drawn = results[at]?.[row];
      if (drawn === undefined) throw new RangeError(`No completion ${row} of task ${at}`);
      const finish = stop.includes(drawn.tokens.at(-1) ?? -1) ? "stop" : "length";
      completions[index] = { ...drawn, finish };
    }
  }
  return completions;
}

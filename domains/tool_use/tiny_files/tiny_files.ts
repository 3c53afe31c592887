import * as v from "valibot";
import {
  defineDomain,
  type Domain,
  type DomainBehaviour,
  type Message,
  probability,
  Random,
  type RewardRule,
  whole,
} from "../../../lib/domain/mod.ts";
import { applyCall, callLength, parseCall, writeCall } from "./calls.ts";
import { usefulCalls } from "./distance.ts";
import { drawFileTask, type FileTask, fileTasks } from "./file_tasks.ts";
import { difference, overlap, type Shape } from "./tree.ts";
import { betterCall, firstCall, otherCall, treeOnTheWay, type WorkerOptions } from "./worker.ts";

/** Where an episode is before a turn. */
export type FileState = {
  /** The tree as it is. */
  readonly tree: string;
  /** Whether the call before it was not carried out. */
  readonly failed: boolean;
  /** How many turns are left. */
  readonly left: number;
};

/** All options of `tinyFiles`. */
export type TinyFilesOptions = {
  /** From 2 to 6; the last one is missing at the beginning half of the time. Default 3. */
  readonly folders: number;
  /** From 1 to 9. Default 4. */
  readonly files: number;
  /** The fewest and the most calls that a goal takes, from 1 to 12. Default [1, 6]. */
  readonly calls: readonly [number, number];
  /** Turns beyond those that a goal takes. Default 2. */
  readonly spare: number;
  /** How many training tasks there are. Default 256. */
  readonly trainingTasks: number | "unlimited";
  /** How many held-out tasks there are; the same whatever the training tasks. Default 256. */
  readonly testTasks: number;
  /** `"binary"`: 1 if the tree is the goal, else 0; `"graded"`: the overlap. Default `"binary"`. */
  readonly reward: "binary" | "graded";
  /** How an improvement is rewarded; a divergence is always absolute. Default `"absolute"`. */
  readonly selfIteration: RewardRule;
  /** The seed of the tasks; a run's own seed has no part in them. Default 0. */
  readonly seed: number;
  /** How good the warm start's worker is. */
  readonly demonstrations: WorkerOptions;
};

/** Options with all levels optional. */
export type TinyFilesInput =
  & Partial<Omit<TinyFilesOptions, "demonstrations">>
  & { readonly demonstrations?: Partial<WorkerOptions> };

const schema = v.pipe(
  v.strictObject({
    folders: v.optional(whole(2, 6), 3),
    files: v.optional(whole(1, 9), 4),
    calls: v.optional(v.strictTuple([whole(1, 12), whole(1, 12)]), [1, 6]),
    spare: v.optional(whole(0, 20), 2),
    trainingTasks: v.optional(v.union([whole(1), v.literal("unlimited")]), 256),
    testTasks: v.optional(whole(1), 256),
    reward: v.optional(v.picklist(["binary", "graded"]), "binary"),
    selfIteration: v.optional(v.picklist(["absolute", "improvement", "improvement-or-keep"]), "absolute"),
    seed: v.optional(whole(0), 0),
    demonstrations: v.optional(
      v.strictObject({
        useful: v.optional(probability, 0.5),
        mend: v.optional(probability, 0.35),
        break: v.optional(probability, 0.06),
      }),
      {},
    ),
  }),
  v.forward(v.check(({ calls: [fewest, most] }) => fewest <= most, "[fewest, most] with fewest ≤ most"), [
    "calls",
  ]),
);

/**
 * Tool use in miniature: a few files in a few folders are to be brought into another tree by `mv`, `cp`, `rm` and `mkdir`. A turn
 * is one call, the tree after it is what the next turn sees, and an episode ends at the goal or when its turns are spent;
 * the policy need not say that it is done, as nothing is left to do at the goal. A call that cannot be carried out changes nothing
 * and leaves a mark in the next prompt.
 *
 * Prompts are as short as they can be, for policies of a million parameters: `B` and one character for each place of the tree,
 * which shows what is there beside what is wanted (see `difference`), and `!` after a failed call, else a space; for a
 * self-iteration step `I` (improve) or `D` (diverge), the same, and the earlier call. A call is four characters, such as `m1ab`.
 * Quality is the overlap of the tree with the goal. The splits share no goal. Demonstrations are calls of a worker
 * that is right some of the time, on fresh tasks of the training side.
 *
 * @throws {UserError} If an option is unknown or out of range, or there are no goals of so many calls in so small a world.
 *
 * @example
 * ```ts
 * import { tinyFiles } from "exitlab/domains/tool_use/tiny_files/tiny_files.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = tinyFiles({ folders: 2, files: 2, calls: [1, 2] });
 * // File 1 is in folder a and file 2 in both; file 1 is wanted in b, file 2 in a.
 * const task = { start: "xx.x", goal: ".xx.", calls: 2 };
 * const begun = domain.begin(task);
 * assert.deepEqual(domain.prompt(task, begun), [{ role: "user", content: "B-=+- " }]);
 * const moved = await domain.step(task, begun, "m1ab");
 * assert.deepEqual(domain.prompt(task, moved.state), [{ role: "user", content: "B.==- " }]);
 * const removed = await domain.step(task, moved.state, "r2b.");
 * assert.deepEqual([removed.done, removed.verdict], [true, { quality: 1, solved: true, reward: 1 }]);
 * ```
 */
export function tinyFiles(options: TinyFilesInput = {}): Domain<FileTask, FileState> {
  return define(options);
}

const define = defineDomain({ name: "tiny-files", version: "1", schema, build });

function build(options: TinyFilesOptions): DomainBehaviour<FileTask, FileState> {
  const shape: Shape = { folders: options.folders, files: options.files };
  const rules = { shape, calls: options.calls, seed: options.seed };
  const sources = {
    train: fileTasks(rules, "train", options.trainingTasks === "unlimited" ? null : options.trainingTasks),
    test: fileTasks(rules, "test", options.testTasks),
  };
  // What cannot be drawn is refused now, and not in the middle of a run.
  for (const split of ["train", "test"] as const) {
    drawFileTask(
      { ...rules, calls: [options.calls[1], options.calls[1]] },
      split,
      new Random(options.seed, "hardest"),
    );
  }
  const view = (
    mode: "B" | "I" | "D",
    goal: string,
    { tree, failed }: FileState,
    earlier = "",
  ): Message[] => [{
    role: "user",
    content: `${mode}${difference(tree, goal)}${failed ? "!" : " "}${earlier}`,
  }];
  const { demonstrations: worker } = options;
  const mostTurns = options.calls[1] + options.spare;
  return {
    traits: { turns: "multi", quality: "graded", feedback: false },
    selfIterationReward: options.selfIteration,
    longest: {
      prompt: 2 + shape.folders * shape.files + callLength,
      response: callLength,
    },
    mostTurns: { train: mostTurns, test: mostTurns },
    tasks: (split) => sources[split],
    begin: ({ start, calls }) => ({ tree: start, failed: false, left: calls + options.spare }),
    prompt: ({ goal }, state) => view("B", goal, state),
    iterate: ({ goal }, state, { response }, mode) =>
      view(mode === "improve" ? "I" : "D", goal, state, sanitize(response)),
    step: ({ goal }, { tree, left }, response) => {
      const call = parseCall(shape, response);
      const result = call === undefined ? { tree, error: "No call" } : applyCall(shape, tree, call);
      const solved = result.tree === goal;
      const quality = overlap(shape, result.tree, goal);
      const reward = options.reward === "graded" ? quality : Number(solved);
      return {
        state: { tree: result.tree, failed: result.error !== null, left: left - 1 },
        verdict: { quality, solved, reward },
        done: solved || left <= 1,
      };
    },
    reference: ({ start, goal }) => {
      const calls: string[] = [];
      let tree = start;
      for (
        let [call] = usefulCalls(shape, tree, goal);
        call !== undefined;
        [call] = usefulCalls(shape, tree, goal)
      ) {
        calls.push(writeCall(call));
        tree = applyCall(shape, tree, call).tree;
      }
      return calls;
    },
    perturbed: ({ start, goal }) =>
      usefulCalls(shape, start, goal).slice(0, 1).flatMap((call) => {
        const text = writeCall(call);
        return [text.slice(0, -1), `${text} `, text.toUpperCase()];
      }),
    demonstrate: (mode, random) => {
      const { start, goal, calls } = drawFileTask(rules, "train", random);
      const { tree, failed } = treeOnTheWay(shape, start, goal, random.int(calls), worker.useful, random);
      const state = { tree, failed, left: 1 };
      const first = firstCall(shape, tree, goal, worker.useful, random);
      if (mode === "base") return { messages: view("B", goal, state), response: writeCall(first) };
      const next = mode === "improve"
        ? betterCall(shape, tree, goal, first, worker, random)
        : otherCall(shape, tree, goal, first, worker.useful, random);
      return {
        messages: view(mode === "improve" ? "I" : "D", goal, state, writeCall(first)),
        response: writeCall(next),
      };
    },
  };
}

/** A response as it is shown again: so many characters, and those that no call has as `?`. */
function sanitize(response: string): string {
  return response.slice(0, callLength).padEnd(callLength, "?").replace(/[^a-z1-9.]/g, "?");
}

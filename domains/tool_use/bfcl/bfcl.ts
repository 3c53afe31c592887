import * as v from "valibot";
import {
  defineDomain,
  type Domain,
  type DomainBehaviour,
  openaiFormat,
  pythonFormat,
  type Split,
  tagsFormat,
  type TaskInstance,
  type Tool,
  toolBehaviour,
  type ToolCall,
  type ToolState,
  UserError,
  whole,
} from "../../../lib/domain/mod.ts";
import { apiTools } from "./api_tools.ts";
import { type BfclGrader, isSolved, partialCredit, turnPasses } from "./grade.ts";
import { plainArguments } from "./plain_arguments.ts";
import { type BfclFile, bfclFiles, type BfclRow, bfclRow, bfclRows, rowsOnPadding } from "./rows.ts";
import { splitIndices } from "./split.ts";
import { type BfclWorld, initialWorld } from "./world.ts";

/** A task: a row, and how much of it. */
export type BfclTask = {
  /** The row's id. */
  readonly row: string;
  /** How many of the user's requests are made, from the first. */
  readonly requests: number;
  /** The most messages of the policy. */
  readonly turns: number;
};

/** All options of `bfcl`. */
export type BfclOptions = {
  /** The files to train on. Default `["base"]`. */
  readonly train: readonly BfclFile[];
  /** The files to test on, each a benchmark of its own. Default `["base"]`. */
  readonly test: readonly BfclFile[];
  /** Whether training stops after the first request, as the paper's does, or goes on. Default `"first"`. */
  readonly trainOn: "first" | "all";
  /** Whether tests make all requests or only the first, or do both, as two benchmarks. Default `"all"`. */
  readonly testOn: "first" | "all" | "both";
  /** Who says whether a task is solved. Default `"bespoke"`, the paper's. */
  readonly grader: BfclGrader;
  /** `"binary"`: 1 for a solved task, else 0; `"graded"`: credit in parts, beside a quality that stays binary. Default `"binary"`. */
  readonly reward: "binary" | "graded";
  /** How the policy writes calls: JSON between tags, OpenAI's tool calls, or Python. Default `"tags"`, the paper's. */
  readonly format: "tags" | "openai" | "python";
  /**
   * The most messages of the policy in training and in tests. Default 10 and 60, the paper's. 10 are made for first requests:
   * the ground truth of whole conversations, written as a message for each request's calls and one for its end, takes up to 15.
   */
  readonly turns: { readonly train: number; readonly test: number };
  /** The most messages for one request; more fails the task. Default 20, the leaderboard's. */
  readonly requestTurns: number;
  /** The most calls of an episode. Default 200. */
  readonly calls: number;
  /** Which of the possible splits of the 200 tasks into halves. Default 0. */
  readonly seed: number;
};

/** Options with all levels optional. */
export type BfclInput =
  & Partial<Omit<BfclOptions, "turns">>
  & { readonly turns?: Partial<BfclOptions["turns"]> };

const files = v.pipe(v.array(v.picklist(bfclFiles)), v.nonEmpty("at least one file"));

const schema = v.strictObject({
  train: v.optional(files, ["base"]),
  test: v.optional(files, ["base"]),
  trainOn: v.optional(v.picklist(["first", "all"]), "first"),
  testOn: v.optional(v.picklist(["first", "all", "both"]), "all"),
  grader: v.optional(v.picklist(["bespoke", "official"]), "bespoke"),
  reward: v.optional(v.picklist(["binary", "graded"]), "binary"),
  format: v.optional(v.picklist(["tags", "openai", "python"]), "tags"),
  turns: v.optional(
    v.strictObject({ train: v.optional(whole(1), 10), test: v.optional(whole(1), 60) }),
    {},
  ),
  requestTurns: v.optional(whole(1), 20),
  calls: v.optional(whole(1), 200),
  seed: v.optional(whole(0), 0),
});

/**
 * The multi-turn tasks of the Berkeley Function-Calling Leaderboard: a user makes one request after another of eight
 * simulated APIs (128 functions). A turn is a message of the policy, so that a partial history lies in the middle of a conversation,
 * with the world in a certain state; training on single improvement steps starts there.
 *
 * Of 200 tasks one half trains and one is held out, with all variants of a task on one side and number of turns and APIs spread
 * evenly. The rows of `long_context` are played without their padding, which the benchmark keeps in its code: they are
 * the tasks of that file, not its difficulty; two of them, rows 38 and 46, act on files of the padding and are left out.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { bfcl } from "exitlab/domains/tool_use/bfcl/bfcl.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = bfcl({ format: "python" });
 * assert.equal(domain.tasks("test").size, 100);
 * const task = { row: "multi_turn_base_0", requests: 1, turns: 10 };
 * let state = domain.begin(task);
 * for (const response of ["cd(folder='document')", "mkdir('temp'); mv('final_report.pdf', 'temp')"]) {
 *   state = (await domain.step(task, state, response)).state;
 * }
 * const { verdict } = await domain.step(task, state, "It is in temp.");
 * assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 });
 * ```
 */
export function bfcl(options: BfclInput = {}): Domain<BfclTask, ToolState<BfclWorld>> {
  return define(options);
}

const define = defineDomain({ name: "bfcl", version: "1", schema, build });

const formats = { tags: tagsFormat, openai: openaiFormat, python: pythonFormat };

/** What the user says where functions are handed over. */
const handedOver = "There are more tools now. Please try again with them.";

function build(options: BfclOptions): DomainBehaviour<BfclTask, ToolState<BfclWorld>> {
  const { grader } = options;
  const format = formats[options.format]({ exact: true });
  const sources = { train: instances(options, "train"), test: instances(options, "test") };
  return {
    traits: { turns: "multi", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    mostTurns: options.turns,
    tasks: (split) => ({
      size: sources[split].length,
      at: (index) => {
        const instance = sources[split][index];
        if (instance === undefined) {
          throw new RangeError(`Expected an index below ${sources[split].length} but found ${index}`);
        }
        return instance;
      },
    }),
    ...toolBehaviour<BfclTask, BfclWorld>({
      format,
      budgets: ({ turns }) => ({ turns, requestTurns: options.requestTurns, calls: options.calls }),
      preamble: () =>
        "You fulfil a user's requests by calling tools. Do what is asked, and nothing beyond it.",
      world: ({ row }) => initialWorld(rowOf(row)),
      requests: ({ row, requests }) =>
        rowOf(row).requests.slice(0, requests).map((text) => text || handedOver),
      // As in the original, a function that is held back can be called: one row's ground truth does.
      tools: ({ row }) => rowOf(row).classes.flatMap(apiTools),
      shown: ({ row }, request) => toolsShown(rowOf(row), request),
      note: ({ row }, state) => turnPasses(rowOf(row), state.request, state),
      judge: ({ row, requests }, state) => {
        const solved = isSolved(rowOf(row), requests, state, grader);
        const quality = Number(solved);
        const graded = options.reward === "graded" && !solved;
        return { quality, solved, reward: graded ? partialCredit(rowOf(row), requests, state) : quality };
      },
    }),
    reference: ({ row, requests }) =>
      rowOf(row).groundTruth.slice(0, requests).flatMap((calls) => [
        ...calls.length === 0 ? [] : [
          format.write(
            calls.map(({ name, args }): ToolCall => ({
              name,
              arguments: plainArguments(args),
              positional: [],
            })),
          ),
        ],
        format.write([]),
      ]),
  };
}

/** The tasks of a split, file after file. */
function instances(options: BfclOptions, split: Split): TaskInstance<BfclTask>[] {
  const on = split === "train" ? options.trainOn : options.testOn;
  const indices = splitIndices(split, options.seed);
  const turns = options.turns[split];
  return options[split].flatMap((file) =>
    (on === "both" ? ["all", "first"] as const : [on]).flatMap((amount) =>
      indices.flatMap((index): TaskInstance<BfclTask>[] => {
        const row = bfclRows(file)[index];
        if (row === undefined || rowsOnPadding.has(row.id)) return [];
        const first = amount === "first";
        const requests = first ? 1 : row.requests.length;
        const task = { row: row.id, requests, turns };
        const id = first ? `${row.id}:first` : row.id;
        return [{ id, task, benchmark: first ? `${file}_first` : file }];
      })
    )
  );
}

function rowOf(id: string): BfclRow {
  const row = bfclRow(id);
  if (row === undefined) {
    throw new UserError(`Expected the id of a row such as "multi_turn_base_0" but found "${id}"`);
  }
  return row;
}

/** The tools of a row's classes that the policy is told of while a request is open. */
function toolsShown({ classes, excluded, handedOver }: BfclRow, request: number): Tool<BfclWorld>[] {
  const hidden = new Set(excluded);
  for (const [turn, names] of handedOver) if (request < turn) { for (const name of names) hidden.add(name); }
  return classes.flatMap(apiTools).filter(({ name }) => !hidden.has(name));
}

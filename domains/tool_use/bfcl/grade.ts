/**
 * The two graders of the benchmark, and credit in parts.
 *
 * @module
 */
import type { Json, ToolState } from "../../../lib/domain/mod.ts";
import { groundTruth } from "./ground_truth.ts";
import { equal } from "./python/equal.ts";
import type { PyValue } from "./python/value.ts";
import type { BfclRow, GroundTruthCall } from "./rows.ts";
import { bind } from "./simulator.ts";
import { type BfclWorld, sameState, simulatorOf } from "./world.ts";
import { writtenArguments, writtenValue } from "./written_value.ts";

/**
 * Which grader says whether a task is solved.
 *
 * - `"bespoke"`, the paper's: at the end every class is in the state that the ground truth leads to, and in each turn the
 *   ground-truth calls are among the successful ones, each as often; their order does not matter (arXiv 2509.04575, §A.3).
 * - `"official"`, the leaderboard's: after every turn the states are equal, and the results of the turn's ground truth are among
 *   all results so far. Calls that give the same result may stand for one another.
 */
export type BfclGrader = "bespoke" | "official";

type State = ToolState<BfclWorld>;

/** Whether an episode, whose last turn is finished, solves a row's first turns. */
export function isSolved(row: BfclRow, turns: number, state: State, grader: BfclGrader): boolean {
  if (state.ending !== "finished") return false;
  if (grader === "official") return state.notes.every((passed) => passed === true);
  return statesEqual(row, turns - 1, state.world) &&
    row.groundTruth.slice(0, turns).every((calls, turn) =>
      matched(calls, successfulCalls(state, turn)) === calls.length
    );
}

/**
 * Whether a turn that has just been finished passes the official grader. A turn without ground truth always does; one with it
 * fails if no call was made.
 */
export function turnPasses(row: BfclRow, turn: number, state: State): boolean {
  const expected = groundTruth(row).results[turn] ?? [];
  if (expected.length === 0) return true;
  if (!state.log.some(({ request }) => request === turn)) return false;
  return statesEqual(row, turn, state.world) && recalled(expected, state) === expected.length;
}

/**
 * Credit in parts for an unsolved episode, in [0, 0.9]: nine tenths of a sum of which half is the share of turns that pass one
 * after another from the first, three tenths the share of classes in the right state, two tenths the share of ground-truth
 * results that were seen. All of it is by the official grader, of which an episode may have the whole without being solved
 * in the sense of the other.
 */
export function partialCredit(row: BfclRow, turns: number, state: State): number {
  const failed = state.notes.findIndex((passed: Json) => passed !== true);
  const passed = failed < 0 ? state.notes.length : failed;
  const right = row.classes.filter((name) => classEqual(row, turns - 1, state.world, name)).length;
  const expected = groundTruth(row).results.slice(0, turns).flat();
  const seen = expected.length === 0 ? 1 : recalled(expected, state) / expected.length;
  return 0.9 * (0.5 * passed / turns + 0.3 * right / row.classes.length + 0.2 * seen);
}

function statesEqual(row: BfclRow, turn: number, world: BfclWorld): boolean {
  return row.classes.every((name) => classEqual(row, turn, world, name));
}

function classEqual(row: BfclRow, turn: number, world: BfclWorld, name: string): boolean {
  const expected = groundTruth(row).worlds[turn];
  return expected !== undefined && sameState(expected, world, name);
}

/** How many of the expected results are among those of an episode, each as often. */
function recalled(expected: readonly string[], { log }: State): number {
  const left = new Map<string, number>();
  for (const { result } of log) left.set(result, (left.get(result) ?? 0) + 1);
  return expected.filter((result) => {
    const count = left.get(result) ?? 0;
    left.set(result, count - 1);
    return count > 0;
  }).length;
}

interface BoundCall {
  readonly name: string;
  readonly args: readonly PyValue[];
}

/** The calls of a turn that were carried out, with their arguments in the order of the signature. */
function successfulCalls({ log, world }: State, turn: number): BoundCall[] {
  return log.filter(({ request, ok }) => ok && request === turn).map(
    ({ name, arguments: args, positional }) => {
      const owner = Object.keys(world).find((each) => simulatorOf(each).methods.has(name)) ?? "";
      const method = simulatorOf(owner).methods.get(name);
      const named = writtenArguments(args);
      for (const [at, value] of positional.entries()) {
        named.set(method?.parameters[at]?.name ?? "", writtenValue(value));
      }
      return { name, args: method === undefined ? [] : bind(owner, name, method, named) };
    },
  );
}

/** How many ground-truth calls are among those made, each as often. An argument left out is its default. */
function matched(expected: readonly GroundTruthCall[], made: readonly BoundCall[]): number {
  const left = [...made];
  return expected.filter(({ class: owner, name, args }) => {
    const method = simulatorOf(owner).methods.get(name);
    const wanted = method === undefined ? [] : bind(owner, name, method, args);
    const at = left.findIndex((call) => call.name === name && equal([...call.args], wanted));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

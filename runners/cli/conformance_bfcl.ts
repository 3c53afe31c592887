import type { ReplayDifference, ReplayReport } from "../../domains/tool_use/bfcl/replay.ts";
import { UserError } from "../../lib/errors.ts";
import { type CommandLine, exitCodes, print } from "./command.ts";
import { printable } from "./printable.ts";
import { readTable } from "./read_cases.ts";

/** The share of calls, and of states, that must be equal. */
const enough = 0.98;

/**
 * `deno task conformance bfcl`: replays traces of the original in the simulated APIs. The exit code is 1 if fewer than 98 % of
 * calls or of states are equal.
 *
 * @throws {UserError} If there is no file, or one holds no traces.
 */
export async function conformanceBfcl(line: CommandLine, files: readonly string[]): Promise<number> {
  if (line.value("tolerance") !== undefined) {
    throw new UserError("Expected no --tolerance: the traces of bfcl are compared exactly");
  }
  if (files.length === 0) throw new UserError("Expected TRACES.jsonl files but found none");
  const texts = await Promise.all(files.map(readTable));
  const { parseTraces } = await import("../../domains/tool_use/bfcl/trace.ts");
  const { replay } = await import("../../domains/tool_use/bfcl/replay.ts");
  const report = replay(texts.flatMap((text, at) => parseTraces(text, files[at] ?? "")));
  const { calls, callsEqual, states, statesEqual } = report;
  if (calls === 0 || states === 0) {
    throw new UserError(
      `Expected traces with calls and states but found ${calls} calls and ${states} states in ${
        files.join(", ")
      }`,
    );
  }
  print(line.flag("json") ? JSON.stringify({ calls, callsEqual, states, statesEqual }) : reportText(report));
  const holds = callsEqual >= enough * calls && statesEqual >= enough * states;
  return holds ? exitCodes.success : exitCodes.failure;
}

function reportText({ calls, callsEqual, states, statesEqual, differences }: ReplayReport): string {
  return [
    `calls   ${counted(callsEqual, calls)}`,
    `states  ${counted(statesEqual, states)}`,
    ...differences.flatMap((each) => ["", ...differenceLines(each)]),
  ].join("\n");
}

function counted(same: number, all: number): string {
  // Never rounded up: 100 % means all.
  const percent = (Math.floor(same / all * 10_000) / 100).toFixed(2);
  return `${same.toLocaleString("en")} of ${all.toLocaleString("en")} equal (${percent} %)`;
}

/** The most characters of a text that are shown. */
const mostShown = 400;

function differenceLines({ id, turn, what, expected, found }: ReplayDifference): string[] {
  return [
    `${printable(id, 80)}, turn ${turn}: ${printable(what, mostShown)}`,
    `  expected  ${printable(expected, mostShown)}`,
    `  found     ${printable(found, mostShown)}`,
  ];
}

/**
 * Traces: calls that were executed in the original, with what came of them.
 *
 * @module
 */
import { UserError } from "../../../lib/domain/mod.ts";
import { apis } from "./apis.ts";
import { PythonError } from "./python/error.ts";
import { readJson } from "./python/read_json.ts";
import { isDict, type PyDict, type PyValue } from "./python/value.ts";
import { type BfclRow, bfclRow, type GroundTruthCall } from "./rows.ts";

/** A trace of one row: either its ground truth, or a sequence of other calls from where it begins. */
export interface Trace {
  /** What it is called in its file. */
  readonly id: string;
  /** The row whose scenarios it begins with. */
  readonly row: BfclRow;
  /** Its calls, turn by turn. */
  readonly turns: readonly (readonly GroundTruthCall[])[];
  /** What the original said to each call. */
  readonly responses: readonly (readonly string[])[];
  /** The public attributes of classes after each turn; `null` where the trace does not say. */
  readonly states: readonly (ReadonlyMap<string, PyDict> | null)[];
}

/**
 * The traces of a file in JSON lines. A line is `{id, responses, state_after_turn}` for the ground truth of a row, where each
 * state has the attributes that changed, or `{id, class, initial_config_from, calls, responses, final_state}` for other calls.
 *
 * @param file Its name, for messages.
 * @throws {UserError} If a line is neither.
 */
export function parseTraces(content: string, file: string): Trace[] {
  const traces = content.replace(/^\uFEFF/, "").split("\n").flatMap((line, at) => {
    const where = `line ${at + 1} of ${file}`;
    return line.trim() === "" ? [] : [parseTrace(line, where)];
  });
  if (traces.length === 0) throw new UserError(`Expected ${file} to have traces but found no line`);
  return traces;
}

function parseTrace(line: string, where: string): Trace {
  const object = readObject(line, where);
  const id = text(object, "id", where);
  return object.has("calls") ? probe(id, object, where) : groundTruthTrace(id, object, where);
}

function groundTruthTrace(id: string, object: PyDict, where: string): Trace {
  const row = rowOf(id, where);
  const responses = list(object, "responses", where).map((turn) => texts(turn, "responses", where));
  const turns = row.groundTruth;
  if (
    responses.length !== turns.length ||
    responses.some((each, turn) => each.length !== turns[turn]?.length)
  ) {
    const wanted = turns.map((calls) => calls.length).join(", ");
    throw new UserError(
      `Expected "responses" to have as many items as "${id}" has calls in each turn (${wanted}) but found ` +
        `${responses.map((each) => each.length).join(", ")} in ${where}`,
    );
  }
  const states: Map<string, PyDict>[] = [];
  for (const changes of list(object, "state_after_turn", where)) {
    states.push(changed(states.at(-1) ?? new Map(), changes, where));
  }
  return { id, row, turns, responses, states };
}

function probe(id: string, object: PyDict, where: string): Trace {
  const owner = text(object, "class", where);
  if (!apis.has(owner)) {
    throw new UserError(
      `Expected "class" to be one of ${[...apis.keys()].join(", ")} but found "${owner}" in ${where}`,
    );
  }
  const row = rowOf(text(object, "initial_config_from", where), where);
  const calls = list(object, "calls", where).map((call): GroundTruthCall => {
    const args = isDict(call) ? call.get("args") : undefined;
    if (!isDict(call) || !isDict(args)) {
      throw new UserError(`Expected "calls" to be a list of {"name", "args"} in ${where}`);
    }
    return { class: owner, name: text(call, "name", where), args };
  });
  const responses = texts(object.get("responses") ?? null, "responses", where);
  if (responses.length !== calls.length) {
    throw new UserError(
      `Expected as many "responses" as "calls" but found ${responses.length} and ${calls.length} in ${where}`,
    );
  }
  const state = object.get("final_state");
  const states = [isDict(state) ? new Map([[owner, state]]) : null];
  return { id, row: { ...row, classes: [owner] }, turns: [calls], responses: [responses], states };
}

/** The attributes of each class after changes. */
function changed(before: ReadonlyMap<string, PyDict>, changes: PyValue, where: string): Map<string, PyDict> {
  if (!isDict(changes)) {
    throw new UserError(`Expected "state_after_turn" to be a list of objects in ${where}`);
  }
  const after = new Map(before);
  for (const [name, attributes] of changes) {
    if (!isDict(attributes)) {
      throw new UserError(`Expected the state of "${name}" to be an object in ${where}`);
    }
    after.set(String(name), new Map([...after.get(String(name)) ?? [], ...attributes]));
  }
  return after;
}

function rowOf(id: string, where: string): BfclRow {
  const row = bfclRow(id);
  if (row !== undefined) return row;
  throw new UserError(`Expected the id of a row such as "multi_turn_base_0" but found "${id}" in ${where}`);
}

function readObject(line: string, where: string): PyDict {
  try {
    const value = readJson(line);
    if (isDict(value)) return value;
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    throw new UserError(`Cannot read ${where} as JSON: ${error.message}`);
  }
  throw new UserError(`Expected ${where} to be an object`);
}

function text(object: PyDict, name: string, where: string): string {
  const value = object.get(name);
  if (typeof value === "string") return value;
  throw new UserError(
    value === undefined ? `Missing "${name}" in ${where}` : `Expected "${name}" to be text in ${where}`,
  );
}

function list(object: PyDict, name: string, where: string): PyValue[] {
  const value = object.get(name);
  if (Array.isArray(value)) return value;
  throw new UserError(
    value === undefined ? `Missing "${name}" in ${where}` : `Expected "${name}" to be a list in ${where}`,
  );
}

function texts(value: PyValue, name: string, where: string): string[] {
  if (Array.isArray(value)) {
    const items = value.filter((item) => typeof item === "string");
    if (items.length === value.length) return items;
  }
  throw new UserError(`Expected "${name}" to be lists of text in ${where}`);
}

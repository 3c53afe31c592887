import { readJson } from "./python/read_json.ts";
import { isDict, type PyDict, type PyValue } from "./python/value.ts";

/** The files of the benchmark, each with 200 rows; row i of each is a variant of row i of `base`. */
export const bfclFiles = ["base", "miss_func", "miss_param", "long_context"] as const;

/** A file of the benchmark. */
export type BfclFile = typeof bfclFiles[number];

/** A call of the ground truth. */
export interface GroundTruthCall {
  /** The API class. */
  readonly class: string;
  /** The method. */
  readonly name: string;
  /** The arguments by name. */
  readonly args: PyDict;
}

/** A row of a file. */
export interface BfclRow {
  /** Its id, such as `"multi_turn_base_7"`. */
  readonly id: string;
  /** i, the same for all variants of a task. */
  readonly index: number;
  /** What the user says in each turn; an empty text where functions are handed over instead. */
  readonly requests: readonly string[];
  /** The functions that are held back until a turn, by that turn. */
  readonly handedOver: ReadonlyMap<number, readonly string[]>;
  /** Functions that are never there. */
  readonly excluded: readonly string[];
  /** The API classes that it involves. */
  readonly classes: readonly string[];
  /** The scenario of each class. */
  readonly scenarios: ReadonlyMap<string, PyDict>;
  /** The calls that fulfil each turn. */
  readonly groundTruth: readonly (readonly GroundTruthCall[])[];
}

/**
 * Rows whose ground truth acts on files of the padding, which the benchmark keeps in its code: they cannot be played without it.
 */
export const rowsOnPadding: ReadonlySet<string> = new Set([
  "multi_turn_long_context_38",
  "multi_turn_long_context_46",
]);

const read = new Map<BfclFile, readonly BfclRow[]>();

/** The rows of a file, read once and shared: they are not to be changed. */
export function bfclRows(file: BfclFile): readonly BfclRow[] {
  const known = read.get(file);
  if (known !== undefined) return known;
  const answers = lines(`ground_truth_calls/${file}.jsonl`);
  const rows = lines(`BFCL_v4_multi_turn_${file}.json`).map((row, index) =>
    rowOf(row, index, answers[index] ?? new Map())
  );
  read.set(file, rows);
  return rows;
}

/** The row of an id; `undefined` if there is none. */
export function bfclRow(id: string): BfclRow | undefined {
  const file = bfclFiles.find((name) => id.startsWith(`multi_turn_${name}_`));
  return file === undefined ? undefined : bfclRows(file).find((row) => row.id === id);
}

/** The objects of a file of JSON lines in `data/`. */
function lines(path: string): PyDict[] {
  const text = Deno.readTextFileSync(new URL(`data/${path}`, import.meta.url));
  return text.split("\n").filter((line) => line !== "").map((line) => dictOf(readJson(line)));
}

function rowOf(row: PyDict, index: number, answer: PyDict): BfclRow {
  return {
    id: textOf(row.get("id")),
    index,
    requests: listOf(row.get("question")).map((turn) =>
      listOf(turn).map((message) => textOf(dictOf(message).get("content"))).join("\n")
    ),
    handedOver: new Map(
      [...dictOf(row.get("missed_function") ?? new Map())].map((
        [turn, names],
      ) => [Number(turn), textsOf(names)]),
    ),
    excluded: textsOf(row.get("excluded_function") ?? []),
    classes: textsOf(row.get("involved_classes")),
    scenarios: new Map(
      [...dictOf(row.get("initial_config"))].map(([name, scenario]) => [String(name), dictOf(scenario)]),
    ),
    groundTruth: listOf(answer.get("turns")).map((turn) =>
      listOf(turn).map((call): GroundTruthCall => ({
        class: textOf(dictOf(call).get("class")),
        name: textOf(dictOf(call).get("name")),
        args: dictOf(dictOf(call).get("args")),
      }))
    ),
  };
}

function dictOf(value: PyValue | undefined): PyDict {
  if (isDict(value)) return value;
  throw new TypeError("Expected an object in the benchmark's data");
}

function listOf(value: PyValue | undefined): PyValue[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("Expected a list in the benchmark's data");
}

function textOf(value: PyValue | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError("Expected text in the benchmark's data");
}

function textsOf(value: PyValue | undefined): string[] {
  return listOf(value).map(textOf);
}

import * as v from "valibot";
import {
  type DatasetSurroundings,
  type HubDatasetOptions,
  parseOptions,
  readHubDataset,
  UserError,
} from "../../../lib/domain/mod.ts";
import type { ProblemSource } from "./problem.ts";
import { checkColumns, columnNames, type ProblemColumns } from "./problem_columns.ts";
import { counted } from "./problem_file.ts";
import { defaultName, describeProblems, sourceName } from "./problem_source.ts";
import { type Incomplete, type ReadProblems, readProblems } from "./read_problems.ts";

/** Options of `hubDataset`. */
export interface HubProblemsOptions extends Omit<HubDatasetOptions, "split"> {
  /** The data set's part with the problems, or one to train on and one to hold out. */
  readonly split: string | { readonly train: string; readonly test: string };
  /**
   * Part of task ids, and the benchmark that held-out problems are reported as; any but `train`. Default the data set's name.
   */
  readonly name?: string;
  /** What becomes of a row without a problem or an answer. Default `"refuse"`. */
  readonly incomplete?: Incomplete;
}

const where = "hubDataset()";

const ownSchema = v.object({
  name: v.exactOptional(sourceName),
  incomplete: v.optional(v.picklist(["refuse", "leave out"]), "refuse"),
  split: v.union(
    [v.string(), v.strictObject({ train: v.string(), test: v.string() })],
    "a split, or { train, test }",
  ),
});

/**
 * Problems from a data set of the Hugging Face Hub. It is fetched once, which needs `--net datasets-server.huggingface.co`,
 * and kept in `.cache/datasets` below the working directory; then it needs no network.
 *
 * @param dataset As `org/name`.
 * @param columns Which columns hold what.
 * @param surroundings For tests: the folder, waiting, deadlines and the token.
 * @throws {UserError} If it is not kept and may not be fetched, cannot be reached, lacks a column, or a row lacks a problem or an answer.
 *
 * @example
 * ```ts
 * import { hubDataset } from "exitlab/domains/math/problems/hub_dataset.ts";
 * import assert from "node:assert/strict";
 *
 * // Allowed nowhere but in `deno task … --net HOST`, and only needed once.
 * const columns = { problem: "question", answer: { column: "answer", after: "####" } };
 * await assert.rejects(
 *   hubDataset("openai/gsm8k", columns, { split: "test", server: "https://example.com" }),
 *   /add --net example.com once/,
 * );
 * ```
 */
export async function hubDataset(
  dataset: string,
  columns: ProblemColumns,
  options: HubProblemsOptions,
  surroundings: Partial<DatasetSurroundings> = {},
): Promise<ProblemSource> {
  const mapped = checkColumns(columns, where);
  const { split, name, incomplete } = parseOptions(ownSchema, options, where);
  const { name: _name, incomplete: _incomplete, split: _split, ...rest } = options;
  const read = async (part: string): Promise<ReadProblems> => {
    const rows = await readHubDataset(dataset, columnNames(mapped), { ...rest, split: part }, surroundings);
    return readProblems(rows, mapped, `"${dataset}" (${part})`, incomplete);
  };
  const from = { dataset, ...rest.config === undefined ? {} : { config: rest.config }, split };
  const named = name ?? defaultName(dataset.split("/").at(-1) ?? "", dataset.replace("/", "-"));
  if (typeof split === "string") {
    const { train, test, leftOut } = await read(split);
    return describeProblems(named, train, test, { ...from, ...counted(leftOut) });
  }
  if (mapped.split !== undefined) {
    throw new UserError(`Expected either two splits or a column "split" but found both in ${where}`);
  }
  const [train, test] = [await read(split.train), await read(split.test)];
  return describeProblems(named, train.train, test.train, {
    ...from,
    ...counted(train.leftOut + test.leftOut),
  });
}

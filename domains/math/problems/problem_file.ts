import { basename, extname } from "node:path";
import * as v from "valibot";
import { parseOptions, readTable, UserError } from "../../../lib/domain/mod.ts";
import type { ProblemSource } from "./problem.ts";
import { checkColumns, columnNames, type ProblemColumns } from "./problem_columns.ts";
import { defaultName, describeProblems, sourceName } from "./problem_source.ts";
import { type Incomplete, type ReadProblems, readProblems } from "./read_problems.ts";

/** Options of `problemFile`. */
export interface ProblemFileOptions {
  /**
   * Part of task ids, and the benchmark that held-out problems are reported as; any but `train`. Default the file's name, or
   * that of the second file where it would be `train`.
   */
  readonly name?: string;
  /** What becomes of a row without a problem or an answer. Default `"refuse"`. */
  readonly incomplete?: Incomplete;
}

/** One file, or one to train on and one to hold out. */
export type ProblemPath = string | { readonly train: string; readonly test: string };

const where = "problemFile()";

const schema = v.strictObject({
  name: v.exactOptional(sourceName),
  incomplete: v.optional(v.picklist(["refuse", "leave out"]), "refuse"),
});

/**
 * Problems from a file of your own: JSON lines, JSON, CSV, tab separated values or Parquet.
 *
 * @param path Relative to the working directory. Two files may be given, `{ train, test }`; or one with a column `split`. A
 *   file with neither is the one or the other for `math()`: as `source` it trains but for a share, as `heldOut` it is held out whole.
 * @param columns Which columns hold what.
 * @throws {UserError} If the file is missing or no table, lacks a column, or a row lacks a problem or an answer.
 *
 * @example
 * ```ts
 * import { problemFile } from "exitlab/domains/math/problems/problem_file.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, 'question,result\n"What is 1 + 2?",3\n');
 * const { train } = await problemFile(path, { problem: "question", answer: "result" }, { name: "sums" });
 * assert.deepEqual(train, [{ problem: "What is 1 + 2?", answer: "3" }]);
 * await assert.rejects(problemFile(path, { problem: "question", answer: "answer" }), /has no column "answer"/);
 * await Deno.remove(path);
 * ```
 */
export async function problemFile(
  path: ProblemPath,
  columns: ProblemColumns,
  options: ProblemFileOptions = {},
): Promise<ProblemSource> {
  const mapped = checkColumns(columns, where);
  const { name, incomplete } = parseOptions(schema, options, where);
  const read = async (file: string): Promise<ReadProblems> =>
    readProblems(await readTable(file, columnNames(mapped)), mapped, `"${file}"`, incomplete);
  if (typeof path === "string") {
    const { train, test, leftOut } = await read(path);
    return describeProblems(name ?? defaultName(nameOf(path)), train, test, {
      file: basename(path),
      ...counted(leftOut),
    });
  }
  if (mapped.split !== undefined) {
    throw new UserError(`Expected either two files or a column "split" but found both in ${where}`);
  }
  const [train, test] = [await read(path.train), await read(path.test)];
  return describeProblems(
    name ?? defaultName(nameOf(path.train), nameOf(path.test)),
    train.train,
    test.train,
    {
      files: [basename(path.train), basename(path.test)],
      ...counted(train.leftOut + test.leftOut),
    },
  );
}

/** Rows left out, where there are any. */
export function counted(leftOut: number): { leftOut?: number } {
  return leftOut === 0 ? {} : { leftOut };
}

function nameOf(path: string): string {
  return basename(path, extname(path)).replaceAll(/[^\w.-]+/g, "-").replace(/^[^\w]+/, "").slice(0, 64);
}

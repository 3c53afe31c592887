import assert from "node:assert/strict";
import * as v from "valibot";

/** An output of a cell. */
export interface Output {
  /** Its forms, by media type. */
  readonly data: { readonly [mediaType: string]: string };
  /** What went wrong, if something did. */
  readonly error: string | undefined;
}

/** A cell of a notebook. */
export interface Cell {
  /** Its text. */
  readonly source: string;
  /** What it gave. */
  readonly outputs: readonly Output[];
  /** Which of the executions it was. */
  readonly executionCount: number | null;
}

/** A notebook. */
export interface Notebook {
  /** Its cells of code. */
  readonly cells: readonly Cell[];
}

const text = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((lines) => typeof lines === "string" ? lines : lines.join("")),
);

const schema = v.object({
  nbformat: v.literal(4),
  metadata: v.looseObject({ kernelspec: v.looseObject({ name: v.literal("deno") }) }),
  cells: v.array(v.object({
    cell_type: v.picklist(["code", "markdown"]),
    source: text,
    execution_count: v.optional(v.nullable(v.number()), null),
    outputs: v.optional(
      v.array(v.looseObject({ output_type: v.string(), data: v.optional(v.record(v.string(), text), {}) })),
      [],
    ),
  })),
});

/** Reads a notebook of the Deno kernel. */
export async function readNotebook(path: string): Promise<Notebook> {
  const { cells } = v.parse(schema, JSON.parse(await Deno.readTextFile(path)));
  assert.ok(cells.length > 0, path);
  return {
    cells: cells.filter(({ cell_type }) => cell_type === "code").map((cell) => ({
      source: cell.source,
      executionCount: cell.execution_count,
      outputs: cell.outputs.filter(({ output_type }) => output_type !== "stream").map((output) => ({
        data: output.data,
        error: output.output_type === "error" ? JSON.stringify(output) : undefined,
      })),
    })),
  };
}

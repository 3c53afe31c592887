/**
 * What a job is to do: one cell of a plan, as a file that travels beside the bundle.
 *
 * @module
 */
import * as v from "valibot";

/** Stands in the words of commands for the folder into which a container unpacks the bundle. */
export const workMark = "{work}";

const engineSchema = v.strictObject({
  /** Commands that make the server ready to start, one after the other. */
  setup: v.pipe(v.array(v.pipe(v.array(v.string()), v.readonly())), v.readonly()),
  /** The command that serves. */
  start: v.pipe(v.array(v.string()), v.minLength(1), v.readonly()),
  /** The address that answers once it is up. */
  health: v.pipe(v.string(), v.url()),
  /** Its address. */
  url: v.pipe(v.string(), v.url()),
  /** What speaks there, as `--server` names it. */
  server: v.picklist(["exitlab", "skyrl"]),
});

const cellSchema = v.strictObject({
  format: v.literal("exitlab.cell/1"),
  /** The run's id. */
  run: v.pipe(v.string(), v.nonEmpty()),
  /** The plan's file, in the archive. */
  plan: v.pipe(v.string(), v.nonEmpty()),
  /** The server to start; `null` for the embedded engine. */
  engine: v.nullable(engineSchema),
  /** Programs that the domain may start. */
  programs: v.array(v.string()),
  /** Hosts that operators may call. */
  hosts: v.array(v.string()),
  /** Seconds that the job may take before it is ended. */
  seconds: v.pipe(v.number(), v.minValue(1)),
});

/** One cell of a plan, for a job. */
export type CellFile = v.InferOutput<typeof cellSchema>;

/** A server that a job starts beside the controller. */
export type CellEngine = v.InferOutput<typeof engineSchema>;

/**
 * Reads a cell's file.
 *
 * @throws {Error} If it is not what `run --runner hf` writes.
 */
export async function readCell(path: string): Promise<CellFile> {
  return v.parse(cellSchema, JSON.parse(await Deno.readTextFile(path)));
}

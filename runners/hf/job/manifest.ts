/**
 * What a job has put into the bucket: the files of its run as they were after a checkpoint, or at its end.
 *
 * @module
 */
import * as v from "valibot";
import { contentHash } from "../../../lib/json.ts";

/** `run` goes into the run's folder; `engine` is the server's. */
export const fileHomes = ["run", "engine"] as const;

const fileSchema = v.strictObject({
  /** Whose it is. */
  home: v.picklist(fileHomes),
  /** Where it belongs in that home, with slashes. */
  path: v.pipe(v.string(), v.check(isInside, "a path without .. and not from the root")),
  /** Where it lies beside the manifest. */
  stored: v.pipe(v.string(), v.check(isInside, "a path without .. and not from the root")),
  /** Its bytes. */
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

const contentSchema = v.strictObject({
  format: v.literal("exitlab.carried/1"),
  /** Counts the states of a run, from 1; a job goes on where those that it found end. */
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Training iterations done. */
  iteration: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Whether the run is finished, or to be continued. */
  status: v.picklist(["unfinished", "finished"]),
  /** All files. */
  files: v.array(fileSchema),
});

const manifestSchema = v.strictObject({ content: contentSchema, hash: v.string() });

/** A file that a manifest names. */
export type CarriedFile = v.InferOutput<typeof fileSchema>;

/** The files of a run at one moment. */
export type Manifest = v.InferOutput<typeof contentSchema>;

/** The name of a manifest. */
export function manifestName(number: number): string {
  return `manifest-${String(number).padStart(6, "0")}.json`;
}

/** The job's folder that a manifest lies in, by its path in the run's folder; `undefined` if it is another file. */
export function manifestFolder(path: string): string | undefined {
  return /^([^/]+)\/manifest-\d{6,}\.json$/.exec(path)?.[1];
}

/**
 * Sorts states, the one that is furthest first: two jobs may have gone on from the same one, where the Hub took the first
 * for ended.
 */
export function furthestFirst(a: Manifest, b: Manifest): number {
  return Number(b.status === "finished") - Number(a.status === "finished") || b.iteration - a.iteration ||
    b.number - a.number;
}

/** A manifest as text, with a hash of what it says. */
export function writeManifest(content: Manifest): string {
  return `${JSON.stringify({ content, hash: contentHash(content) }, null, 1)}\n`;
}

/** Reads a manifest; `undefined` if it was cut short, or is none. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const { content, hash } = v.parse(manifestSchema, JSON.parse(text));
    return contentHash(content) === hash ? content : undefined;
  } catch {
    return undefined;
  }
}

function isInside(path: string): boolean {
  return path !== "" && path.split("/").every((name) => name !== "" && name !== "." && name !== "..") &&
    !path.includes("\\") && !path.includes("\0");
}

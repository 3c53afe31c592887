/**
 * A run that goes on elsewhere: `remote.json` in its folder says where, and how a job for it is made.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../../lib/errors.ts";
import { writeDurably } from "../../lib/write_durably.ts";

const format = "exitlab.remote/1";

const volume = v.strictObject({
  type: v.literal("bucket"),
  source: v.string(),
  mountPath: v.string(),
  readOnly: v.boolean(),
});

const remoteSchema = v.strictObject({
  format: v.literal(format),
  /** The Hub's address. */
  hub: v.string(),
  /** Whom jobs are billed to. */
  namespace: v.string(),
  /** The bucket, as `namespace/name`. */
  bucket: v.string(),
  /** The run, and what it is of. */
  run: v.string(),
  arm: v.string(),
  seed: v.number(),
  /** The hash of all that decides its results; found again as a label. */
  cell: v.string(),
  /** The job to make, without labels and without the values of secrets. */
  job: v.strictObject({
    dockerImage: v.string(),
    command: v.array(v.string()),
    arguments: v.array(v.string()),
    flavor: v.string(),
    environment: v.record(v.string(), v.string()),
    timeoutSeconds: v.number(),
    volumes: v.array(volume),
  }),
  /** The names of secrets that the job gets. */
  secrets: v.array(v.string()),
  /** US dollars an hour. */
  pricePerHour: v.number(),
});

/** A run that goes on elsewhere. */
export type RemoteRun = v.InferOutput<typeof remoteSchema>;

/** What a `RemoteRun` says of the form it was written in. */
export const remoteFormat: typeof format = format;

const fileName = "remote.json";

/** Writes what is known of a remote run into its folder, which is made. */
export async function writeRemoteRun(runs: string, remote: RemoteRun): Promise<void> {
  const directory = join(runs, remote.run);
  await Deno.mkdir(directory, { recursive: true });
  await writeDurably(
    join(directory, fileName),
    new TextEncoder().encode(`${JSON.stringify(remote, null, 2)}\n`),
  );
}

/**
 * Reads a run's `remote.json`.
 *
 * @returns `undefined` if the run has none: it is no remote one.
 * @throws {UserError} If it is damaged.
 */
export async function readRemoteRun(runs: string, run: string): Promise<RemoteRun | undefined> {
  const path = join(runs, run, fileName);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  try {
    return v.parse(remoteSchema, JSON.parse(text));
  } catch {
    throw new UserError(`The file ${path} is damaged; delete it, and submit the run again`);
  }
}

/** The remote runs of a folder, by name. */
export async function listRemoteRuns(runs: string): Promise<RemoteRun[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(runs)) if (isDirectory) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const remotes = await Promise.all(names.toSorted().map((name) => readRemoteRun(runs, name)));
  return remotes.filter((remote) => remote !== undefined);
}

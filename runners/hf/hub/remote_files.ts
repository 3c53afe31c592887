/**
 * Files on the Hub, in a bucket or in a dataset repository.
 *
 * @module
 */
import { UserError } from "../../../lib/errors.ts";

/** A file on the Hub. */
export interface RemoteFile {
  /** Its path with slashes, such as `"runs/a/runs.parquet"`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** What is uploaded. */
export interface NewFile {
  /** Its path with slashes; what was there is replaced. */
  readonly path: string;
  /** Its bytes, or the `file:` address of a file on this disk, which is read while it is sent. */
  readonly content: Blob | Uint8Array<ArrayBuffer> | URL;
}

/** The files of a bucket or of a dataset repository. Whatever fails for a while is tried again; then it is a `HubError`. */
export interface RemoteFiles {
  /** Such as `"buckets/me/exitlab"` or `"datasets/me/exit-metrics"`. */
  readonly name: string;
  /** Makes it, private unless it was opened otherwise; one that exists is left as it is. */
  create(): Promise<void>;
  /**
   * All files below a folder, by path.
   *
   * @param folder `""` for all.
   * @returns `[]` if there is no such folder.
   */
  list(folder: string): Promise<RemoteFile[]>;
  /**
   * Writes files. A dataset has all of them or none; a bucket may have some when it fails.
   *
   * @param title What a dataset's history says.
   */
  upload(files: readonly NewFile[], title: string): Promise<void>;
  /**
   * A file's bytes; `undefined` if there is none.
   *
   * @param most The most bytes that it may have. Default 64 MiB.
   * @throws {UserError} If it has more.
   */
  read(path: string, most?: number): Promise<Uint8Array | undefined>;
  /**
   * Brings a file to this disk, whole or not at all, without having it in memory. Folders on the way are made.
   *
   * @param file Where it goes; what is there is replaced.
   * @param most The most bytes that it may have. Default no limit.
   * @returns `false` if there is none.
   * @throws {UserError} If it has more.
   */
  download(path: string, file: string, most?: number): Promise<boolean>;
  /** Removes files; those that are not there do not matter. */
  remove(paths: readonly string[]): Promise<void>;
}

/**
 * Checks the name of a bucket or a dataset.
 *
 * @throws {UserError} If it is not as `ORG/NAME`.
 *
 * @example
 * ```ts
 * import { checkRepositoryId } from "exitlab/runners/hf/hub/remote_files.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkRepositoryId("me/exit-metrics"), "me/exit-metrics");
 * assert.throws(() => checkRepositoryId("../metrics"), /as ORG\/NAME/);
 * ```
 */
export function checkRepositoryId(id: string): string {
  if (/^[\w-][\w.-]{0,95}\/[\w-][\w.-]{0,95}$/.test(id) && !id.endsWith(".git")) return id;
  throw new UserError(`Expected a name on the Hub as ORG/NAME but found "${id}"`);
}

/**
 * Checks a path on the Hub.
 *
 * @throws {RangeError} If it is empty, leaves its folder, or has characters that no path needs.
 */
export function checkRemotePath(path: string): string {
  const parts = path.split("/");
  // deno-lint-ignore no-control-regex
  const isPlain = parts.every((part) => !["", ".", ".."].includes(part) && !/[\\\x00-\x1f\x7f]/.test(part));
  if (isPlain) return path;
  throw new RangeError(`Expected a path of plain names with slashes but found ${JSON.stringify(path)}`);
}

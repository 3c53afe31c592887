import type { HubAccess } from "./hub_client.ts";
import { LibraryFiles } from "./library_files.ts";
import { checkRepositoryId, type RemoteFiles } from "./remote_files.ts";

/**
 * A bucket: files that may change, without a history. It is private once it is made.
 *
 * @param id Such as `"me/exitlab"`.
 * @throws {UserError} If it is not as `ORG/NAME`, or the Hub's address is none.
 *
 * @example
 * ```ts
 * import { openBucket } from "exitlab/runners/hf/hub/bucket.ts";
 * import assert from "node:assert/strict";
 *
 * const bucket = openBucket({ host: "https://huggingface.co", token: undefined }, "me/exitlab");
 * assert.equal(bucket.name, "buckets/me/exitlab");
 * ```
 */
export function openBucket(access: HubAccess, id: string): RemoteFiles {
  const name = `buckets/${checkRepositoryId(id)}`;
  return new LibraryFiles(access, name, { visibility: "private", revision: undefined });
}

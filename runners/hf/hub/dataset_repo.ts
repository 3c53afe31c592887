import type { HubAccess } from "./hub_client.ts";
import { LibraryFiles } from "./library_files.ts";
import { checkRepositoryId, type RemoteFiles } from "./remote_files.ts";

/** How a dataset repository is opened. */
export interface DatasetOptions {
  /** Whether it is private once it is made; one that exists stays as it is. Default true. */
  readonly private?: boolean;
  /** A branch, tag or commit to read from. Default the latest. */
  readonly revision?: string;
}

/**
 * A dataset repository: files with a history, each upload one commit.
 *
 * @param id Such as `"me/exit-metrics"`.
 * @throws {UserError} If it is not as `ORG/NAME`, or the Hub's address is none.
 *
 * @example
 * ```ts
 * import { openDataset } from "exitlab/runners/hf/hub/dataset_repo.ts";
 * import assert from "node:assert/strict";
 *
 * const dataset = openDataset({ host: "https://huggingface.co", token: undefined }, "me/exit-metrics");
 * assert.equal(dataset.name, "datasets/me/exit-metrics");
 * ```
 */
export function openDataset(access: HubAccess, id: string, options: DatasetOptions = {}): RemoteFiles {
  return new LibraryFiles(access, `datasets/${checkRepositoryId(id)}`, {
    visibility: options.private ?? true ? "private" : "public",
    revision: options.revision,
  });
}

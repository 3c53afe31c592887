import { UserError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { DatasetCache } from "./dataset_cache.ts";
import { DatasetClient, type DatasetSurroundings, realSurroundings } from "./dataset_client.ts";
import { type DatasetRequest, type HubDatasetOptions, parseDatasetRequest } from "./dataset_request.ts";
import type { TableRow } from "./read_table.ts";
import { checkHasColumns } from "./unknown_column.ts";

/**
 * Reads columns of a data set of the Hugging Face Hub through the HTTP interface of its dataset viewer. It is fetched
 * once and kept in `.cache/datasets` below the working directory; what is kept needs no network and no permission for it.
 * `HF_TOKEN` is sent to hosts of Hugging Face over https alone.
 *
 * @param dataset As `org/name`.
 * @param columns The columns wanted.
 * @param surroundings For tests: the folder, waiting, deadlines and the token.
 * @throws {UserError} If it is not kept and may not be fetched, cannot be reached or is refused, is too large, lacks a column, or what is kept is damaged.
 *
 * @example
 * ```ts
 * import { readHubDataset } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   readHubDataset("openai/gsm8k", ["question"], { split: "test", server: "https://example.com" }),
 *   /"openai\/gsm8k" is not in .cache\/datasets yet: add --net example.com once to fetch it/,
 * );
 * await assert.rejects(readHubDataset("gsm8k", ["question"], { split: "test" }), /as "org\/name" but found "gsm8k"/);
 * ```
 */
export async function readHubDataset(
  dataset: string,
  columns: readonly string[],
  options: HubDatasetOptions,
  surroundings: Partial<DatasetSurroundings> = {},
): Promise<TableRow[]> {
  const request = parseDatasetRequest(dataset, options);
  const inForce = { ...realSurroundings, ...surroundings };
  const cache = new DatasetCache(inForce.folder, request);
  const rows = await cache.read(mayFetch(request.server, inForce.folder)) ??
    await fetchAndKeep(request, cache, inForce);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  checkHasColumns(`The data set "${dataset}"`, names, columns);
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])));
}

async function fetchAndKeep(
  request: DatasetRequest,
  cache: DatasetCache,
  surroundings: DatasetSurroundings,
): Promise<readonly JsonObject[]> {
  const { dataset, server } = request;
  if (!mayFetch(server, surroundings.folder)) {
    throw new UserError(
      `The data set "${dataset}" is not in ${surroundings.folder} yet: ` +
        `add --net ${new URL(server).host} once to fetch it, or give a file of it instead`,
    );
  }
  const fetched = await new DatasetClient(request, surroundings).fetch();
  await cache.write(fetched);
  return fetched.rows;
}

function mayFetch(server: string, folder: string): boolean {
  const granted = (of: Deno.PermissionDescriptor): boolean =>
    Deno.permissions.querySync(of).state === "granted";
  return granted({ name: "net", host: new URL(server).host }) &&
    granted({ name: "write", path: folder });
}

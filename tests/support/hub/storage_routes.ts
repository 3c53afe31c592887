/**
 * The stand-in's storage: buckets and dataset repositories, whose files lie plainly in the state's folder as
 * `buckets/OWNER/NAME/…` and `datasets/OWNER/NAME/…`, and the content store that uploads and downloads go through.
 */
import { bucketRoutes } from "./bucket_routes.ts";
import { contentRoutes, emptyContent } from "./content_routes.ts";
import { datasetRoutes, type Datasets } from "./dataset_routes.ts";
import { type Hub, type HubOptions, type Routes, startHub } from "./hub_server.ts";

/** How the stand-in's storage behaves. */
export interface StorageOptions extends HubOptions {
  /** Whether datasets take large files through the chunk store; default true. */
  readonly chunked?: boolean;
}

/** Routes for buckets, datasets and content. */
export function storageRoutes({ chunked = true }: StorageOptions = {}): Routes {
  const content = emptyContent();
  const datasets: Datasets = { commits: new Map(), open: new Set(), chunked };
  return async (request, url, state) =>
    await contentRoutes(request, url, content) ??
      await bucketRoutes(request, url, state, content) ??
      await datasetRoutes(request, url, state, content, datasets);
}

/** Paths that want no token of the Hub: the content store has its own. */
export const contentPaths = /^\/(cas|lfs)\//;

/** A stand-in that has storage beside its other routes. */
export async function startStorageHub(options: StorageOptions = {}): Promise<Hub> {
  const hub = await startHub({ ...options, routes: [...options.routes ?? [], storageRoutes(options)] });
  hub.state.publicPaths.push(contentPaths);
  return hub;
}

/** Calls something with a stand-in that was started for it. */
export async function withStorageHub<T>(options: StorageOptions, use: (hub: Hub) => Promise<T>): Promise<T> {
  const hub = await startStorageHub(options);
  try {
    return await use(hub);
  } finally {
    await hub.close();
  }
}

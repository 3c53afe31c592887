import type { JsonObject } from "exitlab/lib/json.ts";
import type { DatasetSurroundings } from "exitlab/lib/domain/dataset_client.ts";
import type { HubDatasetOptions } from "exitlab/lib/domain/dataset_request.ts";
import { readHubDataset } from "exitlab/lib/domain/hub_dataset.ts";
import type { TableRow } from "exitlab/lib/domain/read_table.ts";
import { type Fault, standIn, sums } from "./dataset_stand_in.ts";

/** What a stand-in has, and what goes wrong with it. */
export interface Scene {
  readonly rows?: readonly JsonObject[];
  readonly fault?: Fault;
  readonly splits?: readonly JsonObject[];
}

/** A stand-in and a folder of its own; no time passes. */
export async function inScene(
  { rows = sums(250), fault, splits }: Scene,
  act: (scene: {
    readonly read: (
      options?: Partial<HubDatasetOptions>,
      more?: Partial<DatasetSurroundings>,
    ) => Promise<TableRow[]>;
    readonly asked: ReturnType<typeof standIn>["asked"];
    readonly waits: number[];
    readonly folder: string;
    readonly server: string;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const { server, asked, stop } = standIn(rows, fault, splits);
  const waits: number[] = [];
  const wait = (seconds: number): Promise<void> => {
    waits.push(seconds);
    return Promise.resolve();
  };
  try {
    await act({
      read: (options = {}, more = {}) =>
        readHubDataset("org/sums", ["q", "a"], { split: "test", server, ...options }, {
          folder,
          wait,
          ...more,
        }),
      asked,
      waits,
      folder,
      server,
    });
  } finally {
    await stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is read of the usual rows. */
export const wanted = sums(250).map(({ q = null, a = null }) => ({ q, a }));

/**
 * What a controller keeps of a checkpoint whose weights are on a server: where they are there.
 *
 * @module
 */
import * as v from "valibot";
import type { Checkpoint } from "../../lib/engine/engine.ts";
import { UserError } from "../../lib/errors.ts";
import { contentHash } from "../../lib/json.ts";

/** What a checkpoint is of. */
export type RemoteModel = {
  /** The model's name, as in `hub()`. */
  readonly model: string;
  /** The rank of its adapter; 0 where all parameters are trained. */
  readonly rank: number;
};

const place = v.strictObject({
  path: v.pipe(v.string(), v.nonEmpty()),
  chain: v.array(v.string()),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  current: v.boolean(),
});

/** Where a checkpoint is. */
export type RemotePlace = {
  /** Its path on the server. */
  readonly path: string;
  /** The paths of the policy's checkpoints that the server keeps, this one last. */
  readonly chain: readonly string[];
  /** How often weights were published. */
  readonly version: number;
  /** Whether the published weights are those that train. */
  readonly current: boolean;
};

const kind = "tinker";

/** A checkpoint that says where the weights are. */
export function writeRemoteCheckpoint(of: RemoteModel, state: RemotePlace): Checkpoint {
  const { path, chain, version, current } = state;
  const data = new TextEncoder().encode(JSON.stringify({ path, chain, version, current }));
  return { meta: { kind, ...of }, data };
}

/**
 * Where the weights of a checkpoint are.
 *
 * @throws {UserError} If it is of another model or damaged.
 *
 * @example
 * ```ts
 * import { readRemoteCheckpoint, writeRemoteCheckpoint } from "exitlab/runners/tgi/remote_checkpoint.ts";
 * import assert from "node:assert/strict";
 *
 * const of = { model: "org/name", rank: 0 };
 * const place = { path: "tinker://run/weights/3", chain: ["tinker://run/weights/3"], version: 4, current: true };
 * const checkpoint = writeRemoteCheckpoint(of, place);
 * assert.deepEqual(readRemoteCheckpoint(checkpoint, of), place);
 * assert.throws(() => readRemoteCheckpoint(checkpoint, { ...of, rank: 8 }), /is of "org\/name" with rank 0/);
 * ```
 */
export function readRemoteCheckpoint({ meta, data }: Checkpoint, of: RemoteModel): RemotePlace {
  if (meta["kind"] !== kind || contentHash({ kind, ...of }) !== contentHash(meta)) {
    throw new UserError(
      `The checkpoint is of ${JSON.stringify(meta["model"] ?? meta["kind"] ?? "no model")} with rank ${
        meta["rank"] ?? "unknown"
      } but the policy is "${of.model}" with rank ${of.rank}`,
    );
  }
  try {
    return v.parse(place, JSON.parse(new TextDecoder().decode(data)));
  } catch {
    throw new UserError(`The checkpoint of "${of.model}" is damaged: it does not say where its weights are`);
  }
}

import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Checkpoint } from "../../lib/engine/engine.ts";
import { UserError } from "../../lib/errors.ts";
import { type Shape, tensorsOf } from "./shape.ts";

/** Raised when the layout of a checkpoint changes. */
const FORMAT = 1;

/** What a checkpoint says besides its numbers. */
export interface CheckpointState {
  /** Steps of the optimiser so far. */
  readonly step: number;
  /** How often weights were published. */
  readonly version: number;
}

const meta = v.object({
  kind: v.literal("tiny-transformer"),
  format: v.literal(FORMAT),
  shape: v.object({
    width: v.number(),
    layers: v.number(),
    heads: v.number(),
    context: v.number(),
    vocabulary: v.number(),
  }),
  step: v.number(),
  version: v.number(),
  sha256: v.string(),
});

/** A checkpoint of the given numbers, little-endian float32. */
export function writeCheckpoint(shape: Shape, state: CheckpointState, data: Uint8Array): Checkpoint {
  return { meta: { kind: "tiny-transformer", format: FORMAT, shape, ...state, sha256: sha256(data) }, data };
}

/**
 * Checks that a checkpoint is whole and of this model.
 *
 * @param bytes How many bytes of numbers the model has.
 * @throws {UserError} If it is not.
 */
export function readCheckpoint(checkpoint: Checkpoint, shape: Shape, bytes: number): CheckpointState {
  const found = parseMeta(checkpoint);
  for (const name of ["width", "layers", "heads", "context", "vocabulary"] as const) {
    if (found.shape[name] !== shape[name]) {
      throw new UserError(
        `Expected a checkpoint of a model with ${name} ${shape[name]} but found one with ${name} ${
          found.shape[name]
        }`,
      );
    }
  }
  if (checkpoint.data.length !== bytes) {
    throw new UserError(`Expected a checkpoint of ${bytes} bytes but found ${checkpoint.data.length}`);
  }
  if (sha256(checkpoint.data) !== found.sha256) {
    throw new UserError(
      "Expected a checkpoint whose data has the hash it was saved with but found another: it is corrupt",
    );
  }
  return { step: found.step, version: found.version };
}

/**
 * The numbers of a checkpoint by what they are and by tensor: copies, for whoever wants to look at a model.
 *
 * @throws {UserError} If it is not a whole checkpoint of the embedded engine.
 */
export function decodeCheckpoint(
  checkpoint: Checkpoint,
): Record<"trained" | "published" | "firstMoment" | "secondMoment", Map<string, Float32Array<ArrayBuffer>>> {
  const { shape } = parseMeta(checkpoint);
  const { all, parameters } = tensorsOf(shape);
  readCheckpoint(checkpoint, shape, 16 * parameters);
  const numbers = new Float32Array(new Uint8Array(checkpoint.data).buffer);
  const decode = (part: number): Map<string, Float32Array<ArrayBuffer>> =>
    new Map(all.map(({ name, offset, rows, columns }) => {
      const start = part * parameters + offset;
      return [name, numbers.slice(start, start + rows * columns)];
    }));
  return { trained: decode(0), published: decode(1), firstMoment: decode(2), secondMoment: decode(3) };
}

function parseMeta(checkpoint: Checkpoint): v.InferOutput<typeof meta> {
  const result = v.safeParse(meta, checkpoint.meta);
  if (result.success) return result.output;
  const { kind, format } = checkpoint.meta;
  throw new UserError(
    `Expected a checkpoint of the embedded engine, format ${FORMAT}, but found ${
      JSON.stringify({ kind, format })
    }`,
  );
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

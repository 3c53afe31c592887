import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Checkpoint } from "../../lib/engine/engine.ts";
import { UserError } from "../../lib/errors.ts";
import { type Shape, tensorsOf } from "./shape.ts";

/** What the numbers of a checkpoint are, in their order. */
export const checkpointParts = ["trained", "published", "firstMoment", "secondMoment", "reference"] as const;

/** One of them. */
export type CheckpointPart = (typeof checkpointParts)[number];

/** Each as bytes of little-endian float32. */
export type CheckpointNumbers = Readonly<Record<CheckpointPart, Uint8Array>>;

/** How many parts each layout has: the first leaves the reference out, which then equals the trained weights. */
const partsOf = { 1: 4, 2: 5 } as const;

/** What a checkpoint says besides its numbers. */
export interface CheckpointState {
  /** Steps of the optimiser so far. */
  readonly step: number;
  /** How often weights were published. */
  readonly version: number;
}

const meta = v.object({
  kind: v.literal("tiny-transformer"),
  format: v.picklist([1, 2]),
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

/** A checkpoint of the given numbers. The reference takes no room while it equals the trained weights. */
export function writeCheckpoint(
  shape: Shape,
  state: CheckpointState,
  numbers: CheckpointNumbers,
): Checkpoint {
  const format = sameBytes(numbers.reference, numbers.trained) ? 1 : 2;
  const parts = checkpointParts.slice(0, partsOf[format]).map((part) => numbers[part]);
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  for (const [index, part] of parts.entries()) data.set(part, index * part.length);
  return { meta: { kind: "tiny-transformer", format, shape, ...state, sha256: sha256(data) }, data };
}

/**
 * Checks that a checkpoint is whole and of this model.
 *
 * @returns What it says and its numbers: views, not copies.
 * @throws {UserError} If it is not.
 */
export function readCheckpoint(
  checkpoint: Checkpoint,
  shape: Shape,
): CheckpointState & { readonly numbers: CheckpointNumbers } {
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
  const size = 4 * tensorsOf(shape).parameters;
  const bytes = size * partsOf[found.format];
  if (checkpoint.data.length !== bytes) {
    throw new UserError(`Expected a checkpoint of ${bytes} bytes but found ${checkpoint.data.length}`);
  }
  if (sha256(checkpoint.data) !== found.sha256) {
    throw new UserError(
      "Expected a checkpoint whose data has the hash it was saved with but found another: it is corrupt",
    );
  }
  const part = (index: number): Uint8Array => checkpoint.data.subarray(index * size, (index + 1) * size);
  return {
    step: found.step,
    version: found.version,
    numbers: {
      trained: part(0),
      published: part(1),
      firstMoment: part(2),
      secondMoment: part(3),
      reference: part(found.format === 1 ? 0 : 4),
    },
  };
}

/**
 * The numbers of a checkpoint by what they are and by tensor: copies, for whoever wants to look at a model.
 *
 * @throws {UserError} If it is not a whole checkpoint of the embedded engine.
 */
export function decodeCheckpoint(
  checkpoint: Checkpoint,
): Record<CheckpointPart, Map<string, Float32Array<ArrayBuffer>>> {
  const { shape } = parseMeta(checkpoint);
  const { all } = tensorsOf(shape);
  const { numbers } = readCheckpoint(checkpoint, shape);
  const decode = (part: CheckpointPart): Map<string, Float32Array<ArrayBuffer>> => {
    const values = new Float32Array(new Uint8Array(numbers[part]).buffer);
    return new Map(
      all.map(({ name, offset, rows, columns }) => [name, values.slice(offset, offset + rows * columns)]),
    );
  };
  return {
    trained: decode("trained"),
    published: decode("published"),
    firstMoment: decode("firstMoment"),
    secondMoment: decode("secondMoment"),
    reference: decode("reference"),
  };
}

function parseMeta(checkpoint: Checkpoint): v.InferOutput<typeof meta> {
  const result = v.safeParse(meta, checkpoint.meta);
  if (result.success) return result.output;
  const { kind, format } = checkpoint.meta;
  throw new UserError(
    `Expected a checkpoint of the embedded engine, format 1 or 2, but found ${
      JSON.stringify({ kind, format })
    }`,
  );
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

import { UserError } from "../../lib/errors.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { type Shape, type Tensors, tensorsOf } from "./shape.ts";

/** Bytes of a float32. */
const NUMBER = 4;
/** All that a WebAssembly memory with 32-bit addresses can hold. */
const LARGEST_MEMORY = 2 ** 32;
/** Bytes of a page, the unit in which memory is reserved. */
export const PAGE = 65536;
/** Numbers a block may lose to alignment: 9 areas of less than 16 each. */
const ALIGNMENT_SLACK = 256;
/** What a worker's activations may take, unless one sequence needs more. */
const ARENA_BUDGET = 192 * 2 ** 20;
/** What all gradient buffers together may take, unless one needs more. */
const SHARD_BUDGET = 2 ** 30;
/** The most shards of a batch, and so the most workers that training can keep busy. */
const MOST_SHARDS = 8;
/** The most rows that go through the layers at a time. */
const MOST_ROWS = 512;

/** One set of weights: as they are, and packed for products. Addresses in bytes. */
export interface WeightAddresses {
  /** The parameters, in the order of `Tensors.all`. */
  readonly plain: number;
  /** Matrices packed by column panels, at the offsets of the parameters. */
  readonly packed: number;
}

/** Where everything lies in the shared memory. The sizes depend on the model alone, the number of workers excepted. */
export interface MemoryLayout {
  /** The model's sizes. */
  readonly shape: Shape;
  /** Its tensors. */
  readonly tensors: Tensors;
  /** The weights that train. */
  readonly trained: WeightAddresses;
  /** The weights that are sampled. */
  readonly published: WeightAddresses;
  /** The weights that are only scored: frozen until they are refreshed. */
  readonly reference: WeightAddresses;
  /** The trained matrices, transposed and packed, for gradients of inputs. */
  readonly transposed: number;
  /** Adam's first moments. */
  readonly firstMoment: number;
  /** Adam's second moments. */
  readonly secondMoment: number;
  /** The gradient buffers, one a shard, one after the other. */
  readonly shards: number;
  /** How many there are. */
  readonly shardCount: number;
  /** The workers' activations, one arena a worker, one after the other. */
  readonly arenas: number;
  /** Bytes of an arena. */
  readonly arenaBytes: number;
  /** The most rows that go through the layers at a time. */
  readonly rows: number;
  /** Numbers that products and attention use for themselves. */
  readonly scratchNumbers: number;
  /** The most tokens whose keys and values an arena can cache. */
  readonly cachedTokens: number;
  /** How many workers there is room for. */
  readonly workers: number;
  /** Bytes of the whole memory. */
  readonly bytes: number;
}

/**
 * Lays out the memory of a model.
 *
 * @param kernels Say where memory is free and how much room products need.
 * @param workers How many workers are wanted; there may be room for fewer.
 * @throws {UserError} If the model does not fit in 4 GiB.
 */
export function layOutMemory(shape: Shape, kernels: Kernels, workers: number): MemoryLayout {
  const tensors = tensorsOf(shape);
  let next = 64 * Math.ceil(kernels.heapBase() / 64);
  const reserve = (bytes: number): number => {
    const address = next;
    next += 64 * Math.ceil(bytes / 64);
    return address;
  };
  const parameterBytes = tensors.parameters * NUMBER;
  const trained = { plain: reserve(parameterBytes), packed: reserve(parameterBytes) };
  const published = { plain: reserve(parameterBytes), packed: reserve(parameterBytes) };
  const reference = { plain: reserve(parameterBytes), packed: reserve(parameterBytes) };
  const transposed = reserve(parameterBytes);
  const firstMoment = reserve(parameterBytes);
  const secondMoment = reserve(parameterBytes);
  const shardCount = clamp(Math.floor(SHARD_BUDGET / parameterBytes), 1, MOST_SHARDS);
  const shards = reserve(shardCount * parameterBytes);
  const rows = clamp(Math.floor(ARENA_BUDGET / (rowNumbers(shape) * NUMBER)), shape.context, MOST_ROWS);
  const cachedTokens = Math.max(
    Math.floor((ARENA_BUDGET / 2) / (cachedNumbers(shape) * NUMBER)),
    shape.context,
  );
  const scratch = scratchNumbers(shape, kernels);
  const arenaBytes = 64 * NUMBER * Math.ceil(
    (
      scratch + ALIGNMENT_SLACK * (shape.layers + 4) +
      Math.max(
        rows * rowNumbers(shape),
        rows * rowNumbers({ ...shape, layers: 1 }) + cachedTokens * cachedNumbers(shape),
      )
    ) / 64,
  );
  const room = Math.min(workers, Math.floor((LARGEST_MEMORY - next) / arenaBytes));
  if (room < 1) {
    const size = ((next + arenaBytes) / 2 ** 30).toFixed(1);
    throw new UserError(
      `Expected a model that fits in 4 GiB but found one that needs ${size} GiB ` +
        `(tinyTransformer() with ${tensors.parameters} parameters and context ${shape.context})`,
    );
  }
  const arenas = reserve(room * arenaBytes);
  return {
    ...{ shape, tensors, trained, published, reference, transposed, firstMoment, secondMoment },
    ...{ shards, shardCount, arenas, arenaBytes, rows, cachedTokens },
    ...{ scratchNumbers: scratch, workers: room, bytes: next },
  };
}

/**
 * Numbers that a row needs on its way forward and back: what blocks keep (12 D and two roots each), buffers of gradients
 * (10 D), the feed-forward part's inside and the stream after all blocks (5 D), the head's (4 D) with logits, indices.
 */
function rowNumbers({ width, layers, vocabulary }: Shape): number {
  return layers * (12 * width + 2) + 20 * width + vocabulary + 16;
}

/** Numbers of a token's keys and values. */
function cachedNumbers({ width, layers }: Shape): number {
  return 2 * width * layers;
}

/** Numbers that products and attention use for themselves. */
function scratchNumbers({ width, heads, context, vocabulary }: Shape, kernels: Kernels): number {
  const product = kernels.scratchNumbers(Math.max(4 * width, vocabulary));
  const attention = (7 * (width / heads) + 96) * (context + 8);
  return Math.max(product, attention);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

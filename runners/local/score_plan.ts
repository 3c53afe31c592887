import type { Datum } from "../../lib/engine/engine.ts";
import { packBatch, type PackedBatch, unpack } from "./pack_batch.ts";
import { growTrees, type PrefixTree } from "./prefix_tree.ts";
import type { Scores, ScoreTask } from "./tasks.ts";

/** What cuts a batch: neither depends on the number of workers. */
export interface PlanLimits {
  /** Into how many shards a batch is dealt. */
  readonly shards: number;
  /** The most rows of a micro-batch. */
  readonly rows: number;
}

/** A batch cut into tasks for the workers. */
export interface ScorePlan {
  /** At most one a shard. */
  readonly tasks: readonly ScoreTask[];
  /** From the results of the tasks: log-probability and entropy of each token, by sequence; the first are 0. */
  collect(results: readonly (readonly Scores[])[]): { logprobs: Float32Array[]; entropies: Float32Array[] };
}

/**
 * Cuts a batch into tasks. Sequences that begin alike share rows; those without weights only go forward; trees of
 * sequences are dealt to the shards, the largest first, each to the shard with the least to do.
 */
export function planScores(data: readonly Datum[], temperature: number, limits: PlanLimits): ScorePlan {
  const shards = dealTrees(data, limits).map((trees, shard) => ({
    shard,
    batches: [
      ...cutBatches(trees.filter(({ weighed }) => weighed), limits.rows),
      ...cutBatches(trees.filter(({ weighed }) => !weighed), limits.rows),
    ].map((batch) => packBatch(data, batch)),
  })).filter(({ batches }) => batches.length > 0);
  return {
    tasks: shards.map(({ shard, batches }) => ({
      shard,
      temperature,
      batches: batches.map(({ batch }) => batch),
    })),
    collect: (results) => collect(data, shards.map(({ batches }) => batches), results),
  };
}

interface DealtTree extends PrefixTree {
  /** Whether a token of it has a weight, so that it must go back as well. */
  readonly weighed: boolean;
}

function dealTrees(data: readonly Datum[], limits: PlanLimits): DealtTree[][] {
  const sequences = data.map(({ tokens }) => tokens);
  const weights = data.map(isWeighed);
  const grow = (weighed: boolean): DealtTree[] => {
    const indices = [...data.keys()].filter((index) => weights[index] === weighed);
    return growTrees(sequences, indices, limits.rows).map((tree) => ({ ...tree, weighed }));
  };
  // The way back costs about twice the way forward.
  const cost = ({ rows, weighed }: DealtTree): number => weighed ? 3 * rows : rows;
  const shards = Array.from({ length: limits.shards }, () => ({ cost: 0, trees: new Array<DealtTree>() }));
  for (const tree of [...grow(true), ...grow(false)].toSorted((a, b) => cost(b) - cost(a))) {
    const least = shards.reduce((best, shard) => shard.cost < best.cost ? shard : best);
    least.cost += cost(tree);
    least.trees.push(tree);
  }
  return shards.map(({ trees }) => trees);
}

function isWeighed({ coefficients, entropy }: Datum): boolean {
  const isSet = (weight: number): boolean => weight !== 0;
  return coefficients.some(isSet) || (entropy?.some(isSet) ?? false);
}

function cutBatches(trees: readonly PrefixTree[], mostRows: number): PrefixTree[][] {
  const batches: PrefixTree[][] = [];
  let rows = Infinity;
  for (const tree of trees) {
    rows += tree.rows;
    if (rows > mostRows) {
      batches.push([]);
      rows = tree.rows;
    }
    batches.at(-1)?.push(tree);
  }
  return batches;
}

function collect(
  data: readonly Datum[],
  batches: readonly (readonly PackedBatch[])[],
  results: readonly (readonly Scores[])[],
): { logprobs: Float32Array[]; entropies: Float32Array[] } {
  const logprobs = data.map(({ tokens }) => new Float32Array(tokens.length));
  const entropies = data.map(({ tokens }) => new Float32Array(tokens.length));
  for (const [task, packed] of batches.entries()) {
    for (const [at, batch] of packed.entries()) {
      const scores = results[task]?.[at];
      if (scores === undefined) throw new RangeError(`No scores of batch ${at} of task ${task}`);
      unpack(batch, scores.logprobs, logprobs);
      unpack(batch, scores.entropies, entropies);
    }
  }
  return { logprobs, entropies };
}

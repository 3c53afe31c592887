import type { Datum, TokenSequence } from "../../lib/engine/engine.ts";
import { growTrees, type PrefixTree } from "./prefix_tree.ts";

/** What cuts a batch: neither depends on the number of workers. */
export interface PlanLimits {
  /** Into how many shards a batch is dealt. */
  readonly shards: number;
  /** The most rows of a micro-batch. */
  readonly rows: number;
}

/**
 * Cuts a batch into micro-batches, shard by shard. Sequences that begin alike grow into trees, those with weights apart
 * from those without; trees are dealt to the shards, the largest first, each to the shard with the least to do.
 *
 * @returns For each shard its micro-batches, those with weights first; for each micro-batch its trees.
 */
export function dealTrees(data: readonly Datum[], limits: PlanLimits): PrefixTree[][][] {
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
  return shards.map(({ trees }) => [
    ...cutBatches(trees.filter(({ weighed }) => weighed), limits.rows),
    ...cutBatches(trees.filter(({ weighed }) => !weighed), limits.rows),
  ]);
}

/** A sequence that only goes forward. */
export function unweighed(tokens: TokenSequence): Datum {
  return { tokens, coefficients: new Float32Array(tokens.length) };
}

interface DealtTree extends PrefixTree {
  /** Whether a token of it has a weight, so that it must go back as well. */
  readonly weighed: boolean;
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

import type { Datum } from "../../lib/engine/engine.ts";
import { dealTrees, type PlanLimits } from "./deal_trees.ts";
import { packBatch, type PackedBatch, unpack } from "./pack_batch.ts";
import type { Scores, ScoreTask } from "./tasks.ts";

/** A batch cut into tasks for the workers. */
export interface ScorePlan {
  /** At most one a shard. */
  readonly tasks: readonly ScoreTask[];
  /** From the results of the tasks: log-probability and entropy of each token, by sequence; the first are 0. */
  collect(results: readonly (readonly Scores[])[]): { logprobs: Float32Array[]; entropies: Float32Array[] };
}

/**
 * Cuts a batch into tasks. Sequences that begin alike share rows; those without weights only go forward.
 *
 * @param spec At which temperature to score, and with which weights.
 */
export function planScores(
  data: readonly Datum[],
  spec: Pick<ScoreTask, "temperature" | "weights">,
  limits: PlanLimits,
): ScorePlan {
  const shards = dealTrees(data, limits).map((batches, shard) => ({
    shard,
    batches: batches.map((trees) => packBatch(data, trees)),
  })).filter(({ batches }) => batches.length > 0);
  return {
    tasks: shards.map(({ shard, batches }) => ({
      ...spec,
      shard,
      batches: batches.map(({ batch }) => batch),
    })),
    collect: (results) => collect(data, shards.map(({ batches }) => batches), results),
  };
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

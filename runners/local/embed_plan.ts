import type { Span } from "../../lib/engine/engine.ts";
import { dealTrees, type PlanLimits, unweighed } from "./deal_trees.ts";
import { packRows, type Place, rowOf } from "./pack_rows.ts";
import type { EmbedTask } from "./tasks.ts";

/** Spans cut into tasks for the workers. */
export interface EmbedPlan {
  /** One a micro-batch. */
  readonly tasks: readonly EmbedTask[];
  /** The embeddings in the order of the spans, from the results of the tasks. */
  collect(results: readonly (readonly Float32Array[])[]): Float32Array[];
}

/** Cuts spans into tasks; those whose sequences begin alike share rows. */
export function planEmbeddings(spans: readonly Span[], limits: PlanLimits): EmbedPlan {
  const trees = dealTrees(spans.map(({ tokens }) => unweighed(tokens)), limits).flat();
  const packed = trees.map((batch) => packRows(spans, batch));
  return {
    tasks: packed.map(({ rows, places }) => ({ rows, spans: places.map((place) => spanRows(spans, place)) })),
    collect: (results) => collect(packed.map(({ places }) => places), results),
  };
}

function spanRows(spans: readonly Span[], place: Place): Uint32Array {
  const { tokens, from } = spans[place.sequence] ?? { tokens: [], from: 0 };
  return Uint32Array.from({ length: tokens.length - from }, (_, at) => rowOf(place, from + at));
}

function collect(
  tasks: readonly (readonly Place[])[],
  results: readonly (readonly Float32Array[])[],
): Float32Array[] {
  const embeddings: Float32Array[] = [];
  for (const [task, places] of tasks.entries()) {
    for (const [at, { sequence }] of places.entries()) {
      const embedding = results[task]?.[at];
      if (embedding === undefined) throw new RangeError(`No embedding ${at} of task ${task}`);
      embeddings[sequence] = embedding;
    }
  }
  return embeddings;
}

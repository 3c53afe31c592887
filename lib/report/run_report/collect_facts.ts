/**
 * The SQL behind a report.
 *
 * @module
 */
import * as v from "valibot";
import type { Reader } from "../../metrics/reader.ts";
import {
  type ChainAnswer,
  type DepthCount,
  drawnStarts,
  type HeldOutPoint,
  type LineageNode,
  longestText,
  type ReportFacts,
  type RunCost,
  type TrainedRollout,
  type TrainingPoint,
} from "./facts.ts";

/** So many stretches of training are drawn. */
const stretches = 120;

const maybe = v.nullable(v.number());
const training: v.GenericSchema<TrainingPoint> = v.object({
  run: v.string(),
  stretch: v.number(),
  tokens: v.number(),
  reward: maybe,
  solved: maybe,
  entropy: maybe,
  zeroVariance: maybe,
  depth: maybe,
  samplerGap: maybe,
  space: maybe,
  effectiveShare: maybe,
});
const heldOut: v.GenericSchema<HeldOutPoint> = v.object({
  run: v.string(),
  iteration: v.number(),
  tokens: v.number(),
  step: v.number(),
  value: maybe,
  error: maybe,
});
const depths: v.GenericSchema<DepthCount> = v.object({
  run: v.string(),
  depth: v.number(),
  starts: v.number(),
});
const costs: v.GenericSchema<RunCost> = v.object({
  run: v.string(),
  tokens: maybe,
  evaluationTokens: maybe,
  seconds: maybe,
  wall: maybe,
});
const lineage: v.GenericSchema<LineageNode & { run: string; root: string; starts: number }> = v.object({
  run: v.string(),
  root: v.string(),
  starts: v.number(),
  id: v.string(),
  parent: v.nullable(v.string()),
  depth: v.number(),
  mode: v.string(),
  born: v.number(),
  quality: maybe,
  solved: v.nullable(v.boolean()),
  visits: v.number(),
});
const answers: v.GenericSchema<ChainAnswer> = v.object({
  run: v.string(),
  task: v.string(),
  sample: v.number(),
  step: v.number(),
  quality: maybe,
  solved: v.boolean(),
  mode: v.nullable(v.string()),
  response: v.nullable(v.string()),
  length: maybe,
});
const rollouts: v.GenericSchema<TrainedRollout> = v.object({
  run: v.string(),
  iteration: v.number(),
  mode: v.string(),
  prompt: v.nullable(v.string()),
  response: v.string(),
  reward: maybe,
  advantage: maybe,
  solved: v.boolean(),
});

/** Whether a row is of the runs that are asked for. */
const chosen = `list_contains(from_json($runs, '["varchar"]'), run)`;

/**
 * Asks a reader what a report needs of some runs.
 *
 * @param steps K.
 * @param measure What of an answer is compared.
 */
export async function collectFacts(
  reader: Reader,
  runs: readonly string[],
  steps: number,
  measure: "solved" | "quality",
): Promise<ReportFacts> {
  const ask = async <Row>(row: v.GenericSchema<Row>, sql: string): Promise<Row[]> =>
    await rowsOf(reader, row, sql, { runs: JSON.stringify(runs) });
  const starts = await ask(
    lineage,
    `with sized as (
      select run, root, count(*)::int as starts, max(depth) as deepest from starts where ${chosen} group by all
    ), best as (
      from sized where deepest > 0
      qualify row_number() over (
        partition by run order by starts <= ${drawnStarts} desc, deepest desc, starts desc, root
      ) = 1
    )
    select run, root, best.starts, id, parent, depth, mode, born, quality, solved, visits
    from starts join best using (run, root)
    qualify row_number() over (partition by run order by born, depth, id) <= ${drawnStarts}
    order by run, born, depth, id`,
  );
  return {
    training: await ask(
      training,
      `with own as (from steps where ${chosen}),
      width as (select greatest(1, ceil(max(iteration) / ${stretches}))::int as width from own)
      select run, ((iteration - 1) // width)::int as stretch, max(tokens) as tokens, avg(reward) as reward,
        avg(solved) as solved, avg(entropy) as entropy, avg(zero_variance) as "zeroVariance", avg(depth) as depth,
        avg(sampler_gap) as "samplerGap", avg(space) as space, avg(effective_size / nullif(space, 0)) as "effectiveShare"
      from own, width group by all order by run, stretch`,
    ),
    heldOut: await ask(
      heldOut,
      `select curve.run, curve.iteration, coalesce(steps.tokens, 0) as tokens, step, curve.${measure} as value,
        curve.${measure}_se as error
      from (from macro_curves where ${chosen} and step in (0, ${Math.trunc(steps)})) as curve left join steps
        on curve.run = steps.run and curve.iteration = steps.iteration
      order by all`,
    ),
    depths: await ask(
      depths,
      `select run, depth, count(*)::int as starts from starts where active and ${chosen} group by all order by all`,
    ),
    costs: await ask(
      costs,
      `select run, tokens, "evaluationTokens", seconds, epoch(ended) - epoch(started) as wall
      from (from runs where ${chosen})
      left join (select run, max(tokens) as tokens, sum(seconds) as seconds from steps group by run) using (run)
      left join (
        select run, sum(tokens)::double as "evaluationTokens" from (
          select run, tokens from evaluations union all select run, tokens from resamples
        ) group by run
      ) using (run) order by run`,
    ),
    lineages: [...Map.groupBy(starts, ({ run }) => run).values()].flatMap((nodes) => {
      const [first] = nodes;
      return first === undefined ? [] : [{ run: first.run, root: first.root, starts: first.starts, nodes }];
    }),
    rollouts: await ask(
      rollouts,
      `with last as (select run, max(iteration) as iteration from rollouts where ${chosen} group by run),
      picked as (
        from rollouts join last using (run, iteration)
        qualify row_number() over (partition by run order by reward desc nulls last, group_index, rollout) = 1
          or row_number() over (partition by run order by reward nulls last, group_index, rollout) = 1
      )
      select picked.run, picked.iteration, coalesce(own_mode, mode) as mode,
        left(coalesce(picked.prompt, asked.prompt), ${longestText}) as prompt,
        left(response, ${longestText}) as response, picked.reward, advantage, picked.solved
      from picked join groups as asked using (run, iteration, group_index)
      order by picked.run, picked.reward desc nulls last, group_index, rollout`,
    ),
  };
}

/**
 * The chains of some held-out tasks at each run's last evaluation.
 *
 * @param tasks By id.
 */
export async function collectChains(
  reader: Reader,
  runs: readonly string[],
  tasks: readonly string[],
): Promise<ChainAnswer[]> {
  return await rowsOf(
    reader,
    answers,
    `with last as (select run, max(iteration) as iteration from evaluations where ${chosen} group by run)
    select run, task, sample, step, quality, solved, mode, left(response, ${longestText}) as response,
      length(response)::int as length
    from evaluations join last using (run, iteration)
    where list_contains(from_json($tasks, '["varchar"]'), task) order by all`,
    { runs: JSON.stringify(runs), tasks: JSON.stringify(tasks) },
  );
}

async function rowsOf<Row>(
  reader: Reader,
  row: v.GenericSchema<Row>,
  sql: string,
  params: Readonly<Record<string, string>>,
): Promise<Row[]> {
  const { columns, rows } = await reader.query(sql, params);
  return rows.map((values) =>
    v.parse(row, Object.fromEntries(columns.map(({ name }, at) => [name, values[at]])))
  );
}

/**
 * A folder of many closed runs, made by DuckDB in seconds: what a season of experiments leaves behind, for measuring how
 * fast it can be read. Every value follows from the run, the iteration and the task, so that two such folders are alike.
 *
 * Usage: deno run -A benchmarks/many_runs.ts DIR [RUNS]
 *
 * @module
 */
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { openDatabase, quote } from "../lib/database.ts";
import { exportTables } from "../lib/metrics/export.ts";
import { migrate } from "../lib/metrics/migrate.ts";
import { tables } from "../lib/metrics/schema.ts";

/** What a run holds: 10,000 rollouts, 26,112 held-out answers, 4,352 first attempts drawn anew, 1,506 starts. */
const shape = {
  iterations: 50,
  groups: 25,
  groupSize: 8,
  tasks: 256,
  samples: 2,
  steps: 16,
  evaluateEvery: 25,
  roots: 256,
  startsPerIteration: 25,
} as const;

/** The arms, and what each is better at than the first: a first answer that is right, and a step that mends one. */
const arms = [
  { arm: "grpo", curriculum: "uniform", first: 0, mend: 0 },
  { arm: "chain", curriculum: "fixed-depth", first: 0.005, mend: 0.01 },
  { arm: "improve", curriculum: "exit", first: 0.01, mend: 0.02 },
  { arm: "diverge", curriculum: "exit", first: 0.01, mend: 0.03 },
  { arm: "prioritized", curriculum: "prioritized", first: 0, mend: 0.005 },
] as const;

/** The number of rollouts in a run. */
export const rolloutsPerRun: number = shape.iterations * shape.groups * shape.groupSize;

/**
 * Writes closed runs into a folder, as many seeds of five arms as it takes.
 *
 * @param directory Made if it does not exist.
 * @param runs How many, from 1.
 * @returns Their names.
 */
export async function makeManyRuns(directory: string, runs: number = 100): Promise<string[]> {
  const { connection, close } = await openDatabase(":memory:", {});
  const names: string[] = [];
  try {
    await migrate(connection, directory);
    for (let index = 0; index < runs; index++) {
      const { arm, ...chosen } = arms[index % arms.length] ?? arms[0];
      const seed = Math.floor(index / arms.length) + 1;
      const run = `many-${arm}-s${seed}`;
      const folder = join(directory, run);
      await Deno.mkdir(folder, { recursive: true });
      for (const statement of inserts({ run, arm, seed, index, ...chosen })) await connection.run(statement);
      await exportTables(connection, folder);
      await clear(connection);
      names.push(run);
    }
  } finally {
    close();
  }
  return names;
}

/** One run to be made. */
interface MadeRun {
  readonly run: string;
  readonly arm: string;
  readonly seed: number;
  readonly index: number;
  readonly curriculum: string;
  readonly first: number;
  readonly mend: number;
}

/** A number in [0, 1) that follows from the arguments. */
function chance(...of: readonly (string | number)[]): string {
  return `(hash(${of.join(", ")}) % 1000003 / 1000003.0)`;
}

/** A text of 16 characters that follows from a hash, in the place of a grid of four by four. */
function grid(of: string): string {
  return `lpad(to_hex(${of}), 16, '0')`;
}

/** The statements that fill the tables with a run. */
function inserts({ run, arm, seed, index, curriculum, first, mend }: MadeRun): string[] {
  const { iterations, groups, groupSize, tasks, samples, steps, evaluateEvery, roots, startsPerIteration } =
    shape;
  const identity = `${quote(run)} as run, ${quote(arm)} as arm, ${seed} as seed`;
  const settings = JSON.stringify({
    domain: { kind: "sudoku", options: { size: 4, givens: [4, 6], testTasks: tasks } },
    policy: { kind: "tiny-transformer", options: { width: 64, layers: 3, heads: 4 } },
    objective: { kind: "grpo", options: { groups, groupSize, clip: 0.2 } },
    curriculum: { kind: curriculum, options: {} },
    operators: [],
    budget: { tokens: null, rollouts: null, iterations },
    sampling: { temperature: 1, maxTokens: 24 },
    evaluate: { every: evaluateEvery, steps, samples, tasks },
  });
  const start = (iteration: string, at: string): string =>
    `printf('%08x%08x', ${index} * 4096 + ${iteration}, ${at})`;
  const rollout = chance(index, "iteration", "group_index", "rollout");
  return [
    `insert into ${tables.runs.stored} by name select ${identity}, 'many' as experiment, md5('many') as plan_hash,
      md5(${quote(run)}) as job_hash, '0.1.0' as exitlab_version, 'sudoku' as domain,
      'tiny-transformer' as policy, 'made by DuckDB' as engine, ${quote(settings)} as settings,
      timestamp '2026-01-01' + to_minutes(${index}) as started,
      timestamp '2026-01-01' + to_minutes(${index} + 10) as ended, 'finished' as status`,
    `insert into rollouts by name
      select *, reward - 0.5 as advantage, 20 + (hash(rollout, iteration) % 12)::int as tokens, 'stop' as finish,
        0 as shortened, 'improve' as own_mode, not solved and quality < 0.1 as failed
      from (
        select *, if(solved, 1, quality) as reward from (
          select ${identity}, iteration, group_index, rollout, null as prompt,
            ${grid(`hash(${index}, iteration, group_index, rollout)`)} as response,
            ${rollout} as quality, ${rollout} < 0.3 + iteration / 200 as solved
          from range(1, ${iterations + 1}) as i(iteration), range(${groups}) as g(group_index),
            range(${groupSize}) as r(rollout)
        )
      )`,
    `insert into groups by name
      select ${identity}, iteration, group_index, if(group_index % 3 = 0, ${
      start("0", `group_index * iteration % ${roots}`)
    }, ${start("greatest(iteration - 1 - group_index % 5, 1)", "group_index")}) as start,
        ${start("0", `group_index * iteration % ${roots}`)} as root,
        if(group_index % 3 = 0, 'base', 'improve') as mode, 0 as turn, if(group_index % 3 = 0, 0,
        1 + group_index % 4) as depth, 0 as chain_step, ${groupSize} as size, avg(reward) as reward,
        avg(quality) as quality, avg(solved::int) as solved, var_pop(reward) as learnability,
        count(distinct solved) > 1 as trained,
        'Fill in the grid: ' || ${grid(`hash(${index}, iteration, group_index)`)} as prompt
      from rollouts group by iteration, group_index order by iteration, group_index`,
    `insert into steps by name
      select ${identity}, iteration, iteration * 5000 as tokens, iteration * ${
      groups * groupSize
    } as rollouts,
        avg(reward) as reward, avg(quality) as quality, avg(solved) as solved, avg((not trained)::int) as zero_variance,
        avg(depth) as depth, avg((depth > 0)::int) as replayed, 0.9 - iteration / 100 as entropy, 1.0 as gradient_norm,
        0.01 as clipped, 1e-6 as sampler_gap, 3e-4 as learning_rate,
        (${roots} + ${startsPerIteration} * iteration)::int as space, 100.0 + iteration as effective_size,
        '{"kappa":15}' as extra, 0.1 as seconds_sample, 0.1 as seconds_train, 0.2 as seconds,
        25000.0 as tokens_per_second,
        timestamp '2026-01-01' + to_minutes(${index}) + to_seconds(iteration) as time
      from groups group by iteration order by iteration`,
    `insert into ${tables.starts.stored} by name
      select ${identity}, ${start("born", "place")} as id, ${start("0", `place % ${roots}`)} as root,
        if(born = 0, null, ${start("born - 1", `place % ${startsPerIteration}`)}) as parent, 0 as turn,
        least(born, 16)::int as depth, if(born = 0, 'base', 'improve') as mode, born,
        ${chance(index, "born", "place")} / 4 as learnability, (hash(place, born) % 4)::int as visits,
        if(born = 0, null, ${
      chance("place", "born")
    }) as quality, if(born = 0, null, place % 3 = 0) as solved,
        if(born = 0, null, ${grid(`hash(${index}, born, place)`)}) as response, true as active,
        least(born + 1, ${iterations})::int as updated
      from range(0, ${
      iterations + 1
    }) as b(born), unnest(range(if(born = 0, ${roots}, ${startsPerIteration}))) as s(place)
      order by born, place`,
    `insert into evaluations by name
      select ${identity}, iteration, 'test' as split, task, sample, step, if(solved, 1, right_at / 2) as quality,
        solved, step > 0 and hash(task, sample, step, ${index}) % 3 = 0 as changed,
        20 + (hash(task, step) % 10)::int as tokens, ${
      grid(`hash(${index}, iteration, task, sample, if(solved, 0, step))`)
    } as response, 0 as shortened, if(step = 0, 'base', 'improve') as mode, false as failed,
        right_at as validation
      from (
        select *, right_at < 0.35 + ${first} + iteration / 400 + step * (0.005 + ${mend} * iteration / ${iterations})
          as solved
        from (
          select iteration, printf('task-%04d', task) as task, sample, step,
            (${chance("task")} + ${chance("task", "sample", "step // 4", index)}) / 2 as right_at
          from range(0, ${iterations + 1}, ${evaluateEvery}) as i(iteration), range(${tasks}) as t(task),
            range(${samples}) as c(sample), range(${steps + 1}) as k(step)
        )
      ) order by iteration, task, sample, step`,
    `insert into resamples by name
      select ${identity}, ${iterations} as iteration, 'test' as split, printf('task-%04d', task) as task, draw,
        ${chance("task", "draw", index)} as quality, ${
      chance("task", "draw", index)
    } < 0.4 as solved, 20 as tokens,
        ${grid(`hash(task, draw % 5)`)} as response, false as failed, ${chance("task", "draw")} as validation
      from range(${tasks}) as t(task), range(${steps + 1}) as d(draw) order by task, draw`,
    `insert into events by name select ${identity}, 0 as iteration, timestamp '2026-01-01' as time, 'info' as level,
      'surroundings' as kind, 'Made by DuckDB' as message`,
  ];
}

async function clear(connection: DuckDBConnection): Promise<void> {
  for (const { stored } of Object.values(tables)) await connection.run(`delete from ${stored}`);
}

if (import.meta.main) {
  const [directory = "runs", runs = "100"] = Deno.args;
  await makeManyRuns(directory, Number(runs));
}

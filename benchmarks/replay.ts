/**
 * How fast a logged run is replayed: 1,000 iterations of 64 starts with 8 rollouts each, under uniform, Exploratory
 * Iteration and prioritized replay. The log is made by DuckDB, so that no curriculum gives its starts.
 *
 * Usage: deno run -A benchmarks/replay.ts
 *
 * @module
 */
import { join } from "node:path";
import { openDatabase } from "../lib/database.ts";
import { exportTables } from "../lib/metrics/export.ts";
import { migrate } from "../lib/metrics/migrate.ts";
import { openRuns } from "../lib/metrics/reader.ts";
import { tables } from "../lib/metrics/schema.ts";
import { builtInCurriculum } from "../lib/replay/built_in_curricula.ts";
import { readLog } from "../lib/replay/read_log.ts";
import { replayRun } from "../lib/replay/replay_run.ts";
import { row } from "./row.ts";

const [iterations, starts, rollouts, tasks] = [1000, 64, 8, 4096];

/** Measures and prints one row each. */
export async function benchReplay(): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await makeRun(runs);
    const reader = await openRuns(runs);
    try {
      const began = performance.now();
      const log = await readLog(reader, "bench");
      row("open the log of a run", `${((performance.now() - began) / 1000).toFixed(2)} s`);
      let seen = 0;
      const reading = performance.now();
      for await (const { rounds } of log.read()) seen += rounds.length;
      row(`read ${iterations} × ${starts} × ${rollouts} rollouts`, since(reading), `${seen} rounds`);
      for (const names of [["uniform"], ["exit"], ["prioritized"], ["uniform", "exit", "prioritized"]]) {
        const subjects = names.map((name) => ({ name, part: builtInCurriculum(name), own: false }));
        const replaying = performance.now();
        await replayRun(log, subjects, { draws: 1 });
        row(`replay ${names.join(", ")}, reading included`, since(replaying));
      }
    } finally {
      reader.close();
    }
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

function since(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(2)} s`;
}

/** A run whose odd groups start from what the group before them left behind in the iteration before. */
async function makeRun(runs: string): Promise<void> {
  const folder = join(runs, "bench");
  await Deno.mkdir(folder);
  const { connection, close } = await openDatabase(":memory:", {});
  const identity = "'bench' as run, 'exit' as arm, 1 as seed";
  const task = `(iteration * 7919 + group_index * 104729) % ${tasks}`;
  const root = (of: string): string => `printf('%016x', ${of})`;
  const left = (iteration: string, group: string, rollout: string): string =>
    `printf('%016x', 1000000000 + ((${iteration}) * ${starts} + (${group})) * ${rollouts} + ${rollout})`;
  const before = `((iteration - 1) * 7919 + (group_index - 1) * 104729) % ${tasks}`;
  const history = "group_index % 2 = 1 and iteration > 1";
  try {
    await migrate(connection, folder);
    await connection.run(`insert into ${tables.runs.stored} by name select ${identity}, 'bench' as experiment,
      '{"curriculum":{"kind":"exit","options":{}}}' as settings, 'finished' as status,
      ${tasks} as training_tasks, true as iterates`);
    await connection.run(`insert into rollouts by name
      select ${identity}, iteration, group_index, rollout, left(md5(rollout || iteration), 16) as response,
        hash(iteration, group_index, rollout) % 2 as quality, quality = 1 as solved, quality as reward,
        quality as validation, false as failed,
        '[{"id":"' || ${
      left("iteration", "group_index", "rollout")
    } || '","turn":0,"depth":1,"mode":"base"}]' as successors
      from range(1, ${iterations + 1}) as i(iteration), range(${starts}) as g(group_index),
        range(${rollouts}) as r(rollout) order by all`);
    await connection.run(`insert into groups by name
      select ${identity}, iteration, group_index, if(${history}, ${
      left("iteration - 1", "group_index - 1", "0")
    },
        ${root(task)}) as start, 'task' as root, 'base' as mode, 0 as turn, if(${history}, 1, 0) as depth,
        0 as chain_step, if(${history}, ${before}, ${task}) as task, if(${history}, ${root(before)}, null)
        as start_parent, if(${history}, iteration - 1, 0) as start_born, group_index as chain, 0 as round,
        ${starts} as asked, var_pop(quality) as learnability
      from rollouts group by iteration, group_index order by iteration, group_index`);
    await exportTables(connection, folder);
  } finally {
    close();
  }
}

if (import.meta.main) await benchReplay();

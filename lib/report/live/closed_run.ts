import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { lockDown, openDatabase, quote } from "../../database.ts";
import { readColumns } from "../../metrics/columns.ts";
import { exportPath } from "../../metrics/export.ts";
import { migrate } from "../../metrics/migrate.ts";
import { type TableName, tables } from "../../metrics/schema.ts";
import type { RunIdentity } from "../../metrics/rows.ts";
import type { TailRecord } from "../../metrics/tail.ts";
import { views } from "../../metrics/views.ts";
import { cut } from "./cells.ts";
import type { ChainStep, HeldOutCurve } from "./held_out.ts";

/** A rollout of the last iteration of a run that has ended. */
export type ShownRollout = {
  /** The training iteration. */
  readonly iteration: number;
  /** The group. */
  readonly group: number;
  /** Position in the group. */
  readonly rollout: number;
  /** What was asked: base, improve, debug or diverge. */
  readonly mode: string;
  /** The prompt. */
  readonly prompt: string;
  /** What the policy wrote. */
  readonly response: string;
  /** Whether it solves the task. */
  readonly solved: boolean;
  /** The reward that training saw. */
  readonly reward: number | null;
};

/** A run that has ended, as what its tail and its evaluations come to. */
export interface ClosedRun {
  /** Whose it is. */
  readonly identity: RunIdentity;
  /** Its rows, evaluations left out. */
  readonly records: readonly TailRecord[];
  /** Its evaluations. */
  readonly curves: readonly HeldOutCurve[];
  /** One chain of the latest. */
  readonly chain: readonly ChainStep[];
}

/** The tables that are read as they are, and the columns of them. Long texts are left out, save a few. */
const whole: readonly {
  readonly name: TableName;
  readonly columns?: readonly string[];
  readonly sql: string;
}[] = [
  { name: "runs", sql: "from closed.runs" },
  { name: "steps", sql: "from closed.steps" },
  {
    name: "starts",
    columns: [
      ...["id", "root", "parent", "depth", "mode", "born", "learnability", "quality", "solved", "response"],
      ...["active", "updated"],
    ],
    sql: `select * replace (if(row_number() over (order by born desc) <= 6, response, null) as response)
      from closed.starts where active order by born`,
  },
  { name: "events", sql: "from closed.events" },
];

/**
 * Reads a run that has ended from its Parquet files.
 *
 * @param folder The run's folder.
 */
export async function readClosedRun(folder: string): Promise<ClosedRun> {
  const names = [...whole.map(({ name }) => name), "evaluations" as const];
  return await withParquet(folder, names, async (connection) => {
    const rows = async (sql: string): Promise<DuckDBValue[][]> =>
      (await connection.runAndReadAll(sql)).getRows();
    const [[run, arm, seed] = []] = await rows("select run, arm, seed from runs");
    const curves = await readCurves(rows);
    const chain = await readChain(rows);
    const records: TailRecord[] = [];
    await connection.run("create schema shown; use shown");
    for (const { name, columns, sql } of whole) {
      await connection.run(`create view ${name} as ${sql}`);
      const table = tables[name];
      const chosen = columns === undefined
        ? table
        : { ...table, columns: table.columns.filter((column) => columns.includes(column.name)) };
      for await (const part of readColumns(connection, chosen)) records.push({ [name]: part });
    }
    return { identity: { run: String(run), arm: String(arm), seed: Number(seed) }, records, curves, chain };
  });
}

type Rows = (sql: string) => Promise<DuckDBValue[][]>;

/** The evaluations, as in the view `curves`. */
async function readCurves(rows: Rows): Promise<HeldOutCurve[]> {
  const sql = views.find(({ name }) => name === "curves")?.sql ?? "";
  const found = await rows(
    `select iteration, split, step, tasks, solved, solved_se, quality from (${sql}) order by iteration, split, step`,
  );
  const byCurve = Map.groupBy(found, ([iteration, split]) => JSON.stringify([iteration, split]));
  return [...byCurve.values()].map((points): HeldOutCurve => ({
    iteration: Number(points[0]?.[0]),
    split: String(points[0]?.[1]),
    points: points.map(([, , step, tasks, solved, solvedSe, quality]) => ({
      step: Number(step),
      tasks: Number(tasks),
      solved: Number(solved),
      solvedSe: numberOrNull(solvedSe),
      quality: numberOrNull(quality),
    })),
  }));
}

/** The first chain of the latest evaluation. */
async function readChain(rows: Rows): Promise<ChainStep[]> {
  const found = await rows(
    `with first as (from evaluations where iteration = (select max(iteration) from evaluations) limit 1)
    select task, iteration, step, mode, solved, evaluations.quality, evaluations.response
    from (select iteration, split, task, sample from first) join evaluations using (iteration, split, task, sample)
    where response is not null order by step`,
  );
  return found.map(([task, iteration, step, mode, solved, quality, response]): ChainStep => ({
    task: String(task),
    iteration: Number(iteration),
    step: Number(step),
    mode: typeof mode === "string" ? mode : "",
    solved: solved === true,
    quality: numberOrNull(quality),
    response: cut(String(response)),
  }));
}

function numberOrNull(value: DuckDBValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** So many groups of the last iteration are shown, and so many rollouts of each. */
const [shownGroups, shownOfGroup] = [2, 4];

/**
 * Some rollouts of a run's last iteration; none while it has not ended.
 *
 * @param folder The run's folder.
 */
export async function latestRollouts(folder: string): Promise<readonly ShownRollout[]> {
  if (await missing(exportPath(folder, "runs"))) return [];
  return await withParquet(folder, ["rollouts", "groups"], async (connection) => {
    const result = await connection.runAndReadAll(
      `select iteration, group_index, rollout, coalesce(own_mode, groups.mode), coalesce(rollouts.prompt, groups.prompt),
        response, rollouts.solved, rollouts.reward
      from rollouts left join groups using (iteration, group_index)
      where iteration = (select max(iteration) from rollouts) and group_index < ${shownGroups}
        and rollout < ${shownOfGroup} order by group_index, rollout`,
    );
    return result.getRows().map((
      [iteration, group, rollout, mode, prompt, response, solved, reward],
    ): ShownRollout => ({
      iteration: Number(iteration),
      group: Number(group),
      rollout: Number(rollout),
      mode: typeof mode === "string" ? mode : "",
      prompt: cut(typeof prompt === "string" ? prompt : ""),
      response: cut(typeof response === "string" ? response : ""),
      solved: solved === true,
      reward: numberOrNull(reward),
    }));
  });
}

/** Opens a run's Parquet files as tables, columns that are younger than they are included. */
async function withParquet<T>(
  folder: string,
  names: readonly TableName[],
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const real = await Deno.realPath(folder);
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "", threads: "1" });
  try {
    await migrate(connection, folder);
    await connection.run("create schema closed");
    for (const name of names) {
      const path = exportPath(real, name);
      const rows = await missing(path) ? "" : `union all by name from read_parquet(${quote(path)})`;
      await connection.run(`create view closed.${name} as from main.${name} ${rows}`);
    }
    await connection.run("use closed");
    await lockDown(connection, [real]);
    return await work(connection);
  } finally {
    close();
  }
}

async function missing(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => false, () => true);
}

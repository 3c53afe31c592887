/**
 * A run's tables with other verdicts.
 *
 * @module
 */
import { join } from "node:path";
import { lockDown, openDatabase } from "../database.ts";
import type { Domain } from "../domain/domain.ts";
import { finishedMark } from "../loop/finished_mark.ts";
import { appendColumns, type Columns, toColumns } from "../metrics/columns.ts";
import { exportTables } from "../metrics/export.ts";
import { migrate } from "../metrics/migrate.ts";
import type { EventRow } from "../metrics/rows.ts";
import { type TableName, tables } from "../metrics/schema.ts";
import { writeDurably } from "../write_durably.ts";
import { answers } from "./rescore_answers.ts";
import { rowsOf, type RunLog } from "./rescore_log.ts";
import {
  groupsUnder,
  identityUnder,
  pick,
  startsUnder,
  stepsUnder,
  stepVerdicts,
} from "./rescore_columns.ts";
import { rescoredName, ruleOf } from "./rescore_rule.ts";
import type { RescoredRun } from "./rescore_run.ts";

/** What is written beside verdicts. */
export interface RescoredNote {
  /** What was graded by what, one sentence. */
  readonly message: string;
  /** What of this machine decides the domain's verdicts; `null` if it does not say. */
  readonly surroundings: string | null;
  /** When: ISO 8601, UTC. Wall clock. */
  readonly time: string;
}

/**
 * Writes a run's folder with the new verdicts, as a run that was closed. Figures that only its training could know, such as
 * rewards and advantages, are `null` in it; chains, draws and searches that the rule does not answer for are left out.
 *
 * @param folder Where; it does not exist.
 */
export async function writeRescored(
  log: RunLog,
  rescored: RescoredRun,
  domain: Domain,
  folder: string,
  note: RescoredNote,
): Promise<void> {
  await Deno.mkdir(folder);
  const place = await Deno.realPath(folder);
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await lockDown(connection, [place]);
    await migrate(connection, folder);
    const rule = ruleOf(domain);
    const shared = { run: rescoredName(log.run, rule), arm: log.arm, seed: log.seed };
    const add = async (name: TableName, columns: Columns): Promise<void> =>
      await appendColumns(connection, tables[name], columns, shared);
    await add("runs", identityUnder(log.identity, rule));
    for (const name of ["evaluations", "resamples", "nodes", "rollouts"] as const) {
      for await (const columns of answers(log, rescored, name, "now")) await add(name, columns);
    }
    for await (const columns of log.chunks("groups")) await add("groups", groupsUnder(columns, rescored));
    for await (const columns of log.chunks("starts")) {
      await add("starts", await startsUnder(columns, rescored, domain.traits.turns === "multi"));
    }
    const own = `${String(log.identity["domain"]?.[0])}_`;
    const steps = stepVerdicts(rescored);
    for await (const columns of log.chunks("steps")) await add("steps", stepsUnder(columns, steps, own));
    for await (const columns of log.chunks("events")) {
      // Figures of the domain's own are of the old rule.
      await add("events", pick(columns, rowsOf(columns).map((row) => row("kind") !== "domain-figures")));
    }
    await add("events", toColumns(tables.events, eventsOf(note, Math.max(0, ...steps.keys()))));
    await exportTables(connection, place);
  } catch (error) {
    await Deno.remove(place, { recursive: true }).catch(() => {});
    throw error;
  } finally {
    close();
  }
  if (log.identity["status"]?.[0] === "finished") {
    await writeDurably(join(place, finishedMark), new Uint8Array());
  }
}

function eventsOf({ message, surroundings, time }: RescoredNote, iteration: number): EventRow[] {
  const event = { iteration, time, level: "info" };
  return [
    { ...event, kind: "rescored", message },
    ...surroundings === null ? [] : [{ ...event, kind: "surroundings", message: surroundings }],
  ];
}

import type { Columns } from "../metrics/columns.ts";
import { pick, verdictColumns } from "./rescore_columns.ts";
import { rowsOf, type RunLog } from "./rescore_log.ts";
import { type AnswerTable, keptRows, type RescoredRun } from "./rescore_run.ts";

/** The rows of a table that are kept, with the verdicts of a rule. */
export async function* answers(
  log: RunLog,
  rescored: RescoredRun,
  name: AnswerTable,
  verdicts: "old" | "now",
): AsyncGenerator<Columns> {
  const graded = rescored.tables[name];
  // Of training all responses stay, for the lineage of what came of them.
  const kept = name === "rollouts" ? graded.rows.map(() => true) : keptRows(graded);
  let at = 0;
  for await (const columns of log.chunks(name)) {
    const rows = rowsOf(columns).length;
    const changed = verdicts === "old"
      ? columns
      : { ...columns, ...verdictColumns(graded.rows.slice(at, at + rows), name) };
    yield pick(changed, kept.slice(at, at + rows));
    at += rows;
  }
}

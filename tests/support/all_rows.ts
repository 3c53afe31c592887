import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { tables, wallClockColumns } from "exitlab/lib/metrics/schema.ts";
import type { Json } from "exitlab/lib/json.ts";

/** Every row of every table of the runs in a folder, in a fixed order, without the columns that hold clock times. */
export async function allRows(runs: string): Promise<Record<string, readonly (readonly Json[])[]>> {
  const reader = await openRuns(runs);
  const all: Record<string, readonly (readonly Json[])[]> = {};
  for (const { name } of Object.values(tables)) {
    const clock = wallClockColumns[name] ?? [];
    const columns = clock.length === 0 ? "*" : `* exclude (${clock.join(", ")})`;
    all[name] = (await reader.query(`select ${columns} from ${name} order by all`)).rows;
  }
  reader.close();
  return all;
}

import { join } from "node:path";
import { openRuns } from "../../lib/metrics/reader.ts";
import { type ArmRow, armTable, type CurveRow, curveRows } from "../../lib/metrics/statistics.ts";
import { type Scaffold, scaffoldOf } from "../../lib/metrics/scaffold.ts";
import { shortWords } from "../../lib/report/scaffold_words.ts";
import { textTable } from "../../lib/report/text_table.ts";
import { benchmarkTable, change, share } from "./run_summary.ts";
import { parseFigures, usageText } from "./eval_usage.ts";
import { shellWord } from "./shell_word.ts";

/**
 * What a finished evaluation came to: the solved share at a few k, each benchmark by itself, and how to put it beside others.
 *
 * @param runs The folder of all runs.
 * @param id The run's name.
 */
export async function hostedSummary(runs: string, id: string): Promise<string> {
  const reader = await openRuns(runs);
  let arms: ArmRow[];
  let curves: CurveRow[];
  let usage: string;
  let scaffold: Scaffold;
  try {
    arms = await armTable(reader, { runs: [id] });
    curves = await curveRows(reader, { runs: [id] });
    const { rows } = await reader.query(
      "select message from events where run = $1 and kind = 'hosted-usage' order by time desc limit 1",
      [id],
    );
    const { rows: settings } = await reader.query("select settings::varchar from runs where run = $1", [id]);
    scaffold = scaffoldOf(settings.map(([text]) => JSON.parse(String(text))));
    usage = rows.map(([message]) => usageText(parseFigures(String(message)))).join("");
  } finally {
    reader.close();
  }
  const last = Math.max(0, ...arms.map(({ steps }) => steps));
  return [
    "",
    `Solved share of held-out tasks after k self-improvement steps, ${
      shortWords[scaffold]
    } (± one standard error over tasks):`,
    "",
    textTable([
      ["model", "tasks", "k = 0", "k = 1", "k = 4", "k = 16", `Δ${last}`],
      ...arms.map(({ arm, tasks, k0, k1, k4, k16, delta }) => [
        arm,
        String(tasks),
        ...[k0, k1, k4, k16].map(share),
        change(delta),
      ]),
    ]),
    "",
    ...benchmarkTable(curves, last),
    usage,
    "",
    `Compare:  deno task compare ${shellWord(join(runs, id))} runs/OTHER`,
  ].join("\n");
}

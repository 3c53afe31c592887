import { join } from "node:path";
import type { Job } from "../../lib/experiment/settings.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { explainWriteError } from "../../lib/loop/write_error.ts";
import { type Estimate, mean } from "../../lib/metrics/estimate.ts";
import { openRuns, type Reader } from "../../lib/metrics/reader.ts";
import { type Scaffold, scaffoldOf } from "../../lib/metrics/scaffold.ts";
import { type ArmRow, armTable, type CurveRow, curveRows } from "../../lib/metrics/statistics.ts";
import { curveSvg } from "../../lib/report/curve_svg.ts";
import { macroCaption } from "../../lib/report/figures.ts";
import { axisWords, shortWords } from "../../lib/report/scaffold_words.ts";
import { terminalChart } from "../../lib/report/terminal_chart.ts";
import { textTable } from "../../lib/report/text_table.ts";
import { shellWord } from "./shell_word.ts";

/** The k that the chart shows, as far as they were measured. */
const chartSteps: readonly number[] = [0, 1, 2, 4, 8, 16];

/**
 * What the jobs of a plan came to: a table of arms, a chart, the same as SVG, and how to dig further.
 *
 * @param runs The folder of all runs; the picture goes to `reports/` in it.
 */
export async function summarize(
  runs: string,
  plan: { readonly name: string; readonly hash: string },
  jobs: readonly Job[],
): Promise<string> {
  const reader = await openRuns(runs);
  const selection = { runs: jobs.map(({ id }) => id) };
  let tokens: string;
  let arms: ArmRow[];
  let curves: CurveRow[];
  try {
    arms = inJobOrder(await armTable(reader, selection), jobs);
    curves = inJobOrder(await curveRows(reader, selection), jobs);
    tokens = await generatedTokens(reader, jobs);
  } finally {
    reader.close();
  }
  const last = Math.max(...arms.map(({ steps }) => steps));
  const warnings = reader.warnings.map((warning) => `warning: ${warning}`);
  const picture = join(runs, "reports", `${plan.name}-${plan.hash.slice(0, 8)}.svg`);
  const scaffold = scaffoldOf(jobs.map(({ settings: { evaluate } }) => ({ evaluate })));
  await writePicture(picture, plan.name, curves, scaffold);
  const names = jobs.map(({ id }) => `'${id}'`).join(", ");
  const split = curves.some(({ benchmarks }) => benchmarks.length > 0) ? "split, " : "";
  const sql = `select arm, ${split}step, avg(quality) q, avg(solved) s from final_scores ` +
    `where run in (${names}) group by all order by all`;
  const over = macroCaption(Math.max(...curves.map(({ benchmarks }) => benchmarks.length)));
  return [
    "",
    `Solved share of held-out tasks after k self-improvement steps (${
      shortWords[scaffold]
    }, ± one standard error${over}):`,
    "",
    textTable([
      ["arm", "seeds", "k = 0", "k = 1", "k = 4", "k = 16", `Δ${last}`],
      ...arms.map((
        { arm, seeds, k0, k1, k4, k16, delta, steps },
      ) => [arm, String(seeds), ...[k0, k1, k4, k16].map(share), steps === last ? change(delta) : "–"]),
    ]),
    "",
    ...benchmarkTable(curves, last),
    chart(curves),
    "",
    reading(arms),
    `Generated training tokens a run: ${tokens}.`,
    ...warnings,
    "",
    `Picture:      ${picture}`,
    `Dig further:  deno task sql "${sql}"${runs === "runs" ? "" : ` --runs ${shellWord(runs)}`}`,
  ].join("\n");
}

/** Each benchmark by itself, where there are several; the figures above are means over them. */
export function benchmarkTable(curves: readonly CurveRow[], last: number): string[] {
  const names = new Set(curves.flatMap(({ benchmarks }) => benchmarks.map(({ benchmark }) => benchmark)));
  if (names.size === 0) return [];
  const rows = [...names].flatMap((name) =>
    [...Map.groupBy(curves, ({ arm }) => arm)].map(([arm, curve]) => {
      const [first, end] = [0, last].map((k) =>
        curve.find(({ step }) => step === k)?.benchmarks.find(({ benchmark }) => benchmark === name)
      );
      const solved = [first, end].map((at) => share(at?.solved ?? null));
      return [name, arm, String(first?.tasks ?? 0), ...solved, change(end?.gain ?? null)];
    })
  );
  return [
    "Each benchmark by itself; they weigh the same above, however many tasks they have:",
    "",
    textTable([["benchmark", "arm", "tasks", "k = 0", `k = ${last}`, `Δ${last}`], ...rows]),
    "",
  ];
}

/** Arms are to be compared at equal compute: what each run of an arm generated, as a mean over its seeds. */
async function generatedTokens(reader: Reader, jobs: readonly Job[]): Promise<string> {
  const { rows } = await reader.query("select run, max(tokens)::double from steps group by all");
  const spent = new Map(rows.map(([run, tokens]) => [String(run), Number(tokens)]));
  const arms = [...new Set(jobs.map(({ arm }) => arm))];
  return arms.map((arm) => {
    const runs = jobs.filter((job) => job.arm === arm).map(({ id }) => spent.get(id) ?? 0);
    return `${arm} ${Math.round(mean(runs)).toLocaleString("en")}`;
  }).join(", ");
}

function inJobOrder<Row extends { readonly arm: string }>(rows: readonly Row[], jobs: readonly Job[]): Row[] {
  const order = jobs.map(({ arm }) => arm);
  return rows.toSorted((a, b) => order.indexOf(a.arm) - order.indexOf(b.arm));
}

/** An estimate with its standard error, as `0.612 ± 0.043`; a dash for none. */
export function share(value: Estimate | null): string {
  if (value === null) return "–";
  return value.standardError === null
    ? value.mean.toFixed(3)
    : `${value.mean.toFixed(3)} ± ${value.standardError.toFixed(3)}`;
}

/** A difference with its sign and standard error. */
export function change(value: Estimate | null): string {
  return value !== null && value.mean >= 0 ? `+${share(value)}` : share(value);
}

function chart(curves: readonly CurveRow[]): string {
  const steps = chartSteps.filter((step) => curves.some((row) => row.step === step));
  const series = [...new Set(curves.map(({ arm }) => arm))].map((arm) => ({
    name: arm,
    values: steps.map((step) => curves.find((row) => row.arm === arm && row.step === step)?.solved.mean ?? 0),
  }));
  return terminalChart(steps.map((step) => step === 0 ? "k=0" : String(step)), series);
}

/** What the figures can and cannot show. */
function reading(arms: readonly ArmRow[]): string {
  const seeds = Math.min(...arms.map(({ seeds }) => seeds));
  if (seeds === 1) {
    return [
      "One seed shows whether training works and which way each curve bends. It cannot rank the arms: the errors above",
      "are over tasks within one run, and another seed moves an arm by more. Run several seeds before believing an order.",
    ].join("\n");
  }
  return `Errors are over ${seeds} seeds. With few seeds they are rough themselves: treat a difference of less than ` +
    "about twice its error as none.";
}

async function writePicture(
  path: string,
  name: string,
  curves: readonly CurveRow[],
  scaffold: Scaffold,
): Promise<void> {
  const title = `${name}: solved share after k self-improvement steps`;
  const benchmarks = Math.max(...curves.map((row) => row.benchmarks.length));
  const measured = `solved share of held-out tasks${macroCaption(benchmarks)}${axisWords[scaffold]}`;
  const points = curves.map(({ arm, step, solved }) => ({
    arm,
    step,
    solved: solved.mean,
    standardError: solved.standardError ?? 0,
  }));
  try {
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await writeDurably(path, new TextEncoder().encode(curveSvg(title, points, measured)));
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

import { chartFigure } from "../charts/chart_figure.ts";
import { type ChartLine, lineChart } from "../charts/line_chart.ts";
import { compact, count, nothing, plural, share } from "../figures.ts";
import type { Html } from "../page/html.ts";
import { html } from "../page/html.ts";
import type { TrainingFigure } from "../training_figures.ts";
import type { HeldOutCurve } from "./held_out.ts";
import type { LiveRun } from "./run_feed.ts";

/** Pictures are small: many stand side by side. */
export const pictureSize = { width: 520, height: 260 } as const;

/** The name of a run in a picture: arm and seed, with the experiment where there are several, or else its id. */
export function runNames(runs: readonly LiveRun[]): ReadonlyMap<string, string> {
  const several = new Set(runs.map(({ experiment }) => experiment)).size > 1;
  const short = ({ run, arm, seed, experiment }: LiveRun): string =>
    arm === "" ? run : `${several ? `${experiment} ` : ""}${arm} ${seed}`;
  const taken = new Map<string, number>();
  for (const run of runs) taken.set(short(run), (taken.get(short(run)) ?? 0) + 1);
  return new Map(runs.map((run) => [run.key, taken.get(short(run)) === 1 ? short(run) : run.run]));
}

/** The chart of a figure with a line for each run. */
export function figureChart(chart: TrainingFigure, runs: readonly LiveRun[]): Html {
  const { column, title, axis, meaning } = chart;
  const names = runNames(runs);
  const series = runs.map((run) => ({
    name: names.get(run.key) ?? run.run,
    points: run.series[column],
    latest: run.latest[column],
    width: run.width,
  }));
  if (series.every(({ points }) => points.length === 0)) {
    return html`
      <h3>${title}</h3>
      <p class="faint">No iteration has it yet.</p>
    `;
  }
  const widths = series.filter(({ width }) => width > 1);
  const thinned = widths.length === 0
    ? ""
    : ` A point is the mean of up to ${count(Math.max(...widths.map(({ width }) => width)))} iterations.`;
  const said = series.map(({ name, latest }) => `${name} ${share(latest)}`).join(", ");
  const picture = lineChart({
    ...pictureSize,
    series,
    title,
    description: `${meaning} Latest: ${said}.`,
    x: "iteration",
    y: axis,
  });
  return html`<h3>${title}</h3>${
    chartFigure(picture, `${meaning}${thinned}`, [
      ["run", "points", "first", "lowest", "highest", "latest"],
      ...series.map(({ name, points, latest }) => {
        const values = points.map(({ y }) => y);
        return [
          name,
          count(points.length),
          figureText(values[0] ?? null),
          figureText(values.length === 0 ? null : Math.min(...values)),
          figureText(values.length === 0 ? null : Math.max(...values)),
          figureText(latest),
        ];
      }),
    ])
  }`;
}

/** The chart of held-out curves: solved share by k. */
export function heldOutChart(
  title: string,
  meaning: string,
  curves: readonly { readonly name: string; readonly curve: HeldOutCurve }[],
): Html {
  if (curves.length === 0) {
    return html`
      <h3>${title}</h3>
      <p class="faint">There is no evaluation yet.</p>
    `;
  }
  const series = curves.map(({ name, curve }): ChartLine => ({
    name,
    points: curve.points.map(({ step, solved, solvedSe }) => ({
      x: step,
      y: solved,
      ...solvedSe === null
        ? {}
        : { low: Math.max(0, solved - 1.96 * solvedSe), high: Math.min(1, solved + 1.96 * solvedSe) },
    })),
  }));
  const steps = Math.max(...curves.flatMap(({ curve }) => curve.points.map(({ step }) => step)));
  const picture = lineChart({
    ...pictureSize,
    series,
    title,
    description: `${meaning} ${
      curves.map(({ name, curve }) => {
        const [first, last] = [curve.points[0], curve.points.at(-1)];
        return `${name}: ${share(first?.solved ?? null)} at k = 0, ${share(last?.solved ?? null)} at k = ${
          last?.step ?? 0
        }.`;
      }).join(" ")
    }`,
    x: {
      label: "k, self-improvement steps",
      ticks: [...Array(steps + 1).keys()].filter((k) => steps <= 8 || k % 4 === 0),
      format: "d",
    },
    y: "solved share",
  });
  return html`<h3>${title}</h3>${
    chartFigure(picture, `${meaning} Bands are ± 1.96 standard errors over tasks, within 0 and 1.`, [
      ["line", "iteration", "k", "tasks", "solved", "standard error"],
      ...curves.flatMap(({ name, curve }) =>
        curve.points.map(({ step, tasks, solved, solvedSe }) => [
          name,
          count(curve.iteration),
          String(step),
          plural(tasks, "task"),
          share(solved),
          share(solvedSe),
        ])
      ),
    ])
  }`;
}

/** A figure of any size with enough of its digits. */
export function figureText(value: number | null): string {
  if (value === null) return nothing;
  const size = Math.abs(value);
  return size >= 1000 ? compact(value) : size !== 0 && size < 0.001 ? value.toExponential(2) : share(value);
}

import * as Plot from "@observablehq/plot";
import { armColour } from "../page/theme.ts";
import { shortName, textWidth } from "./chart_text.ts";
import { type ChartWords, draw } from "./draw.ts";

/** One bar, or one part of a stacked bar. */
export interface ChartBar {
  /** Where it stands: bars of one label are stacked. */
  readonly label: string;
  /** What it is part of, such as a mode; the same colour for the same name. */
  readonly series: string;
  /** Its height, from 0. */
  readonly value: number;
}

/** What a bar chart is made from. */
export interface BarChart extends ChartWords {
  /** The bars, in order. */
  readonly bars: readonly ChartBar[];
  /** What the labels are. */
  readonly x: string;
  /** What the heights are. */
  readonly y: string;
  /** In pixels; default 640. */
  readonly width?: number;
  /** In pixels; default 300. */
  readonly height?: number;
}

/**
 * Bars as SVG text, stacked where several have one label.
 *
 * @example
 * ```ts
 * import { barChart } from "exitlab/lib/report/charts/bar_chart.ts";
 *
 * barChart({
 *   bars: [{ label: "0", series: "starts", value: 3 }, { label: "1", series: "starts", value: 5 }],
 *   x: "depth",
 *   y: "starts",
 *   title: "Task space by depth",
 *   description: "3 starts of depth 0, 5 of depth 1.",
 * });
 * ```
 */
export function barChart(chart: BarChart): string {
  const { bars, width = 640, height = 300 } = chart;
  const labels = [...new Set(bars.map(({ label }) => label))];
  const series = [...new Set(bars.map(({ series }) => series))];
  return draw({
    width,
    height,
    marginLeft: 52,
    marginTop: 28,
    marginBottom: 42,
    marginRight: 20 +
      (series.length > 1 ? Math.max(...series.map((name) => textWidth(shortName(name)))) + 10 : 0),
    x: { type: "band", domain: labels, label: chart.x, padding: 0.15, ...everyNth(labels, width - 72) },
    y: { label: chart.y, grid: true, nice: true },
    marks: [
      ...series.map((name, place) =>
        Plot.barY(stacked(bars, series.slice(0, place), name), {
          x: "label",
          y1: "from",
          y2: "to",
          fill: armColour(place),
          className: `series-${place}`,
        })
      ),
      ...series.length < 2 ? [] : series.map((name, place) =>
        Plot.text([name], {
          frameAnchor: "top-right",
          text: () => shortName(name),
          fill: armColour(place),
          fontWeight: 600,
          textAnchor: "start",
          dx: 10,
          dy: 15 * place,
        })
      ),
      Plot.ruleY([0]),
    ],
  }, chart);
}

/** The bars of one series, on top of those before it. */
function stacked(
  bars: readonly ChartBar[],
  below: readonly string[],
  name: string,
): { readonly label: string; readonly from: number; readonly to: number }[] {
  return bars.filter(({ series }) => series === name).map(({ label, value }) => {
    const from = bars.filter((bar) => bar.label === label && below.includes(bar.series))
      .reduce((sum, bar) => sum + bar.value, 0);
    return { label, from, to: from + value };
  });
}

/** Ticks at as many labels as there is room for, in pixels. */
function everyNth(labels: readonly string[], width: number): { ticks?: string[] } {
  const room = Math.max(1, Math.floor(width / (6 + Math.max(0, ...labels.map(textWidth)))));
  if (labels.length <= room) return {};
  const nth = Math.ceil(labels.length / room);
  return { ticks: labels.filter((_, at) => at % nth === 0) };
}

import * as Plot from "@observablehq/plot";
import { armColour, colourCount } from "../page/theme.ts";
import { spreadLabels } from "./spread_labels.ts";
import { type ChartWords, draw } from "./draw.ts";

/** A point of a line. */
export interface ChartPoint {
  /** Where it stands. */
  readonly x: number;
  /** What was measured. */
  readonly y: number;
  /** The lower end of its interval, if it has one. */
  readonly low?: number | null;
  /** The upper end. */
  readonly high?: number | null;
}

/** A line with its name. */
export interface ChartLine {
  /** What it is called at its end. */
  readonly name: string;
  /** Its points, by x. Those that are not finite are left out. */
  readonly points: readonly ChartPoint[];
}

/** An axis: its label alone, or more. */
export type ChartAxis = string | {
  /** What it measures. */
  readonly label: string;
  /** `"sqrt"` gives the first steps more room; default `"linear"`. */
  readonly scale?: "linear" | "sqrt" | "log";
  /** Where ticks stand; chosen when left out. */
  readonly ticks?: readonly number[];
  /** How ticks are written: `"compact"` for 1.5M, or as d3-format says; chosen when left out. */
  readonly format?: string;
};

/** What a line chart is made from. */
export interface LineChart extends ChartWords {
  /** The lines; each keeps the colour of its place. */
  readonly series: readonly ChartLine[];
  /** The horizontal axis. */
  readonly x: ChartAxis;
  /** The vertical axis. */
  readonly y: ChartAxis;
  /** In pixels; default 640. */
  readonly width?: number;
  /** In pixels; default 360. */
  readonly height?: number;
}

/** The marks of lines, so that they are told apart without colours. */
const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "times"] as const;

/** The width of a letter, the height of a line, in pixels. */
const [letterWidth, lineHeight] = [6.6, 14];

/** Lines with more points than this have a mark at their end alone. */
const markedPoints = 40;

/** Names longer than this are cut in the picture; the table beside it has all of them. */
const longestName = 28;

/**
 * Lines as SVG text, with a band where points have intervals.
 *
 * @example
 * ```ts
 * import { lineChart } from "exitlab/lib/report/charts/line_chart.ts";
 * import assert from "node:assert/strict";
 *
 * const points = [{ x: 0, y: 0.5, low: 0.4, high: 0.6 }, { x: 1, y: 0.6, low: 0.5, high: 0.7 }];
 * const text = lineChart({
 *   series: [{ name: "exit", points }],
 *   x: "k",
 *   y: "solved",
 *   title: "Curve",
 *   description: "exit rises from 0.5 to 0.6.",
 * });
 * assert.match(text, /<title>Curve<\/title>/);
 * ```
 */
export function lineChart(chart: LineChart): string {
  const { width = 640, height = 360 } = chart;
  const series = chart.series.map(({ name, points }, place) => ({
    name: name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name,
    colour: armColour(place),
    className: `series-${place}`,
    dash: place >= colourCount ? { strokeDasharray: "5 3" } : {},
    symbol: symbols[place % symbols.length] ?? "circle",
    points: points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  })).filter(({ points }) => points.length > 0);
  const [x, y] = [axis(chart.x), axis(chart.y)];
  const edges = series.flatMap(({ points }) =>
    points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])
  );
  const [bottom, top] = bounds(edges, y.scale);
  const perPixel = (top - bottom) / Math.max(1, height - 70);
  const ends = series.flatMap(({ name, colour, points }) =>
    points.slice(-1).map((point) => ({ ...point, name, colour }))
  );
  const labels = spreadLabels(ends, lineHeight * perPixel, bottom);
  return draw({
    width,
    height,
    marginLeft: 52,
    marginTop: 28,
    marginRight: 20 + Math.ceil(letterWidth * Math.max(0, ...series.map(({ name }) => name.length))),
    marginBottom: 42,
    x: { type: x.scale, label: x.label, labelAnchor: "center", ...x.ticks },
    y: {
      type: y.scale,
      domain: [bottom, top],
      label: y.label,
      grid: true,
      nice: true,
      ...Math.max(Math.abs(bottom), Math.abs(top)) < 0.001 ? { tickFormat: "~e" } : {},
      ...y.ticks,
    },
    marks: series.flatMap(({ name, className, colour, dash, symbol, points }) => {
      const banded = points.flatMap(({ x, low, high }) =>
        typeof low === "number" && typeof high === "number" ? [{ x, low, high }] : []
      );
      const own = labels.filter((label) => label.name === name && label.colour === colour);
      return [
        ...banded.length === 0 ? [] : [Plot.areaY(banded, {
          x: "x",
          y1: "low",
          y2: "high",
          fill: colour,
          fillOpacity: 0.14,
          className,
        })],
        Plot.lineY(points, {
          x: "x",
          y: "y",
          stroke: colour,
          strokeWidth: 2,
          ...dash,
          className,
        }),
        Plot.dot(points.length > markedPoints ? points.slice(-1) : points, {
          x: "x",
          y: "y",
          fill: colour,
          symbol,
          r: 3,
          className,
        }),
        Plot.text(own, {
          x: "x",
          y: "height",
          text: () => name,
          fill: colour,
          fontWeight: 600,
          dx: 9,
          textAnchor: "start",
          className,
        }),
      ];
    }),
  }, chart);
}

function axis(given: ChartAxis): {
  readonly label: string;
  readonly scale: "linear" | "sqrt" | "log";
  readonly ticks: { ticks?: number[]; tickFormat?: string | ((value: number) => string) };
} {
  if (typeof given === "string") return { label: given, scale: "linear", ticks: {} };
  const { label, scale = "linear", ticks, format } = given;
  return {
    label,
    scale,
    ticks: {
      ...ticks === undefined ? {} : { ticks: [...ticks] },
      ...format === undefined ? {} : { tickFormat: format === "compact" ? compactTick : format },
    },
  };
}

/** Where the vertical axis begins and ends: at zero where that is near. */
function bounds(values: readonly number[], scale: "linear" | "sqrt" | "log"): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (scale === "log") return [low, low === high ? low * 10 : high];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low * 1.2), Math.max(0, low * 1.2)];
  return [low > 0 && low < high / 2 ? 0 : low, high];
}

function compactTick(value: number): string {
  return value.toLocaleString("en", { notation: "compact" });
}

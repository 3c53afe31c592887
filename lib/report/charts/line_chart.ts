import * as Plot from "@observablehq/plot";
import { armColour, colourCount } from "../page/theme.ts";
import { lineHeight, shortName, symbols, textWidth } from "./chart_text.ts";
import { type ChartWords, draw } from "./draw.ts";
import { spreadLabels } from "./spread_labels.ts";

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

/** The horizontal axis: its label alone, or more. */
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
  /** What the vertical axis measures, with its unit. */
  readonly y: string;
  /** In pixels; default 640. */
  readonly width?: number;
  /** In pixels; default 360; more where so many names need it. */
  readonly height?: number;
}

/** Lines with more points than this have a mark at their end alone. */
const markedPoints = 40;

/** What a picture has above and below its frame, in pixels. */
const [above, below] = [28, 42];

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
  const { width = 640 } = chart;
  const series = chart.series.map(({ name, points }, place) => ({
    place,
    name: shortName(name),
    colour: armColour(place),
    className: `series-${place}`,
    dash: place >= colourCount ? { strokeDasharray: "5 3" } : {},
    symbol: symbols[place % symbols.length] ?? "circle",
    points: points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  })).filter(({ points }) => points.length > 0);
  const x = axis(chart.x);
  const edges = series.flatMap(({ points }) =>
    points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])
  );
  const [bottom, top] = bounds(edges);
  const height = Math.max(chart.height ?? 360, above + below + lineHeight * series.length);
  const ends = series.flatMap(({ place, points }) => points.slice(-1).map((point) => ({ ...point, place })));
  const labels = spreadLabels(ends, lineHeight * (top - bottom) / (height - above - below), bottom, top);
  return draw({
    width,
    height,
    marginLeft: 52,
    marginTop: above,
    marginRight: 20 + Math.max(0, ...series.map(({ name }) => textWidth(name))),
    marginBottom: below,
    x: { type: x.scale, label: x.label, labelAnchor: "center", ...x.ticks },
    y: {
      domain: [bottom, top],
      label: chart.y,
      grid: true,
      nice: true,
      ...Math.max(Math.abs(bottom), Math.abs(top)) < 0.001 ? { tickFormat: tinyTick } : {},
    },
    marks: [
      ...bottom < 0 && top > 0 ? [Plot.ruleY([0], { stroke: "var(--faint)" })] : [],
      ...series.flatMap(({ place, name, className, colour, dash, symbol, points }) => {
        const banded = points.flatMap(({ x, low, high }) =>
          typeof low === "number" && typeof high === "number" ? [{ x, low, high }] : []
        );
        const own = labels.filter((label) => label.place === place);
        return [
          ...banded.length === 0 ? [] : [Plot.areaY(banded, {
            x: "x",
            y1: "low",
            y2: "high",
            fill: colour,
            fillOpacity: Math.min(0.14, 0.6 / series.length),
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
            stroke: "var(--ground)",
            strokeWidth: 4,
            dx: 9,
            textAnchor: "start",
            className,
          }),
        ];
      }),
    ],
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
function bounds(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low * 1.2), Math.max(0, low * 1.2)];
  return [low > 0 && low < high / 2 ? 0 : low, high];
}

function tinyTick(value: number): string {
  return value === 0 ? "0" : String(Number(value.toPrecision(2)));
}

function compactTick(value: number): string {
  return value.toLocaleString("en", { notation: "compact" });
}

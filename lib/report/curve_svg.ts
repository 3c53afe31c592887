/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A point of a self-improvement curve. */
export interface CurvePoint {
  /** The arm. */
  readonly arm: string;
  /** k, self-improvement steps. */
  readonly step: number;
  /** Solved share of the latest iterate, or what else is measured; in [0, 1]. */
  readonly solved: number;
  /** Its standard error. */
  readonly standardError: number;
}

/** The look of a picture that stands alone, light or dark. */
const style = `svg{background:#fff;color:#1b1f24;font-family:system-ui,sans-serif;font-size:12px}
@media (prefers-color-scheme:dark){svg{background:#14171a;color:#e6e8ea}}`;

/** The width of a letter of a label, and the height of a line of them as a share of the plot's, about. */
const [letterWidth, lineShare] = [7, 0.04];

/** Where each arm's name stands: at the end of its curve, or as near to it as the others let it. */
function labels(
  points: readonly CurvePoint[],
  arms: readonly string[],
): { readonly arm: string; readonly step: number; readonly height: number }[] {
  const edges = points.flatMap((
    { solved, standardError },
  ) => [solved - standardError, solved + standardError]);
  const line = lineShare * (Math.max(...edges) - Math.min(...edges));
  const ends = arms.flatMap((arm) => points.findLast((point) => point.arm === arm) ?? [])
    .toSorted((a, b) => a.solved - b.solved);
  const heights = ends.map(({ solved }) => solved);
  // Neighbours that are too near push each other apart, until none is.
  for (let round = 0; round < 100; round++) {
    for (const [at, height] of heights.entries()) {
      const below = heights[at - 1];
      if (below === undefined || height - below >= line) continue;
      const middle = (height + below) / 2;
      [heights[at - 1], heights[at]] = [middle - line / 2, middle + line / 2];
    }
  }
  return ends.map(({ arm, step, solved }, at) => ({ arm, step, height: heights[at] ?? solved }));
}

/**
 * Self-improvement curves as an SVG picture that stands alone: what is measured against k, one line an arm, with a band of
 * one standard error on either side.
 *
 * @param title Read out by screen readers.
 * @param measured What the height of a curve is.
 */
export function curveSvg(
  title: string,
  points: readonly CurvePoint[],
  measured: string = "solved share of held-out tasks",
): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const arms = [...new Set(points.map(({ arm }) => arm))];
  const plot = Plot.plot({
    document,
    width: 720,
    height: 420,
    marginLeft: 50,
    marginRight: 16 + letterWidth * Math.max(0, ...arms.map(({ length }) => length)),
    marginBottom: 40,
    x: { type: "sqrt", label: "k, self-improvement steps", ticks: [0, 1, 2, 4, 8, 16], tickFormat: "d" },
    y: { label: measured, grid: true, nice: true },
    color: { domain: arms, scheme: "observable10" },
    marks: [
      Plot.areaY(points, {
        x: "step",
        y1: (point: CurvePoint) => point.solved - point.standardError,
        y2: (point: CurvePoint) => point.solved + point.standardError,
        fill: "arm",
        fillOpacity: 0.15,
      }),
      Plot.lineY(points, { x: "step", y: "solved", stroke: "arm", strokeWidth: 2 }),
      Plot.dot(points, { x: "step", y: "solved", fill: "arm", r: 2.5 }),
      Plot.text(labels(points, arms), {
        x: "step",
        y: "height",
        text: "arm",
        fill: "arm",
        dx: 8,
        textAnchor: "start",
      }),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", title);
  const sheet = document.createElement("style");
  sheet.textContent = style;
  const caption = document.createElement("title");
  caption.textContent = title;
  plot.prepend(caption, sheet);
  return plot.outerHTML;
}

/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A point of a self-improvement curve. */
export interface CurvePoint {
  /** The arm. */
  readonly arm: string;
  /** k, self-improvement steps. */
  readonly step: number;
  /** Solved share of the latest iterate, in [0, 1]. */
  readonly solved: number;
  /** Its standard error. */
  readonly standardError: number;
}

/** The look of a picture that stands alone, light or dark. */
const style = `svg{background:#fff;color:#1b1f24;font-family:system-ui,sans-serif;font-size:12px}
@media (prefers-color-scheme:dark){svg{background:#14171a;color:#e6e8ea}}`;

/**
 * Self-improvement curves as an SVG picture that stands alone: solved share against k, one line an arm, with a band of
 * one standard error on either side.
 *
 * @param title Shown above, and read out by screen readers.
 */
export function curveSvg(title: string, points: readonly CurvePoint[]): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const arms = [...new Set(points.map(({ arm }) => arm))];
  const plot = Plot.plot({
    document,
    width: 720,
    height: 420,
    marginLeft: 50,
    marginRight: 90,
    x: { type: "sqrt", label: "k, self-improvement steps", ticks: [0, 1, 2, 4, 8, 16], tickFormat: "d" },
    y: { label: "solved share of held-out tasks", grid: true, nice: true },
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
      Plot.text(
        points,
        Plot.selectLast({
          x: "step",
          y: "solved",
          z: "arm",
          text: "arm",
          fill: "arm",
          dx: 8,
          textAnchor: "start",
        }),
      ),
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

import { type Html, html, type HtmlValue, svg } from "../page/html.ts";
import { table } from "../page/table.ts";
import type { LineChart } from "./line_chart.ts";

/**
 * A picture in a page with the figures behind it, folded away in a table that the keyboard reaches.
 *
 * @param picture SVG text of `lib/report/charts`.
 * @param caption What it shows, for all readers.
 * @param rows The figures; the first row is the head.
 */
export function chartFigure(
  picture: string,
  caption: HtmlValue,
  rows: readonly (readonly string[])[],
): Html {
  return html`
    <figure>
      <div class="picture">${svg(picture)}</div>
      <figcaption>${caption}</figcaption>
      <details><summary>Data</summary>${table(rows)}</details>
    </figure>
  `;
}

/**
 * The points of a line chart as rows: a line for each, by x.
 *
 * @param write How a value is written.
 */
export function lineRows(
  { series, x, y }: Pick<LineChart, "series" | "x" | "y">,
  write: (value: number) => string = (value) => String(value),
): string[][] {
  const intervals = series.some(({ points }) => points.some(({ low }) => typeof low === "number"));
  return [
    ["line", typeof x === "string" ? x : x.label, y, ...intervals ? ["from", "to"] : []],
    ...series.flatMap((line) =>
      line.points.map((point) => [
        line.name,
        String(point.x),
        write(point.y),
        ...intervals ? [point.low, point.high].map((end) => typeof end === "number" ? write(end) : "–") : [],
      ])
    ),
  ];
}

import type { Json } from "../json.ts";
import { type BarChart, barChart } from "../report/charts/bar_chart.ts";
import { type LineChart, lineChart } from "../report/charts/line_chart.ts";
import { treeChart } from "../report/charts/tree_chart.ts";
import { cellText } from "../report/cell_text.ts";
import { html } from "../report/page/html.ts";
import { display, type Displayed } from "./display.ts";
import type { ResultTable } from "./result_table.ts";

/** A picture for a notebook. */
export class Picture {
  /** SVG text that stands alone. */
  readonly svg: string;
  /** What it shows, in words. */
  readonly description: string;

  /**
   * Takes what `lib/report/charts` drew.
   *
   * @param description What it shows, for those who do not see it.
   */
  constructor(svg: string, description: string) {
    this.svg = svg;
    this.description = description;
  }

  /** Itself, its words, and a figure with both: exporters of HTML take the shapes out of an SVG that stands alone. */
  [display](): Displayed {
    const source = `data:image/svg+xml;base64,${new TextEncoder().encode(this.svg).toBase64()}`;
    return {
      "text/plain": this.description.replaceAll(/\p{Cc}/gu, "·"),
      "image/svg+xml": this.svg,
      "text/html": String(html`<figure><img alt="${this.description}" src="${source}" /></figure>`),
    };
  }
}

/** Which columns of a table are drawn, and how. */
export type LinesOptions = Pick<LineChart, "title" | "width" | "height"> & {
  /** The column of horizontal positions, or an axis that names it as its label. */
  readonly x: LineChart["x"];
  /** The column of heights. */
  readonly y: string;
  /** The column that says which line a row belongs to; one line when left out. */
  readonly by?: string;
  /** The columns of the ends of an interval around `y`. */
  readonly interval?: readonly [low: string, high: string];
  /** What it shows, for those who do not see it; made of the figures when left out. */
  readonly description?: string;
};

/**
 * Rows of a query as lines.
 *
 * @throws {UserError} If a column is not there.
 *
 * @example
 * ```ts
 * import { lines, runs } from "exitlab/notebook";
 * import assert from "node:assert/strict";
 *
 * const { sql, close } = await runs("notebooks/example_runs");
 * const growth = await sql`from space_growth where seed = 1`;
 * const picture = lines(growth, { x: "iteration", y: "starts", by: "arm", title: "The task space grows" });
 * assert.match(picture.description, /^exit: 8 at 1, /);
 * close();
 * ```
 */
export function lines(table: ResultTable, options: LinesOptions): Picture {
  const { x, y, by, interval, title, width, height } = options;
  const column = typeof x === "string" ? x : x.label;
  const [across, up] = [table.column(column), table.column(y)];
  const [low, high] = (interval ?? []).map((name) => table.column(name));
  const series = split(table, by).map(({ name, rows }) => ({
    name,
    points: rows.flatMap((at) => {
      const [x, y] = [across[at], up[at]];
      if (typeof x !== "number" || typeof y !== "number") return [];
      return [{ x, y, low: finite(low?.[at]), high: finite(high?.[at]) }];
    }),
  }));
  const description = options.description ??
    series.map(({ name, points }) => {
      const shown = points.length > 3 ? [points[0], points[points.length >> 1], points.at(-1)] : points;
      const words = shown.flatMap((point) =>
        point === undefined ? [] : [`${cellText(point.y)} at ${cellText(point.x)}`]
      );
      return `${name}: ${words.join(", ")}`;
    }).join("; ");
  const size = { ...width === undefined ? {} : { width }, ...height === undefined ? {} : { height } };
  return new Picture(lineChart({ series, x, y, title, description, ...size }), description);
}

/** Which columns of a table are drawn, and how. */
export type BarsOptions = Pick<BarChart, "title"> & {
  /** The column of labels. */
  readonly x: string;
  /** The column of heights. */
  readonly y: string;
  /** The column that says which part of a stacked bar a row is. */
  readonly by?: string;
  /** What it shows, for those who do not see it; made of the figures when left out. */
  readonly description?: string;
};

/**
 * Rows of a query as bars, stacked where several have one label.
 *
 * @throws {UserError} If a column is not there.
 */
export function bars(table: ResultTable, { x, y, by, title, description }: BarsOptions): Picture {
  const [labels, heights] = [table.column(x), table.column(y)];
  const drawn = split(table, by).flatMap(({ name, rows }) =>
    rows.map((at) => ({
      label: cellText(labels[at] ?? null),
      series: name,
      value: finite(heights[at]) ?? 0,
    }))
  );
  const words = description ??
    drawn.map(({ label, series, value }) =>
      `${by === undefined ? "" : `${series}, `}${label}: ${cellText(value)}`
    )
      .join("; ");
  return new Picture(barChart({ bars: drawn, x, y, title, description: words }), words);
}

/** Which columns of a table are drawn, and how. */
export type TreeOptions = Pick<BarChart, "title"> & {
  /** The column of names of nodes. */
  readonly id: string;
  /** The column of the nodes that they come from; parents stand before their children. */
  readonly parent: string;
  /** The column of places from left to right. */
  readonly depth: string;
  /** The column of kinds. */
  readonly kind: string;
  /** The column that says which nodes are filled. */
  readonly filled: string;
  /** What it shows, for those who do not see it; made of the figures when left out. */
  readonly description?: string;
};

/**
 * Rows of a query as a tree.
 *
 * @throws {UserError} If a column is not there.
 */
export function tree(table: ResultTable, options: TreeOptions): Picture {
  const [ids, parents, depths, kinds, filled] = [
    ...[options.id, options.parent, options.depth, options.kind, options.filled],
  ].map((name) => table.column(name));
  const nodes = (ids ?? []).map((id, at) => ({
    id: cellText(id),
    parent: parents?.[at] === null ? null : cellText(parents?.[at] ?? null),
    depth: finite(depths?.[at]) ?? 0,
    kind: cellText(kinds?.[at] ?? null),
    filled: filled?.[at] === true,
    note: "",
  }));
  const words = options.description ??
    [...Map.groupBy(nodes, ({ depth }) => depth)].toSorted(([a], [b]) => a - b)
      .map(([depth, own]) =>
        `${options.depth} ${depth}: ${own.length}, of them ${options.filled} ${
          own.filter(({ filled }) => filled).length
        }`
      ).join("; ");
  return new Picture(
    treeChart({ nodes, x: options.depth, title: options.title, description: words }),
    words,
  );
}

/** The rows of each value of a column, by their places; in alphabetical order, so that an arm keeps its colour. */
function split(
  table: ResultTable,
  by: string | undefined,
): { readonly name: string; readonly rows: readonly number[] }[] {
  const names = by === undefined ? table.rows.map(() => "") : table.column(by).map(cellText);
  return [...Map.groupBy(names.keys(), (at) => names[at] ?? "")]
    .map(([name, rows]) => ({ name, rows }))
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
}

function finite(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

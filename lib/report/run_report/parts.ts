/**
 * What all sections of a report are made with.
 *
 * @module
 */
import type { Comparison } from "../../metrics/comparison.ts";
import { mean, standardError } from "../../metrics/estimate.ts";
import type { RunResults } from "../../metrics/run_results.ts";
import { chartFigure, lineRows } from "../charts/chart_figure.ts";
import { type ChartLine, type ChartPoint, type LineChart, lineChart } from "../charts/line_chart.ts";
import { share } from "../figures.ts";
import { type Html, html } from "../page/html.ts";
import type { ChainAnswer, ReportFacts } from "./facts.ts";

/** Where a run ran, if that had a price. */
export type RunPrice = {
  /** The hardware's name. */
  readonly hardware: string;
  /** US dollars an hour. */
  readonly perHour: number;
};

/** All that a report is made from. */
export type ReportSource = {
  /** What the page is called. */
  readonly title: string;
  /** The arms, and what their differences show. */
  readonly comparison: Comparison;
  /** The results behind it. */
  readonly results: readonly RunResults[];
  /** What was asked of the runs besides. */
  readonly facts: ReportFacts;
  /** The chains of the tasks that are shown. */
  readonly chains: readonly ChainAnswer[];
  /** The tasks that are shown, and why. */
  readonly tasks: readonly ChosenTask[];
  /** What hardware cost, by run. */
  readonly prices: ReadonlyMap<string, RunPrice>;
  /** How to make the page again. */
  readonly command: string;
};

/** A held-out task whose answers are shown. */
export type ChosenTask = {
  /** Its id. */
  readonly task: string;
  /** Why this one. */
  readonly why: string;
};

/** A section of the page. */
export type Section = {
  /** What links to it name. */
  readonly id: string;
  /** Its heading. */
  readonly title: string;
  /** What stands in it. */
  readonly body: Html;
};

/** Keeps the pictures of a page, which are written beside it too. */
export class Gallery {
  readonly #pictures = new Map<string, string>();

  /** All pictures: SVG text by name. */
  get pictures(): ReadonlyMap<string, string> {
    return this.#pictures;
  }

  /** A picture with its title and caption, and the figures behind it. */
  show(
    name: string,
    title: string,
    picture: string,
    caption: string,
    rows: readonly (readonly string[])[],
  ): Html {
    this.#pictures.set(name, picture);
    return chartFigure(picture, html`<b>${title}.</b> ${caption}`, rows);
  }

  /** Lines with their caption; nothing if there is no point to draw. */
  lines(name: string, chart: Omit<LineChart, "description">, caption: string): Html | undefined {
    const drawn = chart.series.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) return undefined;
    const ends = drawn.map(({ name, points }) => `${name} ${share(points.at(-1)?.y ?? null)}`);
    const description = `${caption} ${drawn.length === 1 ? "The line ends" : "Lines end"} at ${
      ends.join(", ")
    }.`;
    return this.show(
      name,
      chart.title,
      lineChart({ ...chart, description }),
      caption,
      lineRows(chart, share),
    );
  }
}

/** A value of a run somewhere on an axis. */
export type RunValue = {
  /** The run. */
  readonly run: string;
  /** What is the same in the runs that are averaged, such as the iteration. */
  readonly place: number;
  /** Where it stands on the axis. */
  readonly x: number;
  /** The value. */
  readonly y: number | null;
  /** Its own standard error, which counts where there is one run. */
  readonly error?: number | null;
};

/**
 * A line an arm: means over its runs at places that all of them have, with one standard error over seeds on either side
 * (over tasks where there is one seed, and the value has one).
 */
export function armLines({ arms }: Comparison, values: readonly RunValue[]): ChartLine[] {
  const byRun = Map.groupBy(values, ({ run }) => run);
  return arms.map(({ label, runs }) => {
    const own = runs.flatMap(({ run }) => byRun.get(run) ?? []);
    const places = Map.groupBy(own.filter(({ y }) => y !== null), ({ place }) => place);
    const points = [...places.values()].filter(({ length }) => length === runs.length).map(
      (at): ChartPoint => {
        const [y, x] = [mean(at.map(({ y }) => y ?? NaN)), mean(at.map(({ x }) => x))];
        const error = standardError(at.map(({ y }) => y ?? NaN)) ?? at[0]?.error ?? null;
        return error === null ? { x, y } : { x, y, low: y - error, high: y + error };
      },
    );
    return { name: label, points: points.toSorted((a, b) => a.x - b.x) };
  });
}

/** The axis of training compute. */
export const tokensAxis = { label: "generated training tokens", format: "compact" } as const;

/** The size of a picture that stands beside others: letters stay legible on paper and on a telephone. */
export const smallPicture = { width: 500, height: 290 } as const;

/** Pictures side by side where there is room. */
export function grid(pictures: readonly (Html | undefined)[]): Html {
  const shown = pictures.filter((picture) => picture !== undefined);
  return shown.length === 0 ? html`` : html`<div class="grid">${shown}</div>`;
}

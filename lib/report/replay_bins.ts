import { mean } from "../metrics/estimate.ts";
import type { FigureName } from "../replay/figures.ts";
import type { IntervalEstimate } from "../replay/interval.ts";
import type { IterationFigures } from "../replay/replay_results.ts";

/** The mean of a figure over some iterations in a row. */
export interface FigureBin {
  /** The first of them. */
  readonly from: number;
  /** The last of them. */
  readonly to: number;
  /** The mean over those that have the figure; `null` if none has. */
  readonly mean: number | null;
  /** The mean of their standard errors; `null` if one has none. */
  readonly error: number | null;
}

/**
 * A figure over iterations in at most so many bins of equal width.
 *
 * @param series By iteration, in order.
 * @param most The most bins; at least 1.
 */
export function figureBins(series: readonly IterationFigures[], name: FigureName, most: number): FigureBin[] {
  const [first, last] = [series[0]?.iteration ?? 1, series.at(-1)?.iteration ?? 0];
  const width = Math.ceil((last - first + 1) / most);
  const bins = Map.groupBy(series, ({ iteration }) => Math.floor((iteration - first) / width));
  return [...bins].map(([bin, own]) => ({
    from: first + bin * width,
    to: Math.min(last, first + (bin + 1) * width - 1),
    ...binned(own.flatMap(({ figures }) => figures[name] ?? [])),
  }));
}

function binned(values: readonly IntervalEstimate[]): Pick<FigureBin, "mean" | "error"> {
  const errors = values.flatMap(({ error }) => error ?? []);
  return {
    mean: values.length === 0 ? null : mean(values.map((value) => value.mean)),
    error: values.length === 0 || errors.length < values.length ? null : mean(errors),
  };
}

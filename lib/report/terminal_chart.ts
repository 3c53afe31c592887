/** One line of a chart: a value for each place on the x axis. */
export interface ChartSeries {
  /** Its name in the legend. */
  readonly name: string;
  /** Values, one for each x label; all finite. */
  readonly values: readonly number[];
}

const marks = ["●", "▲", "■", "◆", "○", "△", "□", "◇"];

/**
 * A line chart in characters, with a legend below.
 *
 * @param labels Of the x axis, evenly spaced.
 * @param rows Height in lines.
 *
 * @example
 * ```ts
 * import { terminalChart } from "exitlab/lib/report/terminal_chart.ts";
 *
 * terminalChart(["0", "1", "16"], [{ name: "exit", values: [0.6, 0.65, 0.68] }], 8);
 * ```
 */
export function terminalChart(
  labels: readonly string[],
  series: readonly ChartSeries[],
  rows: number = 12,
): string {
  const all = series.flatMap(({ values }) => values);
  const [low, high] = bounds(Math.min(...all), Math.max(...all));
  const columnWidth = 9;
  const width = (labels.length - 1) * columnWidth + 1;
  const canvas = Array.from({ length: rows }, () => Array.from({ length: width }, () => " "));
  const rowOf = (value: number): number => Math.round((high - value) / (high - low) * (rows - 1));
  const put = (row: number, column: number, mark: string): void => {
    const line = canvas[row];
    if (line !== undefined && column >= 0 && column < width) line[column] = mark;
  };
  for (const { values } of series) {
    for (const [index, value] of values.entries()) {
      const next = values[index + 1] ?? value;
      for (let step = 1; step < columnWidth; step++) {
        put(rowOf(value + (next - value) * step / columnWidth), index * columnWidth + step, "·");
      }
    }
  }
  for (const [at, { values }] of series.entries()) {
    for (const [index, value] of values.entries()) {
      put(rowOf(value), index * columnWidth, marks[at % marks.length] ?? "●");
    }
  }
  const lines = canvas.map((line, row) => {
    const value = high - (high - low) * row / Math.max(1, rows - 1);
    return `${value.toFixed(3).padStart(6)} ┤${line.join("")}`.trimEnd();
  });
  const axis = `${" ".repeat(7)}└${"─".repeat(width)}`;
  const ticks = " ".repeat(8) + labels.map((label) => label.padEnd(columnWidth)).join("");
  const legend = series.map(({ name }, at) => `${marks[at % marks.length]} ${name}`).join("   ");
  return [...lines, axis, ticks.trimEnd(), `${" ".repeat(8)}${legend}`].join("\n");
}

/** Round bounds around the values, never equal. */
function bounds(low: number, high: number): readonly [number, number] {
  const span = Math.max(high - low, 0.05);
  const unit = span > 0.4 ? 0.1 : 0.02;
  const bottom = Math.floor((low - span * 0.05) / unit) * unit;
  const top = Math.ceil((high + span * 0.05) / unit) * unit;
  return [Math.max(0, bottom), top];
}

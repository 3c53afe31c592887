import type { Matrix } from "./matrix.ts";

/**
 * The rows of a matrix without zeros, after a shift and a division of each column. A column of which at least half is
 * zero (a word of TF-IDF) keeps its zeros and is not shifted: its mean is no larger than its spread, so nothing is lost
 * where the mean is taken off later. Any other column is shifted to the mean 0.
 */
export interface CentredRows {
  /** n, how many rows. */
  readonly rows: number;
  /** p, how many columns. */
  readonly columns: number;
  /** n + 1 places: row i has the entries from `starts[i]` to `starts[i + 1]`. */
  readonly starts: Int32Array;
  /** Of each entry its column, ascending in a row. */
  readonly at: Int32Array;
  /** Of each entry its value: (x − shift) / scale. */
  readonly values: Float64Array;
  /** Of each column what was taken off. */
  readonly shift: Float64Array;
  /** Of each column what it was divided by. */
  readonly scale: Float64Array;
}

/**
 * @param shifted Whether columns are shifted at all.
 * @param floor If given, columns are divided by the root of their mean square (after the shift) plus this; else by 1.
 */
export function centredRows(X: Matrix, shifted: boolean, floor?: number): CentredRows {
  const { rows, columns, values } = X;
  const filled = new Float64Array(columns);
  const sums = new Float64Array(columns);
  forEach(X, (value, column) => {
    if (value !== 0) filled[column] = (filled[column] ?? 0) + 1;
    sums[column] = (sums[column] ?? 0) + value;
  });
  const shift = sums.map((sum, column) => shifted && 2 * (filled[column] ?? 0) > rows ? sum / rows : 0);
  const squares = new Float64Array(columns);
  let count = 0;
  forEach(X, (value, column) => {
    const moved = value - (shift[column] ?? 0);
    squares[column] = (squares[column] ?? 0) + moved * moved;
    if (moved !== 0) count++;
  });
  const scale = squares.map((sum) => floor === undefined ? 1 : Math.sqrt(sum / rows + floor) || 1);
  const starts = new Int32Array(rows + 1);
  const at = new Int32Array(count);
  const kept = new Float64Array(count);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const moved = (values[row * columns + column] ?? 0) - (shift[column] ?? 0);
      if (moved === 0) continue;
      at[next] = column;
      kept[next++] = moved / (scale[column] ?? 1);
    }
    starts[row + 1] = next;
  }
  return { rows, columns, starts, at, values: kept, shift, scale };
}

/** The mean of each column after the shift and the division. */
export function remainingMeans({ rows, columns, at, values }: CentredRows): Float64Array {
  const means = new Float64Array(columns);
  for (let entry = 0; entry < at.length; entry++) {
    const column = at[entry] ?? 0;
    means[column] = (means[column] ?? 0) + (values[entry] ?? 0);
  }
  return means.map((sum) => sum / rows);
}

/** Adds `factor` times a row to the columns. */
export function addRow(of: CentredRows, row: number, factor: number, to: Float64Array): void {
  const end = of.starts[row + 1] ?? 0;
  for (let entry = of.starts[row] ?? 0; entry < end; entry++) {
    const column = of.at[entry] ?? 0;
    to[column] = (to[column] ?? 0) + factor * (of.values[entry] ?? 0);
  }
}

/** The scalar product of a row and as many values as there are columns. */
export function rowTimes(of: CentredRows, row: number, by: Float64Array): number {
  const end = of.starts[row + 1] ?? 0;
  let sum = 0;
  for (let entry = of.starts[row] ?? 0; entry < end; entry++) {
    sum += (of.values[entry] ?? 0) * (by[of.at[entry] ?? 0] ?? 0);
  }
  return sum;
}

function forEach({ columns, values }: Matrix, visit: (value: number, column: number) => void): void {
  let column = 0;
  for (const value of values) {
    visit(value, column);
    column = column + 1 === columns ? 0 : column + 1;
  }
}

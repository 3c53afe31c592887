/**
 * What notebooks use: all runs in SQL, with tables and pictures that Jupyter shows.
 *
 * @module
 */
export { type Runs, runs, type SqlValue } from "./runs.ts";
export { ResultTable } from "./result_table.ts";
export type { ComparisonResult } from "./comparison_result.ts";
export {
  bars,
  type BarsOptions,
  lines,
  type LinesOptions,
  Picture,
  tree,
  type TreeOptions,
} from "./picture.ts";
export { changes, Reading, sideBySide, type SideBySideOptions } from "./reading.ts";
export { type DiffPiece, textDiff } from "./text_diff.ts";
export { show, type Showable } from "./show.ts";
export { display, type Displayed } from "./display.ts";

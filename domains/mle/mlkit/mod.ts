/**
 * A small machine-learning kit: tables, features, models and metrics. It needs nothing outside its own folder.
 *
 * @module
 */
export * from "./class_metrics.ts";
export { type ColumnStep, numberMatrix } from "./column_step.ts";
export * from "./csv.ts";
export * from "./features.ts";
export * from "./impute.ts";
export type { Labels, NumberRows, Numbers } from "./metric_input.ts";
export * from "./models.ts";
export * from "./one_hot.ts";
export { mlkitPrompt } from "./prompt.ts";
export * from "./ranking_metrics.ts";
export * from "./regression_metrics.ts";
export * from "./scale.ts";
export * from "./split.ts";
export { isMissing, readNumber, Table, tableOf } from "./table.ts";
export * from "./tfidf.ts";

/**
 * What runs measured, for code outside: SQL over runs, runs as files, and a sink that takes step metrics elsewhere.
 *
 * @module
 */
export { openRuns, type Reader } from "./reader.ts";
export type { QueryParams, QueryResult } from "./query.ts";
export { type ExportedRuns, type ExportFormat, type ExportOptions, exportRuns } from "./export_runs.ts";
export type { MetricsSink, SinkRun } from "./sink.ts";
export type { RunIdentity, StepRow } from "./rows.ts";
export type { Json } from "../json.ts";

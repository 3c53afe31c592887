/**
 * All that a domain plugin needs.
 *
 * @module
 */
export * from "./domain.ts";
export * from "./define_domain.ts";
export type { DomainSchema } from "./read_options.ts";
export * from "./verdict.ts";
export { seededTasks } from "./seeded_tasks.ts";
export type { Json, JsonObject } from "../json.ts";
export { canonicalJson, contentHash, isJsonArray, isJsonObject } from "../json.ts";
export { closest } from "../closest.ts";
export { UserError } from "../errors.ts";
export { deriveSeed, Random } from "../random.ts";
export {
  givenOptions,
  notNegative,
  type OptionSchema,
  parseOptions,
  type Part,
  positive,
  probability,
  whole,
} from "../part.ts";
export { checkDomain, type DomainCheck } from "./conformance.ts";
export type { Finding } from "./finding.ts";
export { readTable, type TableLimits, type TableRow } from "./read_table.ts";
export { readHubDataset } from "./hub_dataset.ts";
export type { HubDatasetOptions } from "./dataset_request.ts";
export type { DatasetSurroundings } from "./dataset_client.ts";
export * from "./tool/mod.ts";
export * from "./sandbox/mod.ts";

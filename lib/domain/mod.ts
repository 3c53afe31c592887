/**
 * All that a domain plugin needs.
 *
 * @module
 */
export * from "./domain.ts";
export * from "./define_domain.ts";
export * from "./verdict.ts";
export type { Json, JsonObject } from "../json.ts";
export { contentHash } from "../json.ts";
export { UserError } from "../errors.ts";
export { deriveSeed, Random } from "../random.ts";
export { notNegative, type Part, positive, probability, whole } from "../part.ts";
export { checkDomain, type DomainCheck } from "./conformance.ts";
export type { Finding } from "./finding.ts";

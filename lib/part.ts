/**
 * A *part* is what an experiment file composes: a domain, a curriculum, an operator, an objective or a policy. It is
 * an imported value that knows the options it was given and all options in force, so that a plan can print them,
 * hash them and rebuild the part with one of them changed.
 *
 * @module
 */
import * as v from "valibot";
import { UserError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { closest } from "./closest.ts";

/** The roles a part can play in an experiment. */
export type Role = "domain" | "curriculum" | "operator" | "objective" | "policy";

/** What every part of an experiment answers. */
export interface Part {
  /** The role it plays. */
  readonly part: Role;
  /** Its name within the role, such as `"exit"`. */
  readonly kind: string;
  /** Every option in force, defaults included. */
  readonly options: JsonObject;
  /** The options the user wrote; the others are defaults. */
  readonly given: JsonObject;
  /**
   * The same kind of part with other options, checked anew.
   *
   * @throws {UserError} If an option is unknown or out of range.
   */
  rebuild(given: JsonObject): Part;
}

/** Refuses an option that a part does not have. */
export class UnknownOptionError extends UserError {}

/** A valibot schema of an object, whose output is a JSON object. */
export type OptionSchema<Options extends JsonObject> = v.GenericSchema<object, Options>;

/**
 * Checks options against a schema and fills in defaults.
 *
 * @param schema A `v.strictObject`, so that unknown options are refused.
 * @param given What the user wrote.
 * @param where The name that error messages use for the whole, such as `"exit()"`.
 * @throws {UserError} With one sentence that names the path, the value and the form wanted.
 *
 * @example
 * ```ts
 * import { parseOptions } from "exitlab/lib/part.ts";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const schema = v.strictObject({ probability: v.optional(v.pipe(v.number(), v.maxValue(1)), 0.5) });
 * assert.deepEqual(parseOptions(schema, {}, "exit()"), { probability: 0.5 });
 * assert.throws(() => parseOptions(schema, { probabilty: 0.2 }, "exit()"), /Did you mean "probability"/);
 * ```
 */
export function parseOptions<Schema extends v.GenericSchema>(
  schema: Schema,
  given: unknown,
  where: string,
): v.InferOutput<Schema> {
  if (Array.isArray(given)) {
    throw new UserError(`Expected "options" to be an object but found ${show(given)} in ${where}`);
  }
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  throw refusal(result.issues[0], schema, where);
}

function refusal(issue: v.BaseIssue<unknown>, schema: v.GenericSchema, where: string): UserError {
  const keys = issue.path?.map(({ key }) => String(key)) ?? [];
  const path = keys.join(".");
  if (issue.type === "strict_object" && issue.expected === "never") {
    const known = knownKeys(schema, keys.slice(0, -1));
    const guess = closest(keys.at(-1) ?? "", known);
    const hint = guess === undefined ? `known are ${known.join(", ")}` : `Did you mean "${guess}"?`;
    return new UnknownOptionError(`Unknown option "${path}" (${hint}) in ${where}`);
  }
  if (path !== "" && issue.received === "undefined" && issue.input === undefined) {
    return new UserError(`Missing option "${path}" in ${where}`);
  }
  return new UserError(
    `Expected "${path === "" ? "options" : path}" to be ${wanted(issue)} but found ${
      show(issue.path?.at(-1)?.value ?? issue.input)
    } in ${where}`,
  );
}

/** The form wanted: the schema's own words, or else what valibot expected. */
function wanted(issue: v.BaseIssue<unknown>): string {
  if (issue.message !== "" && !issue.message.startsWith("Invalid ")) return issue.message;
  const alternatives = (issue.expected ?? "another value").replace(/^\((.*)\)$/, "$1").split(" | ");
  return alternatives.map((name) => typeNames.get(name) ?? name).join(" or ");
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ["number", "a number"],
  ["string", "text"],
  ["boolean", "true or false"],
  ["Object", "an object"],
  ["Array", "a list"],
]);

/** The keys that an object may have, the object being at `path` in what the schema describes. */
function knownKeys(schema: unknown, path: readonly string[]): string[] {
  const [key, ...rest] = path;
  const node = asRecord(schema);
  if ("wrapped" in node) return knownKeys(node.wrapped, path);
  if (Array.isArray(node.options)) return node.options.flatMap((option: unknown) => knownKeys(option, path));
  if (key === undefined) return Object.keys(asRecord(node.entries));
  const inner = asRecord(node.entries)[key] ?? asRecord(node.items)[key] ?? node.item;
  return inner === undefined ? [] : knownKeys(inner, rest);
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const text = typeof value === "string"
    ? JSON.stringify(value)
    : Deno.inspect(value, { breakLength: Infinity, colors: false, depth: 2 });
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Schema of a number that passes a test; the same words refuse another number and what is none. */
function numberWith(test: (value: number) => boolean, wanted: string): v.GenericSchema<number> {
  return v.pipe(v.number(wanted), v.check(test, wanted));
}

/** Schema of a probability, a number in [0, 1]. */
export const probability: v.GenericSchema<number> = numberWith(
  (value) => value >= 0 && value <= 1,
  "a probability in [0, 1]",
);

/** Schema of a whole number within bounds, both included. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): v.GenericSchema<number> {
  const wanted = most === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${least}`
    : `a whole number from ${least} to ${most}`;
  return numberWith((value) => Number.isSafeInteger(value) && value >= least && value <= most, wanted);
}

/** Schema of a finite number above zero. */
export const positive: v.GenericSchema<number> = numberWith(
  (value) => Number.isFinite(value) && value > 0,
  "a number above 0",
);

/** Schema of a finite number of at least zero. */
export const notNegative: v.GenericSchema<number> = numberWith(
  (value) => Number.isFinite(value) && value >= 0,
  "a number of at least 0",
);

/** The given options as JSON, keys with `undefined` left out. */
export function givenOptions(options: object): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(options)) if (value !== undefined) entries.push([key, value]);
  return Object.fromEntries(entries);
}

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

/** A valibot schema whose input and output are JSON objects. */
export type OptionSchema<Options extends JsonObject> = v.GenericSchema<JsonObject, Options>;

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
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  throw new UserError(`${describe(result.issues[0], schema)} in ${where}`);
}

function describe(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): string {
  const path = v.getDotPath(issue) ?? "";
  const key = path.split(".").at(-1) ?? path;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const known = knownKeys(schema, path);
    const guess = closest(key, known);
    const hint = guess === undefined ? `known are ${known.join(", ")}` : `Did you mean "${guess}"?`;
    return `Unknown option "${path}" (${hint})`;
  }
  if (issue.received === "undefined" && issue.kind === "schema") return `Missing option "${path}"`;
  const wanted = issue.kind === "validation" && issue.message !== "" && !issue.message.startsWith("Invalid ")
    ? issue.message
    : issue.expected ?? "another value";
  return `Expected "${path || "options"}" to be ${wanted} but found ${show(issue.input)}`;
}

/** The keys of the object that `path` (dotted, last key unknown) lies in. */
function knownKeys(schema: v.GenericSchema, path: string): string[] {
  let current: unknown = schema;
  const unwrap = (node: unknown): unknown => {
    while (typeof node === "object" && node !== null) {
      if ("entries" in node) return node;
      if ("wrapped" in node) node = node.wrapped;
      else return node;
    }
    return node;
  };
  for (const key of path.split(".").slice(0, -1)) {
    const node = unwrap(current);
    const entries = typeof node === "object" && node !== null && "entries" in node ? node.entries : undefined;
    if (typeof entries !== "object" || entries === null) return [];
    current = new Map<string, unknown>(Object.entries(entries)).get(key);
  }
  const node = unwrap(current);
  const entries = typeof node === "object" && node !== null && "entries" in node ? node.entries : undefined;
  return typeof entries === "object" && entries !== null ? Object.keys(entries) : [];
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Schema of a probability, a number in [0, 1]. */
export const probability: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.check((value) => value >= 0 && value <= 1, "a probability in [0, 1]"),
);

/** Schema of a whole number within bounds, both included. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): v.GenericSchema<number> {
  const wanted = most === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${least}`
    : `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, wanted),
  );
}

/** Schema of a finite number above zero. */
export const positive: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(value) && value > 0, "a number above 0"),
);

/** Schema of a finite number of at least zero. */
export const notNegative: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(value) && value >= 0, "a number of at least 0"),
);

/** The given options as JSON, keys with `undefined` left out. */
export function givenOptions(options: object): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(options)) if (value !== undefined) entries.push([key, value]);
  return Object.fromEntries(entries);
}

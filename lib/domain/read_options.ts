import type { StandardSchemaV1 } from "@standard-schema/spec";
import type * as v from "valibot";
import { UserError } from "../errors.ts";
import { isJson, isJsonObject, type JsonObject } from "../json.ts";
import { parseOptions } from "../part.ts";

/** A schema of options of any library that follows the Standard Schema specification, such as valibot or Zod. */
export type DomainSchema<Options extends JsonObject> = StandardSchemaV1<object, Options>;

/**
 * Checks options against a schema of any library and fills in defaults.
 *
 * @param where The name that messages use for the whole, such as `"sudoku()"`.
 * @throws {UserError} With one sentence; where the schema is valibot's, that of `parseOptions`.
 *
 * @example
 * ```ts
 * import { readOptions } from "exitlab/lib/domain/read_options.ts";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const schema = v.strictObject({ length: v.optional(v.number(), 4) });
 * assert.deepEqual(readOptions(schema, {}, "words()"), { length: 4 });
 * assert.throws(() => readOptions(schema, { lenght: 4 }, "words()"), /Did you mean "length"/);
 * ```
 */
export function readOptions<Options extends JsonObject>(
  schema: DomainSchema<Options>,
  given: object,
  where: string,
): Options {
  if (isValibot(schema)) return parseOptions(schema, given, where);
  const result = schema["~standard"].validate(given);
  if (result instanceof Promise) {
    throw new UserError(`Expected the schema of ${where} to answer at once but it answers later`);
  }
  const [issue] = result.issues ?? [];
  if (issue !== undefined) {
    const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
    const place = path.length === 0 ? "" : `"${path.join(".")}": `;
    throw new UserError(`Cannot take the options of ${where}: ${place}${issue.message}`);
  }
  if (result.issues === undefined && isJson(result.value) && isJsonObject(result.value)) return result.value;
  throw new UserError(`Expected the schema of ${where} to give an object of plain JSON but it gives another`);
}

function isValibot<Options extends JsonObject>(
  schema: DomainSchema<Options>,
): schema is DomainSchema<Options> & v.GenericSchema<object, Options> {
  return schema["~standard"].vendor === "valibot";
}

import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { UserError } from "../../errors.ts";
import { isJson, isJsonObject, type JsonObject } from "../../json.ts";

/** Any schema that follows the Standard Schema specification: valibot, Zod, ArkType and others. */
export type StandardSchema<Output> = StandardSchemaV1<unknown, Output>;

/**
 * The JSON Schema of what a schema takes. Schemas that can tell it themselves do (Standard JSON Schema); valibot's are
 * converted.
 *
 * @param where Whose schema it is, for the message.
 * @throws {UserError} If the schema has no form as JSON Schema.
 *
 * @example
 * ```ts
 * import { jsonSchemaOf } from "exitlab/lib/domain/tool/standard_schema.ts";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(jsonSchemaOf(v.object({ path: v.string() }), 'tool "cat"'), {
 *   type: "object",
 *   properties: { path: { type: "string" } },
 *   required: ["path"],
 * });
 * ```
 */
export function jsonSchemaOf(schema: StandardSchemaV1, where: string): JsonObject {
  let converted: unknown;
  try {
    if (isValibot(schema)) converted = toJsonSchema(schema);
    else if (tellsJsonSchema(schema)) {
      converted = schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot describe the parameters of ${where} as JSON Schema: ${why}`);
  }
  if (!isJson(converted) || !isJsonObject(converted)) {
    throw new UserError(
      `Expected the parameters of ${where} to be a schema of valibot, or one that tells its JSON Schema, but found one of ` +
        `"${schema["~standard"].vendor}" that does not`,
    );
  }
  const { $schema: _dialect, ...described } = converted;
  return described;
}

function isValibot(schema: StandardSchemaV1): schema is v.GenericSchema {
  return schema["~standard"].vendor === "valibot";
}

function tellsJsonSchema(schema: StandardSchemaV1): schema is StandardSchemaV1 & StandardJSONSchemaV1 {
  return "jsonSchema" in schema["~standard"];
}

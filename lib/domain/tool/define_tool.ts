import { UserError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { Awaitable } from "../domain.ts";
import { namedArguments } from "./named_arguments.ts";
import { jsonSchemaOf, type StandardSchema } from "./standard_schema.ts";
import type { Tool, ToolOutcome } from "./tool.ts";
import { ToolError } from "./tool_error.ts";

export { ToolError };

/** What `defineTool` needs. */
export interface ToolDefinition<World extends Json, Arguments> {
  /** Its name: letters, digits and underscores, so that every syntax can write it. */
  readonly name: string;
  /** What it does, in words for the policy. */
  readonly description: string;
  /** Its parameters: a schema of an object. */
  readonly parameters: StandardSchema<Arguments>;
  /**
   * Carries a call out whose arguments keep to the schema. A result that is not text is shown as JSON.
   *
   * @throws {ToolError} If the call cannot be carried out.
   */
  call(world: World, args: Arguments): Awaitable<{ readonly world: World; readonly result: Json }>;
}

/**
 * A tool with typed parameters. Arguments are checked against the schema; what does not keep to it becomes an error that
 * the policy sees.
 *
 * @throws {UserError} If the name is not one that every syntax can write, or the parameters have no JSON Schema of an object.
 *
 * @example
 * ```ts
 * import { defineTool, ToolError } from "exitlab/domain";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const take = defineTool({
 *   name: "take",
 *   description: "Takes coins from the purse.",
 *   parameters: v.object({ coins: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
 *   call: (purse: number, { coins }) => {
 *     if (coins > purse) throw new ToolError(`Only ${purse} left`);
 *     return { world: purse - coins, result: { left: purse - coins } };
 *   },
 * });
 *
 * const call = (coins: number) => take.call(5, { name: "take", arguments: { coins }, positional: [] });
 * assert.deepEqual(await call(2), { world: 3, result: '{"left":3}', ok: true });
 * assert.deepEqual(await call(9), { world: 5, result: "Error: Only 5 left", ok: false });
 * assert.equal((await call(0)).ok, false);
 * ```
 */
export function defineTool<World extends Json, Arguments>(
  definition: ToolDefinition<World, Arguments>,
): Tool<World> {
  const { name, description, parameters } = definition;
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new UserError(`Expected a tool's name of letters, digits and underscores but found "${name}"`);
  }
  const schema = jsonSchemaOf(parameters, `tool "${name}"`);
  if (schema.type !== "object") {
    throw new UserError(
      `Expected the parameters of tool "${name}" to be an object but found ${JSON.stringify(schema)}`,
    );
  }
  return {
    name,
    description,
    parameters: schema,
    call: async (world, call): Promise<ToolOutcome<World>> => {
      try {
        const checked = await parameters["~standard"].validate(namedArguments(call, schema));
        if (checked.issues !== undefined) throw new ToolError(complaint(checked.issues[0]));
        const { world: after, result } = await definition.call(world, checked.value);
        return {
          world: after,
          result: typeof result === "string" ? result : JSON.stringify(result),
          ok: true,
        };
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return { world, result: `Error: ${error.message}`, ok: false };
      }
    },
  };
}

/** One sentence about what does not keep to the schema. */
function complaint(
  issue: { readonly message: string; readonly path?: readonly unknown[] | undefined } | undefined,
): string {
  const path = (issue?.path ?? []).map((part) => {
    const key = typeof part === "object" && part !== null && "key" in part ? part.key : part;
    return String(key);
  });
  const message = issue?.message ?? "Invalid arguments";
  return path.length === 0 ? message : `${message} in argument "${path.join(".")}"`;
}

import { isJsonArray, isJsonObject, type Json, type JsonObject, type Tool } from "../../../lib/domain/mod.ts";
import { apis } from "./apis.ts";
import { type BfclWorld, callMethod } from "./world.ts";
import { writtenArguments, writtenValue } from "./written_value.ts";

const made = new Map<string, readonly Tool<BfclWorld>[]>();

/** The methods of an API class as tools, described in the benchmark's own words. */
export function apiTools(owner: string): readonly Tool<BfclWorld>[] {
  const known = made.get(owner);
  if (known !== undefined) return known;
  const url = new URL(`data/func_doc/${apis.get(owner)?.doc ?? ""}`, import.meta.url);
  const docs: Json[] = Deno.readTextFileSync(url).split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line)
  );
  const tools = docs.filter(isJsonObject).map((doc) => toolOf(owner, doc));
  made.set(owner, tools);
  return tools;
}

function toolOf(owner: string, doc: JsonObject): Tool<BfclWorld> {
  const name = String(doc.name);
  return {
    name,
    description: String(doc.description),
    parameters: objectOf(jsonSchema(doc.parameters ?? {})),
    call: (world, { arguments: args, positional }) => {
      const { world: after, result, ok } = callMethod(
        world,
        owner,
        name,
        writtenArguments(args),
        positional.map(writtenValue),
      );
      return { world: after, result, ok };
    },
  };
}

const types: ReadonlyMap<string, string> = new Map([["dict", "object"], ["float", "number"], [
  "tuple",
  "array",
]]);

/** The benchmark's parameters as JSON Schema: they differ in the names of types. */
function jsonSchema(value: Json, key: string = ""): Json {
  if (isJsonArray(value)) return value.map((item) => jsonSchema(item));
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonSchema(item, name)]));
  }
  return key === "type" && typeof value === "string" ? types.get(value) ?? value : value;
}

function objectOf(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}

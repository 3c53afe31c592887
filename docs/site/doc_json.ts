/**
 * What `deno doc --json` says, as far as the reference needs it.
 *
 * @module
 */
import * as v from "valibot";

const tag = v.object({
  kind: v.string(),
  name: v.optional(v.string()),
  doc: v.optional(v.string()),
  tsType: v.optional(v.object({ repr: v.optional(v.string()) })),
});

const comment = v.optional(
  v.object({ doc: v.optional(v.string(), ""), tags: v.optional(v.array(tag), []) }),
  {},
);

const location = v.object({ filename: v.string(), line: v.number() });

const member = v.object({
  name: v.optional(v.string(), "constructor"),
  jsDoc: comment,
  location: v.optional(location),
  accessibility: v.optional(v.nullable(v.string())),
});

const definition = v.object({
  properties: v.optional(v.array(member), []),
  methods: v.optional(v.array(member), []),
  constructors: v.optional(v.array(member), []),
});

const symbol = v.object({
  name: v.string(),
  declarations: v.array(
    v.object({ kind: v.string(), location, jsDoc: comment, def: v.optional(definition, {}) }),
  ),
});

const output = v.object({
  nodes: v.record(v.string(), v.object({ module_doc: comment, symbols: v.array(symbol) })),
});

/** A public symbol: one declaration, or several of a name. */
export type DocSymbol = v.InferOutput<typeof symbol>;

/** A comment of documentation. */
export type DocComment = v.InferOutput<typeof comment>;

/** A module: what it says of itself and its public symbols. */
export type DocModule = v.InferOutput<typeof output>["nodes"][string];

/**
 * The modules that `deno doc --json` tells of, by their address.
 *
 * @throws {v.ValiError} If it has another form than this version of Deno gives it.
 */
export function readDocJson(text: string): ReadonlyMap<string, DocModule> {
  return new Map(Object.entries(v.parse(output, JSON.parse(text)).nodes));
}

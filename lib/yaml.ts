/**
 * YAML 1.2, restricted to what JSON can say. The one module that knows which YAML library is used.
 *
 * @module
 */
import { dump, load, YAMLException } from "js-yaml";
import { UserError } from "./errors.ts";
import { isJson, type Json } from "./json.ts";

/**
 * Reads one YAML document.
 *
 * @param where The file's name, for messages.
 * @throws {UserError} If it is no YAML, with line and column, or holds what JSON cannot say.
 *
 * @example
 * ```ts
 * import { parseYaml, toYaml } from "exitlab/lib/yaml.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseYaml("seeds: [1, 2]\nname: yes\n", "plan.yaml"), { seeds: [1, 2], name: "yes" });
 * assert.equal(toYaml({ budget: { tokens: 1e6 } }), "budget:\n  tokens: 1000000\n");
 * ```
 */
export function parseYaml(text: string, where: string): Json {
  const value = read(text, where);
  if (isJson(value)) return value;
  throw new UserError(
    `Cannot read ${where}: it holds a value that is not JSON, such as .inf, .nan or a cycle`,
  );
}

function read(text: string, where: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const place = error.mark === undefined ? "" : `:${error.mark.line + 1}:${error.mark.column + 1}`;
    throw new UserError(`Cannot read ${where}${place} as YAML: ${error.reason}`);
  }
}

/** Writes a value as a YAML document; `parseYaml` gives it back. */
export function toYaml(value: Json): string {
  return dump(value, { lineWidth: 110, noRefs: true });
}

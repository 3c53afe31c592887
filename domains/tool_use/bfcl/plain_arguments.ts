import type { JsonObject } from "../../../lib/domain/mod.ts";
import { plainJson } from "./python/state_json.ts";
import type { PyDict } from "./python/value.ts";

/** Arguments as a tool's call carries them: numbers keep their form. */
export function plainArguments(args: PyDict): JsonObject {
  return Object.fromEntries([...args].map(([name, value]) => [String(name), plainJson(value)]));
}

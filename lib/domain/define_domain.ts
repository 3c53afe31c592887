import type { Json, JsonObject } from "../json.ts";
import { givenOptions } from "../part.ts";
import type { Domain } from "./domain.ts";
import { type DomainSchema, readOptions } from "./read_options.ts";

/** The behaviour of a domain, without what `defineDomain` adds. */
export type DomainBehaviour<Task extends Json, State extends Json> = Omit<
  Domain<Task, State>,
  "part" | "kind" | "version" | "options" | "given" | "rebuild"
>;

/**
 * What `defineDomain` needs. It is a plain object that imports nothing of exitlab, so that a package can export one: the
 * experiment that imports it calls `defineDomain`.
 */
export interface DomainDefinition<Options extends JsonObject, Task extends Json, State extends Json> {
  /** The domain's name, as in plans and in SQL. */
  readonly name: string;
  /** Raised when tasks, prompts or verdicts change. */
  readonly version: string;
  /** Names, ranges and defaults of the options: a schema of valibot, or of another library of the Standard Schema. */
  readonly schema: DomainSchema<Options>;
  /** The domain under these options. */
  build(options: Options): DomainBehaviour<Task, State>;
}

/**
 * Makes the factory of a domain from its options and behaviour.
 *
 * @example
 * ```ts
 * import { defineDomain, type DomainBehaviour } from "exitlab/domain";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const parity = defineDomain({
 *   name: "parity",
 *   version: "1",
 *   schema: v.strictObject({ digits: v.optional(v.number(), 4) }),
 *   build: ({ digits }): DomainBehaviour<string, null> => ({
 *     traits: { turns: "single", quality: "binary", feedback: false },
 *     selfIterationReward: "absolute",
 *     tasks: (split) => ({
 *       size: 100,
 *       at: (index) => {
 *         const task = String(2 * index + (split === "train" ? 0 : 1)).padStart(digits, "0");
 *         return { id: task, task };
 *       },
 *     }),
 *     begin: () => null,
 *     prompt: (task) => [{ role: "user", content: `Is ${task} odd or even?` }],
 *     step: (task, state, response) => {
 *       const solved = response === (Number(task) % 2 === 1 ? "odd" : "even");
 *       const quality = solved ? 1 : 0;
 *       return { state, verdict: { quality, solved, reward: quality }, done: true };
 *     },
 *   }),
 * });
 *
 * assert.equal(parity({ digits: 2 }).tasks("train").at(3).id, "06");
 * assert.throws(() => parity({ digits: "two" }), /digits/);
 * ```
 */
export function defineDomain<Options extends JsonObject, Task extends Json, State extends Json>(
  definition: DomainDefinition<Options, Task, State>,
): (given?: object) => Domain<Task, State> {
  const { name, version, schema } = definition;
  const make = (given: object = {}): Domain<Task, State> => {
    const options = readOptions(schema, given, `${name}()`);
    return {
      ...definition.build(options),
      part: "domain",
      kind: name,
      version,
      options,
      given: givenOptions(given),
      rebuild: make,
    };
  };
  return make;
}

/** Whether a value is a definition that `defineDomain` takes, such as one that a package exports. */
export function isDomainDefinition(
  value: unknown,
): value is DomainDefinition<JsonObject, Json, Json> {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" &&
    "version" in value && typeof value.version === "string" &&
    "schema" in value && typeof value.schema === "object" && value.schema !== null &&
    "~standard" in value.schema && "build" in value && typeof value.build === "function";
}

/**
 * The world of an episode: the attributes of each API class, as plain JSON.
 *
 * @module
 */
import type { Json } from "../../../lib/domain/mod.ts";
import { apis } from "./apis.ts";
import { equal } from "./python/equal.ts";
import { PythonError } from "./python/error.ts";
import { plainJson, pyValue } from "./python/state_json.ts";
import { dumps, str } from "./python/text.ts";
import { isDict, type PyDict, type PyValue } from "./python/value.ts";
import type { BfclRow } from "./rows.ts";
import { bind, type Simulator } from "./simulator.ts";

/** The attributes of each class by its name. */
export type BfclWorld = { readonly [name: string]: Json };

/** What a call in the world came to. */
export interface BfclOutcome {
  /** The world after it. */
  readonly world: BfclWorld;
  /** The result as text, as the original prints it. */
  readonly result: string;
  /** Whether it was carried out: it neither raised nor gave an object with `error`. */
  readonly ok: boolean;
  /** Whether it ended in what Python would raise. */
  readonly raised: boolean;
}

/** The world at the beginning of a row. */
export function initialWorld({ classes, scenarios }: BfclRow): BfclWorld {
  return Object.fromEntries(classes.map((name) => {
    const scenario = scenarios.get(name) ?? new Map();
    return [name, plainJson(simulatorOf(name).load(scenario))];
  }));
}

/**
 * A call in the world, which stays as it is.
 *
 * @param positional Arguments without a name, which take the names of the first parameters of the signature.
 */
export function callMethod(
  world: BfclWorld,
  owner: string,
  name: string,
  args: PyDict,
  positional: readonly PyValue[] = [],
): BfclOutcome {
  const simulator = simulatorOf(owner);
  const self = attributes(world, owner);
  const outcome = perform(simulator, self, name, args, positional);
  // What was changed before an exception stays changed.
  return { ...outcome, world: { ...world, [owner]: plainJson(self) } };
}

/** The attributes that graders see: those without a leading underscore. */
export function publicAttributes(world: BfclWorld, owner: string): PyDict {
  const self = attributes(world, owner);
  const { visible } = simulatorOf(owner);
  return visible?.(self) ?? new Map([...self].filter(([key]) => !String(key).startsWith("_")));
}

/** Whether the public attributes of a class are equal in two worlds, as Python compares. */
export function sameState(first: BfclWorld, second: BfclWorld, owner: string): boolean {
  return equal(publicAttributes(first, owner), publicAttributes(second, owner));
}

/** The simulator of a class. */
export function simulatorOf(name: string): Simulator {
  const api = apis.get(name);
  if (api === undefined) throw new TypeError(`Expected the name of an API class but found "${name}"`);
  return api.simulator;
}

function attributes(world: BfclWorld, owner: string): PyDict {
  const self = pyValue(world[owner] ?? {});
  if (!isDict(self)) throw new TypeError(`Expected the attributes of ${owner} to be an object`);
  return self;
}

function perform(
  simulator: Simulator,
  self: PyDict,
  name: string,
  args: PyDict,
  positional: readonly PyValue[],
): Omit<BfclOutcome, "world"> {
  try {
    const method = simulator.methods.get(name);
    if (method === undefined) {
      throw new PythonError("AttributeError", `'${simulator.name}' object has no attribute '${name}'`);
    }
    const named = new Map(args);
    for (const [at, value] of positional.entries()) {
      const parameter = method.parameters[at];
      if (parameter === undefined) {
        const takes = method.parameters.length + 1;
        throw new PythonError(
          "TypeError",
          `${simulator.name}.${name}() takes ${takes} positional arguments but ${
            positional.length + 1
          } were given`,
        );
      }
      if (args.has(parameter.name)) {
        throw new PythonError(
          "TypeError",
          `${simulator.name}.${name}() got multiple values for argument '${parameter.name}'`,
        );
      }
      named.set(parameter.name, value);
    }
    const value = method.call(self, bind(simulator.name, name, method, named));
    const ok = !(isDict(value) && value.has("error"));
    return { result: (isDict(value) ? dumps(value) : undefined) ?? str(value), ok, raised: false };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return { result: `Error during execution: ${error.message}`, ok: false, raised: true };
  }
}

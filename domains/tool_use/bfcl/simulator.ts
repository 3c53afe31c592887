/**
 * The contract of a simulated API: plain data in, plain data out.
 *
 * @module
 */
import { PythonError } from "./python/error.ts";
import type { PyDict, PyValue } from "./python/value.ts";

/** A parameter of a method, in the order of its Python signature. */
export interface Parameter {
  /** Its name. */
  readonly name: string;
  /** Its value when left out; required where absent. */
  readonly default?: PyValue;
}

/** One method of a simulated API. */
export interface Method {
  /** Its parameters, in order. */
  readonly parameters: readonly Parameter[];
  /**
   * Performs a call on the attributes of the instance, which it may change, and gives the result. What it changed before it
   * raised stays changed, as in Python.
   *
   * @throws {PythonError} Where Python would raise.
   */
  call(self: PyDict, args: readonly PyValue[]): PyValue;
}

/** A simulated API class. */
export interface Simulator {
  /** The class's name, such as `"TradingBot"`. */
  readonly name: string;
  /** Its methods by name. */
  readonly methods: ReadonlyMap<string, Method>;
  /**
   * The attributes of an instance with a scenario loaded: the defaults and what the scenario sets. Names that begin with `_`
   * are private: they are state, but no grader compares them. A scenario that is shared with other instances is not changed.
   */
  load(scenario: PyDict): PyDict;
  /** What graders see of the attributes; all that are not private when left out. */
  visible?(self: PyDict): PyDict;
}

/** Parameters by their names, or with what they are when left out. */
export type Signature = readonly (string | readonly [name: string, otherwise: PyValue])[];

/** A method of a signature. */
export function method(signature: Signature, call: Method["call"]): Method {
  return {
    parameters: signature.map((each) =>
      typeof each === "string" ? { name: each } : { name: each[0], default: each[1] }
    ),
    call,
  };
}

/**
 * The arguments of a call in the order of the signature, defaults filled in.
 *
 * @throws {PythonError} If one is missing or unknown, in Python's words.
 */
export function bind(owner: string, name: string, method: Method, args: PyDict): PyValue[] {
  const { parameters } = method;
  for (const key of args.keys()) {
    if (!parameters.some((parameter) => parameter.name === key)) {
      const where = `${owner}.${name}()`;
      throw new PythonError("TypeError", `${where} got an unexpected keyword argument '${key}'`);
    }
  }
  const missing = parameters.filter((each) => each.default === undefined && !args.has(each.name));
  if (missing.length > 0) {
    const names = listed(missing.map((each) => `'${each.name}'`));
    const what = `missing ${missing.length} required positional argument${missing.length === 1 ? "" : "s"}`;
    throw new PythonError("TypeError", `${owner}.${name}() ${what}: ${names}`);
  }
  return parameters.map((each) => (args.has(each.name) ? args.get(each.name) : each.default) ?? null);
}

/** Names joined as Python joins them: `'a' and 'b'`, `'a', 'b', and 'c'`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  if (names.length < 3) return names.join(" and ");
  return `${names.slice(0, -1).join(", ")}, and ${last}`;
}

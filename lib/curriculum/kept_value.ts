import type * as v from "valibot";
import type { Json } from "../json.ts";
import { restoreState } from "./saved_state.ts";

/**
 * A value that a curriculum keeps from one batch to the next, such as a count. It belongs to the curriculum's state when it
 * is among its `keeps`.
 *
 * @typeParam Value Plain JSON.
 *
 * @example
 * ```ts
 * import { KeptValue } from "exitlab";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * const batches = new KeptValue(v.number(), 0);
 * batches.value++;
 * const restored = new KeptValue(v.number(), 0);
 * restored.restore(batches.state());
 * assert.equal(restored.value, 1);
 * assert.throws(() => restored.restore("one"), TypeError);
 * ```
 */
export class KeptValue<Value extends Json> {
  /** The value as it is now. */
  value: Value;
  readonly #schema: v.GenericSchema<unknown, Value>;

  /**
   * Keeps a value.
   *
   * @param schema What a saved value must look like to be taken back.
   */
  constructor(schema: v.GenericSchema<unknown, Value>, initial: Value) {
    this.#schema = schema;
    this.value = initial;
  }

  /** The value. */
  state(): Json {
    return this.value;
  }

  /**
   * Takes a saved value back.
   *
   * @throws {TypeError} If it does not fit the schema.
   */
  restore(state: Json): void {
    this.value = restoreState(this.#schema, state, "kept value");
  }
}

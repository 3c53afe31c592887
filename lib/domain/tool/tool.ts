/**
 * Tools as pure reducers: a call takes a world, which is plain JSON, to the world after it and a result that the policy
 * sees. What went wrong is a result as well.
 *
 * @module
 */
import type { Json, JsonObject } from "../../json.ts";
import type { Awaitable } from "../domain.ts";

/** A call as a policy wrote it. */
export type ToolCall = {
  /** The tool's name. */
  readonly name: string;
  /** The arguments by name. */
  readonly arguments: JsonObject;
  /** Arguments without a name, which only Python's syntax has; they come first in the tool's order of parameters. */
  readonly positional: readonly Json[];
};

/** What a policy is told of a tool. */
export interface ToolDescription {
  /** Its name. */
  readonly name: string;
  /** What it does. */
  readonly description: string;
  /** Its parameters, a JSON Schema of an object. */
  readonly parameters: JsonObject;
}

/** What a call came to. */
export interface ToolOutcome<World extends Json> {
  /** The world after it. */
  readonly world: World;
  /** What the policy sees. */
  readonly result: string;
  /** Whether it was carried out; if not, the result says why. */
  readonly ok: boolean;
}

/** A tool. */
export interface Tool<World extends Json> extends ToolDescription {
  /** Carries a call out. It throws nothing that a policy could cause: whatever it wrote has an outcome. */
  call(world: World, call: ToolCall): Awaitable<ToolOutcome<World>>;
}

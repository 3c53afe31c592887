import type { Json, JsonObject } from "../../json.ts";
import type { Message } from "../domain.ts";

/** A call that was made, and what it came to. */
export type LoggedCall = {
  /** During which request, from 0. */
  readonly request: number;
  /** The tool's name, as the policy wrote it. */
  readonly name: string;
  /** The arguments by name. */
  readonly arguments: JsonObject;
  /** The arguments without a name. */
  readonly positional: readonly Json[];
  /** Whether it was carried out. */
  readonly ok: boolean;
  /** What the policy saw. */
  readonly result: string;
};

/**
 * Why an episode is over: all requests are finished, the policy gave up, the turns of the episode or of a request are spent, or
 * the calls are.
 */
export type ToolEnding = "finished" | "failed" | "turns" | "calls";

/** Where an episode with tools is before a turn: the conversation and the world that it led to. Plain JSON. */
export type ToolState<World extends Json> = {
  /** The world that the tools act on. */
  readonly world: World;
  /** What was said since the beginning of the first request. */
  readonly messages: readonly Message[];
  /** Which request is open, from 0; the number of requests when all are finished. */
  readonly request: number;
  /** Messages of the policy so far. */
  readonly turns: number;
  /** Those of the open request. */
  readonly requestTurns: number;
  /** All calls so far, in order. */
  readonly log: readonly LoggedCall[];
  /** What the judge noted at the end of each request. */
  readonly notes: readonly Json[];
  /** Why the episode is over; `null` while it is not. */
  readonly ending: ToolEnding | null;
};

import { contentHash, type Json } from "../json.ts";
import type { Attempt } from "../domain/verdict.ts";
import type { Mode } from "../domain/domain.ts";

/**
 * Where an episode begins: a root task, or a partial history. Plain JSON, so that it can be stored, shipped and
 * resumed.
 */
export type Start = {
  /** The same for the same root, turn, state and attempt. */
  readonly id: string;
  /** The root task's index in the training source. */
  readonly task: number;
  /** The root task's id. */
  readonly root: string;
  /** The start whose rollout led here; `null` for a root. */
  readonly parent: string | null;
  /** The turn that the policy plays first, from 0. */
  readonly turn: number;
  /** How many attempts at this turn lie behind (k); 0 for a first attempt. */
  readonly depth: number;
  /** What the policy is asked; operators may change it. */
  readonly mode: Mode;
  /** The domain's state before the turn. */
  readonly state: Json;
  /** The latest attempt at the turn, which a self-iteration step rewrites; `null` for a first attempt. */
  readonly attempt: Attempt | null;
  /** How many self-iteration steps follow the first response in the same episode (fixed-depth chains); else 0. */
  readonly chain: number;
  /** The training iteration that found it; 0 for a root. */
  readonly born: number;
};

/** The identity of a start: independent of who found it and when. */
export function startId(root: string, turn: number, state: Json, attempt: Attempt | null): string {
  return contentHash([root, turn, state, attempt?.response ?? null]).slice(0, 16);
}

/** What a step after an attempt asks unless an operator says otherwise: to mend one that failed, else to improve it. */
export function usualMode({ verdict }: Attempt): "improve" | "debug" {
  return verdict.failed === true ? "debug" : "improve";
}

/** The base request of the turn after a start's own, from the state that its response led to. */
export function nextTurn(start: Start, state: Json): Start {
  const turn = start.turn + 1;
  const id = startId(start.root, turn, state, null);
  return { ...start, id, parent: start.id, turn, depth: 0, mode: "base", state, attempt: null, chain: 0 };
}

/** The start of a root task. */
export function rootStart(task: number, root: string, state: Json): Start {
  return {
    id: startId(root, 0, state, null),
    task,
    root,
    parent: null,
    turn: 0,
    depth: 0,
    mode: "base",
    state,
    attempt: null,
    chain: 0,
    born: 0,
  };
}

/**
 * The rows of a run that its curriculum had to do with, in the form that SQL gives them.
 *
 * @module
 */
import * as v from "valibot";
import { restoreState, savedMode } from "../curriculum/saved_state.ts";
import type { Mode } from "../domain/domain.ts";
import type { Json } from "../json.ts";
import type { Reader } from "../metrics/reader.ts";

/** A row of `groups`. */
export interface LoggedGroup {
  /** The training iteration. */
  readonly iteration: number;
  /** Its position in the iteration. */
  readonly groupIndex: number;
  /** The start's id. */
  readonly id: string;
  /** The root's index in the training source. */
  readonly task: number;
  /** The root task's id. */
  readonly root: string;
  /** The turn that is played first, from 0. */
  readonly turn: number;
  /** Self-iteration steps behind the start. */
  readonly depth: number;
  /** What was asked. */
  readonly mode: Mode;
  /** The start whose rollout led to it; `null` at a root. */
  readonly parent: string | null;
  /** The training iteration that found it; 0 at a root. */
  readonly born: number;
  /** Which start of the iteration it is. */
  readonly chain: number;
  /** The position in its chain, from 0. */
  readonly chainStep: number;
  /** The round in which it was picked. */
  readonly round: number;
  /** How many starts were asked for in that round. */
  readonly asked: number;
}

/** A partial history in a row of `rollouts`. */
export interface LoggedSuccessor {
  /** Its id. */
  readonly id: string;
  /** Its turn. */
  readonly turn: number;
  /** Self-iteration steps behind it. */
  readonly depth: number;
  /** What its rollout was asked at the turn. */
  readonly mode: Mode;
  /** The start whose rollout led to it, unless that is the group's. */
  readonly parent?: string;
  /** Whether its response failed, where the domain says it. */
  readonly failed?: boolean;
}

/** A row of `rollouts`. */
export interface LoggedRollout {
  /** The verdict's quality at the end, in [0, 1]. */
  readonly quality: number;
  /** Whether it ended solved. */
  readonly solved: boolean;
  /** The verdict's reward, in [0, 1]. */
  readonly validation: number;
  /** Whether the last response failed. */
  readonly failed: boolean;
  /** The partial histories that it left behind, in order. */
  readonly successors: readonly LoggedSuccessor[];
  /** What the policy wrote, one a turn. */
  readonly responses: readonly string[];
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const successorsSchema: v.GenericSchema<unknown, LoggedSuccessor[]> = v.array(v.strictObject({
  id: v.string(),
  turn: count,
  depth: count,
  mode: savedMode,
  parent: v.exactOptional(v.string()),
  failed: v.exactOptional(v.boolean()),
}));

const turnsSchema = v.nullable(v.array(v.string()));

const groupColumns =
  "iteration, group_index, start, task, root, turn, depth, mode, start_parent, start_born, chain, chain_step, round, asked";
const rolloutColumns =
  "iteration, group_index, quality, solved, validation, failed, successors, response, turns";

/** A group with its rollouts, in order. */
export type GroupWithRollouts = LoggedGroup & { readonly rollouts: readonly LoggedRollout[] };

/**
 * The groups of some iterations with their rollouts, in order.
 *
 * @throws {TypeError} If a row is not what a run writes.
 */
export async function readGroups(
  reader: Reader,
  run: string,
  from: number,
  to: number,
): Promise<GroupWithRollouts[]> {
  const where = "where run = $run and iteration between $from and $to order by iteration, group_index";
  const groups = await reader.columns(`select ${groupColumns} from groups ${where}`, { run, from, to });
  const rollouts = await reader.columns(`select ${rolloutColumns} from rollouts ${where}, rollout`, {
    ...{ run, from, to },
  });
  const byGroup = Map.groupBy(rowsOf(rollouts), (row) => `${row[0]} ${row[1]}`);
  return rowsOf(groups).map((row) => ({
    ...readGroup(row),
    rollouts: (byGroup.get(`${row[0]} ${row[1]}`) ?? []).map(readRollout),
  }));
}

function rowsOf(columns: readonly (readonly Json[])[]): (readonly Json[])[] {
  return (columns[0] ?? []).map((_, at) => columns.map((column) => column[at] ?? null));
}

function readGroup(row: readonly Json[]): LoggedGroup {
  const [iteration, groupIndex, id, task, root, turn, depth, mode, parent, born, ...place] = row;
  const [chain, chainStep, round, asked] = place;
  return {
    ...{ iteration: Number(iteration), groupIndex: Number(groupIndex), id: String(id), task: Number(task) },
    ...{ root: String(root), turn: Number(turn), depth: Number(depth), chain: Number(chain) },
    ...{ chainStep: Number(chainStep), round: Number(round), asked: Number(asked) },
    ...{ parent: typeof parent === "string" ? parent : null, born: Number(born) },
    mode: restoreState(savedMode, mode ?? null, "mode of a group"),
  };
}

function readRollout(row: readonly Json[]): LoggedRollout {
  const [, , quality, solved, validation, failed, successors, response, turns] = row;
  return {
    ...{ quality: Number(quality), solved: solved === true, validation: Number(validation) },
    failed: failed === true,
    successors: restoreState(successorsSchema, parsed(successors), "successors of a rollout"),
    responses: restoreState(turnsSchema, parsed(turns), "turns of a rollout") ?? [String(response)],
  };
}

function parsed(text: Json | undefined): Json {
  return typeof text === "string" ? JSON.parse(text) : null;
}

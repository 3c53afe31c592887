/**
 * Changes of options by dotted path, as `--set` and `quick.set` write them.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { type ArmDraft, changeOption, type Source } from "./arm_draft.ts";
import { resolveArm } from "./resolve_arm.ts";
import { nestedKeys } from "./schema.ts";

/** A change of an option in one arm or in all that have it. */
export interface NamedChange {
  /** The dotted path, such as `"curriculum.probability"` or `"arms.exit.curriculum.probability"`. */
  readonly path: string;
  /** The new value. */
  readonly value: Json;
  /** Who asks for it. */
  readonly source: Source;
}

/**
 * Reads `PATH=VALUE`. A value that is JSON is taken as such, anything else as text.
 *
 * @throws {UserError} If there is no path or no `=`.
 *
 * @example
 * ```ts
 * import { parseSet } from "exitlab/lib/experiment/option_changes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseSet("domain.givens=[4,6]"), {
 *   path: "domain.givens",
 *   value: [4, 6],
 *   source: "--set",
 * });
 * ```
 */
export function parseSet(text: string): NamedChange {
  const [path = "", ...rest] = text.split("=");
  if (path.trim() === "" || rest.length === 0) {
    throw new UserError(`Expected --set to be PATH=VALUE, such as budget.tokens=200000, but found "${text}"`);
  }
  return { path: path.trim(), value: parseValue(rest.join("=")), source: "--set" };
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The drafts with options changed: in each arm that has the option, or in the one arm that the path names.
 *
 * @param drafts The arms that may be changed, by name.
 * @throws {UserError} If no arm has the option.
 */
export function changeOptions(
  drafts: ReadonlyMap<string, ArmDraft>,
  changes: readonly NamedChange[],
): ReadonlyMap<string, ArmDraft> {
  return changes.reduce(changeOne, drafts);
}

function changeOne(
  drafts: ReadonlyMap<string, ArmDraft>,
  change: NamedChange,
): ReadonlyMap<string, ArmDraft> {
  const keys = change.path.split(".");
  const arm = keys[0] === "arms" ? keys[1] ?? "" : undefined;
  const path = arm === undefined ? keys : keys.slice(2);
  if (arm !== undefined && !drafts.has(arm)) {
    const known = [...drafts.keys()];
    throw new UserError(`No selected arm is named "${arm}" in ${label(change)} (${hint(arm, known)})`);
  }
  const targets = [...drafts].filter(([name]) => arm === undefined || name === arm);
  const changed = targets.flatMap(([name, draft]): [string, ArmDraft][] => {
    const after = changeOption(draft, { ...change, path });
    return after === undefined ? [] : [[name, after]];
  });
  if (changed.length === 0) throw unknownPath(change, path.join("."), targets.map(([, draft]) => draft));
  return new Map([...drafts, ...changed]);
}

function unknownPath(change: NamedChange, path: string, drafts: readonly ArmDraft[]): UserError {
  const nested = Object.entries(nestedKeys).flatMap(([path, keys]) => keys.map((key) => `${path}.${key}`));
  const written = drafts.flatMap((draft) => Object.keys(resolveArm(draft).sources));
  const known = [...new Set([...written, ...nested])].filter((name) => name.includes("."));
  const head = path.split(".")[0] ?? "";
  const siblings = known.filter((name) => name.startsWith(`${head}.`));
  const heads = [...new Set(known.map((name) => name.split(".")[0] ?? ""))];
  const advice = siblings.length > 0 ? hint(path, siblings) : hint(head, heads);
  return new UserError(`No option has the path "${path}" in ${label(change)} (${advice})`);
}

function hint(word: string, known: readonly string[]): string {
  const guess = closest(word, known);
  return guess === undefined ? `known are ${known.join(", ")}` : `did you mean "${guess}"?`;
}

function label({ source, path }: NamedChange): string {
  return source === "--quick" ? `quick.set "${path}"` : `--set ${path}`;
}

/**
 * Commands for a project that lies outside of exitlab's folder: its own `deno.json` says where modules come from, and
 * exitlab's says what each command may touch.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);

/** The file that a project needs: it names exitlab, and what else its own modules import. */
export const projectFile = "deno.json";

/** exitlab's own folder; `null` where its modules come from an address. */
export function exitlabFolder(): string | null {
  return root.protocol === "file:" ? fileURLToPath(root).replace(/(?<=.)[/\\]$/, "") : null;
}

/**
 * The flags by which another Deno process finds modules as the project does in whose folder commands run; none in exitlab's
 * own folder, whose `deno.json` Deno finds by itself.
 */
export function projectFlags(folder: string = Deno.cwd()): string[] {
  return folder === exitlabFolder() ? [] : [`--config=${projectFile}`];
}

/** What a named set of exitlab's `deno.json` grants: names, or `true` for all. */
type PermissionSet = Readonly<Record<string, readonly string[] | boolean>>;

const sets: ReadonlyMap<string, PermissionSet> = new Map(
  Object.entries(config.permissions).map(([name, set]) => [name, namesOf(set)]),
);

function namesOf(set: object): PermissionSet {
  const granted: [string, readonly string[] | boolean][] = [];
  for (const [kind, value] of Object.entries(set)) {
    if (typeof value === "boolean") granted.push([kind, value]);
    if (Array.isArray(value)) granted.push([kind, value.map(String)]);
  }
  return Object.fromEntries(granted);
}

/**
 * The permission flags of a command in a project: those of its named set, written out, and those that its words call for.
 * Where the set says `.` it means exitlab's folder, which is read and never written.
 *
 * @param flags As `grants` gives them.
 *
 * @example
 * ```ts
 * import { exitlabFolder, projectGrants } from "exitlab/runners/cli/project.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(projectGrants("run", ["-P=run", "--allow-read=.,runs", "--allow-write=runs"]), [
 *   `--allow-read=${exitlabFolder()},.,runs`,
 *   "--allow-ffi",
 *   "--allow-write=runs",
 * ]);
 * ```
 */
export function projectGrants(command: string, flags: readonly string[]): string[] {
  const granted = new Map<string, Set<string> | true>();
  const grant = (kind: string, names: readonly string[]): void => {
    const before = granted.get(kind) ?? new Set();
    if (before !== true) granted.set(kind, new Set([...before, ...names]));
  };
  for (const [kind, names] of Object.entries(sets.get(command) ?? {})) {
    if (names === true) granted.set(kind, true);
    if (typeof names !== "boolean") grant(kind, names.flatMap((name) => name === "." ? ownFolder() : [name]));
  }
  for (const flag of flags) {
    const [, kind, names] = /^--allow-(\w+)=(.+)$/.exec(flag) ?? [];
    if (kind !== undefined && names !== undefined) grant(kind, names.split(","));
  }
  return [...granted].map(([kind, names]) =>
    names === true ? `--allow-${kind}` : `--allow-${kind}=${[...names].join(",")}`
  );
}

function ownFolder(): string[] {
  const folder = exitlabFolder();
  return folder === null ? [] : [folder];
}

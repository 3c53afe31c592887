import { join } from "node:path";
import { UserError } from "../../../lib/domain/mod.ts";
import { readCsv } from "../mlkit/csv.ts";
import type { NamedTable } from "./target_column.ts";

/** The most bytes of a file. */
const mostBytes = 64 * 2 ** 20;

/** The most rows of a table. */
const mostRows = 200_000;

/**
 * Checks that a path is a folder of its own and no link.
 *
 * @throws {UserError} If it is not.
 */
export function checkFolder(path: string): void {
  const info = infoOf(path);
  if (info === null) throw new UserError(`Cannot find the competition "${path}" (looked in ${Deno.cwd()})`);
  if (!info.isDirectory) {
    throw new UserError(
      `Expected the competition "${path}" to be a folder but found a ${info.isSymlink ? "link" : "file"}`,
    );
  }
}

/** Whether a folder has an entry of this name, whatever it is. */
export function hasEntry(folder: string, name: string): boolean {
  return infoOf(join(folder, name)) !== null;
}

/**
 * The text of a file of a folder. A link is not followed: it could lead anywhere.
 *
 * @throws {UserError} If there is none, it is a link or a folder, or too large, or not UTF-8.
 */
export function readFileOf(folder: string, name: string): string {
  const path = join(folder, name);
  const info = infoOf(path);
  if (info === null) throw new UserError(`Missing file "${name}" in the competition "${folder}"`);
  if (!info.isFile) {
    throw new UserError(`Expected "${path}" to be a file but found a ${info.isSymlink ? "link" : "folder"}`);
  }
  if (info.size > mostBytes) {
    throw new UserError(
      `Expected "${path}" to have at most ${mostBytes / 2 ** 20} MiB but it has ${
        Math.ceil(info.size / 2 ** 20)
      } MiB`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new UserError(`Expected "${path}" to be UTF-8 but it is not`);
    throw error;
  }
}

/**
 * A table of a folder.
 *
 * @throws {UserError} If `readFileOf` refuses it, it is no CSV, or it lacks a column beside the target.
 */
export function readTableOf(folder: string, name: string, target: string): NamedTable {
  const path = join(folder, name);
  const table = parseTable(readFileOf(folder, name), path);
  const names = table.names.map((column) => JSON.stringify(column)).join(", ").slice(0, 400);
  if (!table.has(target)) {
    throw new UserError(`Expected the column "${target}" to predict in "${path}" but it has ${names}`);
  }
  if (table.names.length < 2) {
    throw new UserError(`Expected a column beside "${target}" in "${path}" but found none`);
  }
  if (table.names.includes("")) {
    throw new UserError(`Expected every column of "${path}" to have a name but one has none`);
  }
  if (table.rows > mostRows) {
    throw new UserError(`Expected at most ${mostRows} rows in "${path}" but found ${table.rows}`);
  }
  return { path, table };
}

function parseTable(text: string, path: string): NamedTable["table"] {
  try {
    return readCsv(text);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${error.message} in "${path}"`);
    throw error;
  }
}

function infoOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(`No permission to read "${path}"; keep it below the folder where you run`);
    }
    throw error;
  }
}

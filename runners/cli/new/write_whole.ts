import { dirname, join } from "node:path";
import { UserError } from "../../../lib/errors.ts";
import type { Placement } from "./placement.ts";

/**
 * Writes all files, or none: into a hidden folder first, whose content then takes its place.
 *
 * @param texts The text of each file, by its path below the placement's parent.
 * @throws {UserError} If something is there already, or nothing may be written there.
 */
export async function writeWhole(
  { parent, entries }: Placement,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const hidden = join(parent, `.new-${crypto.randomUUID()}`);
  try {
    for (const entry of entries) await expectNothing(join(parent, entry));
    await Deno.mkdir(hidden, { recursive: true });
    for (const [path, text] of texts) {
      await Deno.mkdir(dirname(join(hidden, path)), { recursive: true });
      await Deno.writeTextFile(join(hidden, path), text, { createNew: true });
    }
    await place(hidden, parent, entries);
  } catch (error) {
    throw explained(error, parent);
  } finally {
    await Deno.remove(hidden, { recursive: true }).catch(() => {});
  }
}

/** Moves each entry to its place; takes those back that were moved if another cannot be. */
async function place(hidden: string, parent: string, entries: readonly string[]): Promise<void> {
  const placed: string[] = [];
  try {
    for (const entry of entries) {
      await expectNothing(join(parent, entry));
      await Deno.rename(join(hidden, entry), join(parent, entry));
      placed.push(entry);
    }
  } catch (error) {
    for (const entry of placed) await Deno.remove(join(parent, entry), { recursive: true });
    throw error;
  }
}

async function expectNothing(path: string): Promise<void> {
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new UserError(
    `Cannot write ${path}: it is there already; take another NAME, or another folder with --out`,
  );
}

function explained(error: unknown, parent: string): unknown {
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new UserError(`No permission to write to "${parent}"`);
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return new UserError(`Expected "${parent}" to be a folder, or not there yet, but found a file`);
  }
  return error;
}

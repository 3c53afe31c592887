import { UserError } from "../../lib/errors.ts";

/**
 * The text of a file of cases.
 *
 * @throws {UserError} If it is missing, a folder, or may not be read.
 */
export async function readTable(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`Found no file "${file}"`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected "${file}" to be a file of cases but found a folder`);
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new UserError(`No permission to read "${file}"`);
    }
    throw error;
  }
}

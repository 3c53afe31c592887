import { errorMessage, UserError } from "../errors.ts";

/** Whether a message tells of a disk without room. */
export function isDiskFull(message: string): boolean {
  return /os error 28|no space left|disk (is )?full|ENOSPC/i.test(message);
}

/** What a failed write to a runs folder means to the user, or the error itself if it means nothing to them. */
export function explainWriteError(error: unknown, path: string): unknown {
  const message = errorMessage(error);
  if (isDiskFull(message)) {
    return new UserError(
      `The disk is full: cannot write to ${path}; free some space and continue with --resume`,
    );
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return new UserError(`Expected ${path} to be in a folder but found a file on the way`);
  }
  if (/os error 30|read-only file system/i.test(message)) {
    return new UserError(`The file system is read-only: cannot write to ${path}`);
  }
  if (error instanceof Deno.errors.NotFound) return new UserError(`Cannot make ${path}: no such place`);
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new UserError(`No permission to write to ${path}; choose another folder with --runs DIR`);
  }
  return error;
}

import { errorMessage, UserError } from "../errors.ts";

/**
 * What a failed write to a folder means to the user, or the error itself if it means nothing to them.
 *
 * @param option The option that says where it is written.
 */
export function explainWriteError(error: unknown, path: string, option: "runs" | "out" = "runs"): unknown {
  const message = errorMessage(error);
  if (/os error 28|no space left|disk (is )?full|ENOSPC/i.test(message)) {
    return new UserError(
      `The disk is full: cannot write to ${path}; free some space and ${
        option === "runs" ? "continue with --resume" : "try again"
      }`,
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
    return new UserError(`No permission to write to ${path}; choose another folder with --${option} DIR`);
  }
  return error;
}

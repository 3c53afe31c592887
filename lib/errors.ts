/**
 * A mistake that the person at the keyboard can mend. The command line prints its message as one sentence,
 * without a stack trace, and exits with code 2. Anything else that is thrown is a defect or a failure (code 1).
 *
 * Messages are in sentence case without a full stop and say what was wrong, the value seen, the form wanted and where.
 *
 * @example
 * ```ts
 * import { UserError } from "exitlab/lib/errors.ts";
 *
 * const error = new UserError('Expected "curriculum.probability" to be in [0, 1] but found 1.2');
 * if (!(error instanceof Error)) throw error;
 * ```
 */
export class UserError extends Error {
  /** Always `"UserError"`. */
  override name = "UserError";
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What to throw for a file that the user named and that could not be read: a sentence, or the error as it came.
 *
 * @param what Follows the path in the sentence, such as `" for --file"`.
 */
export function unreadable(error: unknown, path: string, what: string = ""): unknown {
  if (error instanceof Deno.errors.NotFound) return new UserError(`Found no file "${path}"${what}`);
  if (error instanceof Deno.errors.IsADirectory) {
    return new UserError(`Expected a file${what} but found the folder "${path}"`);
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new UserError(`Expected a file${what} that may be read but "${path}" may not be`);
  }
  return error;
}

import { errorMessage, UserError } from "../../lib/errors.ts";
import { explainWriteError, isDiskFull } from "../../lib/loop/write_error.ts";

/** What a failed write to the folder of `--out` means to the user, or the error itself if it means nothing to them. */
export function explainOutError(error: unknown, out: string): unknown {
  if (isDiskFull(errorMessage(error))) {
    return new UserError(`The disk is full: cannot write to "${out}"; free some space and try again`);
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return new UserError(`Expected a folder to write to but found a file at or above "${out}"`);
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new UserError(`Expected to write files to "${out}" but found a folder of the name of one there`);
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new UserError(`No permission to write to "${out}"; choose another folder with --out DIR`);
  }
  if (error instanceof Deno.errors.NotFound) {
    return new UserError(`Cannot make the folder "${out}"; choose another with --out DIR`);
  }
  return explainWriteError(error, out);
}

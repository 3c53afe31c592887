import { UserError } from "../errors.ts";

/** A checkpoint whose weights are kept in another place, and are not there any more. */
export class CheckpointGoneError extends UserError {
  /** What kind of error it is. */
  override name = "CheckpointGoneError";
}

/**
 * The engine was there and no longer knows the policy: its server was started anew, say. What it held is gone; a policy
 * that is opened anew can be loaded from a checkpoint.
 */
export class EngineLostError extends Error {
  /** What kind of error it is. */
  override name = "EngineLostError";
}

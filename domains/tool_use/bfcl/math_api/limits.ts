import { PythonError } from "../python/error.ts";

/** An int of more digits cannot be shown. */
export const mostDigits = 4300;

const unshown = 10n ** BigInt(mostDigits);

/** An int that can be shown. @throws {PythonError} As Python, if it has too many digits. */
export function shown(value: bigint): bigint {
  if (value < unshown && value > -unshown) return value;
  throw tooManyDigits();
}

/** What Python raises for an int that has too many digits. */
export function tooManyDigits(): PythonError {
  const limit = `Exceeds the limit (${mostDigits} digits) for integer string conversion`;
  return new PythonError("ValueError", limit);
}

/** What a tool's call ends with when Python would raise: an error that the policy sees as a result. */
export class PythonError extends Error {
  /** The class of the exception, such as `"KeyError"`. */
  readonly kind: string;

  /** Made from the exception's class and what `str` gives of it. */
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

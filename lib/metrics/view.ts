/** A view over all runs. */
export interface View {
  /** Its name. */
  readonly name: string;
  /** What a row is, one line. */
  readonly summary: string;
  /** Its query. */
  readonly sql: string;
}

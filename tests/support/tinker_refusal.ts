/** What the stand-in server answers to a request that it refuses. */
export class Refusal extends Error {
  readonly status: number;
  readonly category: string;

  constructor(status: number, message: string, category: string) {
    super(message);
    this.status = status;
    this.category = category;
  }
}

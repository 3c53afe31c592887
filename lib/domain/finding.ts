import { errorMessage } from "../errors.ts";

/** Something that a conformance check found wrong. */
export interface Finding {
  /** The rule that is broken, one or two words such as `"reference"`. */
  readonly check: string;
  /** What was seen and where, one sentence. */
  readonly message: string;
}

/** Collects findings; what a check throws is one too. */
export class Findings {
  readonly #found = new Map<string, Finding>();

  /** All findings so far, each once. */
  get all(): Finding[] {
    return [...this.#found.values()];
  }

  /** Notes a finding unless a condition holds. */
  expect(condition: boolean, check: string, message: string): void {
    if (!condition) this.#found.set(`${check}: ${message}`, { check, message });
  }

  /** Runs a check; `undefined` if it throws. */
  async attempt<T>(check: string, where: string, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      this.expect(false, check, `${where} threw "${errorMessage(error)}"`);
      return undefined;
    }
  }
}

/** Freezes a value to its depths, so that code that changes its input throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const field of Object.values(value)) deepFreeze(field);
  }
  return value;
}

import { errorMessage } from "../errors.ts";

/** Something that a conformance check found wrong. */
export interface Finding {
  /** The rule that is broken, one or two words such as `"reference"`. */
  readonly check: string;
  /** What was seen and where, one sentence. */
  readonly message: string;
  /** What to write instead, one sentence; left out where the message says it. */
  readonly fix?: string;
}

/** What a thrown error means, where a check knows better than that it was thrown. */
export interface Cause {
  /** The rule that is broken. */
  readonly check: string;
  /** What happened, to go on from what was played, such as `"needs read access to …"`. */
  readonly what: string;
  /** What to write instead. */
  readonly fix: string;
}

/** How findings are told. */
export interface FindingWords {
  /** What to write instead, by check, where a finding does not say. */
  readonly fixes?: Readonly<Record<string, string>>;
  /** What an error means; `undefined` for no more than that it was thrown. */
  readonly explain?: (error: unknown) => Cause | undefined;
}

/** As much of what an error says is kept (characters). */
const longestMessage = 1000;

/** Collects findings; what a check throws is one too. */
export class Findings {
  readonly #found = new Map<string, Finding>();
  readonly #fixes: Readonly<Record<string, string>>;
  readonly #explain: (error: unknown) => Cause | undefined;

  /** No findings yet. */
  constructor({ fixes = {}, explain = () => undefined }: FindingWords = {}) {
    this.#fixes = fixes;
    this.#explain = explain;
  }

  /** All findings so far, each once. */
  get all(): Finding[] {
    return [...this.#found.values()];
  }

  /**
   * Notes a finding unless a condition holds.
   *
   * @param fix What to write instead. Default the one of the check, if it has one.
   */
  expect(
    condition: boolean,
    check: string,
    message: string,
    fix: string | undefined = this.#fixes[check],
  ): void {
    if (condition) return;
    this.#found.set(`${check}: ${message}`, { check, message, ...fix === undefined ? {} : { fix } });
  }

  /** What an error says; anything may be thrown, also what throws when it is asked. */
  #understand(error: unknown): { readonly cause: Cause | undefined; readonly message: string } {
    try {
      return { cause: this.#explain(error), message: errorMessage(error).slice(0, longestMessage) };
    } catch {
      return { cause: undefined, message: "what cannot be shown" };
    }
  }

  /**
   * Runs a check; `undefined` if it throws.
   *
   * @param fix What to write where it throws. Default the one of the check, if it has one.
   */
  async attempt<T>(
    check: string,
    where: string,
    run: () => T | Promise<T>,
    fix?: string,
  ): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      const { cause, message } = this.#understand(error);
      if (cause !== undefined) this.expect(false, cause.check, `${where} ${cause.what}`, cause.fix);
      else this.expect(false, check, `${where} threw "${message}"`, fix);
      return undefined;
    }
  }
}

/** Freezes a value to its depths, so that code that changes its input throws. */
export function deepFreeze<T>(value: T): T {
  // No recursion: what is nested too deeply is a finding, and not the end of the stack.
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const at = rest.pop();
    if (typeof at !== "object" || at === null || Object.isFrozen(at)) continue;
    Object.freeze(at);
    for (const field of Object.values(at)) rest.push(field);
  }
  return value;
}

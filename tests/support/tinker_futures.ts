/**
 * The stand-in server's memory of requests: each of an owner (a session, a model, a sampling session) has a number, is
 * done once however often it is sent, and its result is kept under an id.
 *
 * @module
 */
import { Refusal } from "./tinker_refusal.ts";
import type { TableRecord, TableSequence } from "./tinker_table.ts";

/** What a request gave. */
export type Result =
  | { readonly kind: "json"; readonly value: { readonly [name: string]: unknown } }
  | { readonly kind: "pass"; readonly records: readonly TableRecord[] }
  | { readonly kind: "samples"; readonly sequences: readonly TableSequence[] }
  | { readonly kind: "failed"; readonly error: string; readonly category: string };

interface Done {
  readonly digest: string;
  readonly result: Result;
  id: string;
}

/** What its server is like. */
interface FutureOptions {
  /** Numbers may be left out, as on SkyRL. */
  readonly sharesSlot?: boolean;
  /** Numbers mean nothing, as on verl. */
  readonly repeats?: boolean;
}

/** Requests, in order and once. */
export class Futures {
  readonly #results = new Map<string, Result>();
  readonly #owners = new Map<string, Map<number, Done>>();
  readonly #gaps: boolean;
  readonly #repeats: boolean;
  #next = 0;

  /** None yet. */
  constructor({ sharesSlot = false, repeats = false }: FutureOptions) {
    this.#gaps = sharesSlot;
    this.#repeats = repeats;
  }

  /**
   * Does a request, unless it was done before; gives the id of its result.
   *
   * @param number Its number with its owner; none is asked for where none is given.
   */
  take(owner: string, number: number | undefined, digest: string, work: () => Result): string {
    if (number === undefined || this.#repeats) return this.#keep(work());
    const known = this.#owners.get(owner) ?? new Map<number, Done>();
    this.#owners.set(owner, known);
    const before = known.get(number);
    if (before === undefined) {
      if (number !== known.size + 1 && !this.#gaps) {
        throw new Refusal(400, `Expected request ${known.size + 1} of ${owner} but found ${number}`, "user");
      }
      const result = work();
      const id = this.#keep(result);
      known.set(number, { digest, result, id });
      return id;
    }
    if (before.digest !== digest) {
      throw new Refusal(409, `Request ${number} of ${owner} had another body`, "user");
    }
    // A result that was forgotten is given another id, not made again.
    if (!this.#results.has(before.id)) before.id = this.#keep(before.result);
    return before.id;
  }

  /** The result of that id. */
  find(id: string): Result {
    const result = this.#results.get(id);
    if (result === undefined) throw new Refusal(410, `Unknown request "${id}"`, "user");
    return result;
  }

  /** Forgets the result of that id. */
  forget(id: string): void {
    this.#results.delete(id);
  }

  #keep(result: Result): string {
    const id = `request-${++this.#next}`;
    this.#results.set(id, result);
    return id;
  }
}

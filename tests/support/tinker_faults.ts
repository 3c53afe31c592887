/**
 * What goes wrong between a client and a server, by a seeded plan: always such that a client that keeps to the rules
 * gets through, and that one that does anything twice, or takes half an answer for a whole one, does not.
 *
 * No 409 is among them: a server that says it has a request's number with another body has seen two clients, or one
 * that miscounts, and nothing that a correct one could send next would mend that. A request sent again as it was gets
 * the id it had. That 409 ends a run has a test of its own (`client_test.ts`).
 *
 * @module
 */
import { Random } from "exitlab/lib/random.ts";

/** What can be done to a request or its answer. */
export const faultKinds = [
  /** "Still at work", at once. */
  "408",
  /** A proxy's bare refusal. */
  "400",
  /** The result of a future is forgotten. */
  "410",
  /** Busy. */
  "429",
  /** Busy, and for how long. */
  "429 with Retry-After",
  /** A page of the server's, before anything was done. */
  "500",
  /** A page of a proxy's, after it was done. */
  "502",
  /** A page of a proxy's, before anything was done. */
  "503",
  /** Status 200, and nonsense. */
  "garbage",
  /** The connection ends before the request is read. */
  "cut before",
  /** The connection ends after it was done. */
  "cut after",
  /** The connection ends in the middle of the answer. */
  "cut half",
  /** The answer comes in drips. */
  "slow",
] as const;

/** What can be done to a request or its answer. */
export type FaultKind = typeof faultKinds[number];

/** How much one request has to bear before it is let through; a client gives up on nonsense after three times. */
const [mostFaults, mostNoise, mostForgotten] = [5, 2, 2];

interface Borne {
  faults: number;
  noise: number;
  forgotten: number;
}

/** Decides what goes wrong, and counts it. */
export class FaultPlan {
  /** How often each was done. */
  readonly counts: Map<FaultKind, number> = new Map();
  readonly #random: Random;
  readonly #probability: number;
  readonly #borne = new Map<string, Borne>();

  /** A plan in which a request meets a fault with some probability. */
  constructor(seed: number, probability: number) {
    this.#random = new Random(seed, "faults");
    this.#probability = probability;
  }

  /** How many were done. */
  get total(): number {
    return this.counts.values().reduce((sum, count) => sum + count, 0);
  }

  /** What happens to this request; nothing if `null`. */
  next(route: string, body: string): FaultKind | null {
    if (route.endsWith("/session_heartbeat")) return null;
    const key = `${route} ${body}`;
    const borne = this.#borne.get(key) ?? { faults: 0, noise: 0, forgotten: 0 };
    const isPoll = route.endsWith("/retrieve_future");
    const kind = faultKinds[this.#random.int(faultKinds.length)];
    if (kind === undefined || borne.faults >= mostFaults || this.#random.next() >= this.#probability) {
      this.#borne.delete(key);
      return null;
    }
    const isNoise = kind === "400" || kind === "garbage";
    if (
      (kind === "410" && (!isPoll || borne.forgotten >= mostForgotten)) ||
      (isNoise && borne.noise >= mostNoise)
    ) {
      return null;
    }
    this.#borne.set(key, {
      faults: borne.faults + 1,
      noise: borne.noise + (isNoise ? 1 : 0),
      forgotten: borne.forgotten + (kind === "410" ? 1 : 0),
    });
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return kind;
  }
}

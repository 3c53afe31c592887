/**
 * The requests of one model, in order. A number counts them from 1; the next is sent when the server has taken on the
 * one before, so that it sees them in that order whatever the network does. Results are waited for side by side.
 *
 * @module
 */
import { ServerLostError } from "./failure.ts";
import { type Pending, readRequestId } from "./future.ts";
import type { Caller } from "./retry.ts";
import type { WireRequest } from "./transport.ts";

/** Makes a request for its number. */
export type Build = (seqId: number) => WireRequest;

/** Sends numbered requests one after another. */
export class RequestLine {
  readonly #caller: Caller;
  readonly #idempotent: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #sent = 0;

  /**
   * An empty line.
   *
   * @param idempotent Whether a request that is sent again is done once.
   */
  constructor(caller: Caller, idempotent: boolean) {
    this.#caller = caller;
    this.#idempotent = idempotent;
  }

  /** How many requests the server has taken on. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends requests when all before them were taken on, with no other request of the line in between. The place in the
   * line is that of the call.
   *
   * @param builds Each makes a request for its number; or what has to be waited for first, and gives them.
   * @throws {Error} As `Caller.call` says; the number of the request that failed is then free for the next.
   */
  async post(builds: readonly Build[] | (() => Promise<readonly Build[]>)): Promise<Pending[]> {
    const turn = this.#last.then(async () => {
      const pending: Pending[] = [];
      for (const build of typeof builds === "function" ? await builds() : builds) {
        const request: WireRequest = { ...build(this.#sent + 1), unrepeatable: !this.#idempotent };
        const issue = () => this.#caller.call(request, readRequestId);
        const requestId = await issue();
        this.#sent++;
        // Sent again, it needs no place in the line: its number tells the server which it is.
        const issueAgain = this.#idempotent ? issue : () => Promise.reject(forgotten(request));
        pending.push({ route: request.route, requestId, issueAgain });
      }
      return pending;
    });
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  /** Waits until the server has taken on all that was posted before. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

function forgotten({ method, route }: WireRequest): ServerLostError {
  return new ServerLostError(
    `The server has forgotten a request that it would do twice (${method} ${route})`,
  );
}

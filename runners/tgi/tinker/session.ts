/**
 * A session holds a client's models. A server closes one that stays silent, so a heartbeat is sent as long as it is
 * open.
 *
 * @module
 */
import { version } from "../../../lib/version.ts";
import { ServerLostError, UnreadableError } from "./failure.ts";
import { type Caller, readObject } from "./retry.ts";

/** Calls something every so many milliseconds; gives a function that ends it. */
export type Every = (task: () => void, milliseconds: number) => () => void;

/** Milliseconds between heartbeats. */
export const heartbeatEvery = 10_000;

/** The clock of this machine; it keeps no process alive. */
export const every: Every = (task, milliseconds) => {
  const timer = setInterval(task, milliseconds);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
};

/** An open session. */
export class Session {
  /** Its name on the server. */
  readonly id: string;
  /** Whether the server does not know it any more. */
  isLost = false;
  readonly #caller: Caller;
  readonly #ending = new AbortController();
  readonly #stop: () => void;
  #beat: Promise<void> | undefined;
  #models = 0;
  #samplers = 0;

  private constructor(id: string, caller: Caller, clock: Every) {
    this.id = id;
    // One try a beat: the next is near.
    this.#caller = caller.under(this.#ending.signal, { patience: 0, noiseTries: 1 });
    this.#stop = clock(() => {
      this.#beat ??= this.#send().finally(() => this.#beat = undefined);
    }, heartbeatEvery);
  }

  /** Opens a session. Sent again after a cut, it is still one: the call carries a key of its own. */
  static async open(caller: Caller, clock: Every): Promise<Session> {
    const id = await caller.call({
      method: "POST",
      route: "/api/v1/create_session",
      idempotencyKey: crypto.randomUUID(),
      body: JSON.stringify({
        tags: ["exitlab"],
        user_metadata: {},
        sdk_version: `exitlab/${version}`,
        type: "create_session",
      }),
    }, (reply) => {
      const { session_id: id } = readObject(reply);
      if (typeof id === "string" && id !== "") return id;
      throw new UnreadableError('It answered without a "session_id"');
    });
    return new Session(id, caller, clock);
  }

  /** The number of the next model. */
  nextModel(): number {
    return this.#models++;
  }

  /** The number of the next sampling session. */
  nextSampler(): number {
    return this.#samplers++;
  }

  /** Ends the heartbeat. */
  async close(): Promise<void> {
    this.#stop();
    this.#ending.abort();
    await this.#beat;
  }

  async #send(): Promise<void> {
    try {
      await this.#caller.call({
        method: "POST",
        route: "/api/v1/session_heartbeat",
        body: JSON.stringify({ session_id: this.id, type: "session_heartbeat" }),
        timeout: heartbeatEvery,
      }, () => undefined);
    } catch (error) {
      // A beat that fails is no one's failure: the next call of a model finds out what is the matter.
      if (error instanceof ServerLostError) this.isLost = true;
    }
  }
}

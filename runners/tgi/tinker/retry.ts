/**
 * When a request is sent again. A Tinker server answers much that is no refusal: 408 while it works, 429 while it is
 * busy, 5xx and cut connections while a proxy or itself starts again. Requests carry numbers, by which most servers
 * know one that is sent again and do it once. Where a server does not (verl, `ServerProfile.idempotent`), a numbered
 * request that may have come is not sent again: the model counts as lost, and the run goes on from its checkpoint.
 *
 * All waiting ends. A server that gives no sign of life has `patience`; one that says it is at work has `longestWork`
 * for each future, however often it says so, and then the call fails with an error that names the route.
 *
 * @module
 */
import { UserError } from "../../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import {
  AbsentError,
  CutError,
  excerpt,
  MissingCheckpointError,
  readRefusal,
  redactError,
  ServerLostError,
  UnreadableError,
} from "./failure.ts";
import type { Transport, WireReply, WireRequest } from "./transport.ts";

/** How long and how often to ask again. */
export interface RetryRules {
  /** Milliseconds before the first repetition after trouble; doubled each time. Default 500. */
  readonly firstDelay: number;
  /** The longest such wait, in milliseconds. Default 30 000. */
  readonly longestDelay: number;
  /** Milliseconds without progress after which a request is given up. Default 600 000. */
  readonly patience: number;
  /** Milliseconds that the server may be at work on one future, alive as it may be. Default 3 600 000. */
  readonly longestWork: number;
  /** How often an answer that makes no sense is asked for, as proxies give them. Default 3. */
  readonly noiseTries: number;
  /** How often a forgotten request is issued again. Default 8. */
  readonly reissues: number;
  /** Milliseconds until a request is given up and sent again. Default 120 000. */
  readonly timeout: number;
  /** Milliseconds that a poll may take; servers hold one for some 20 to 40 s. Default 60 000. */
  readonly pollTimeout: number;
}

/** The rules where nothing else is said. */
export const defaultRules: RetryRules = {
  firstDelay: 500,
  longestDelay: 30_000,
  patience: 600_000,
  longestWork: 3_600_000,
  noiseTries: 3,
  reissues: 8,
  timeout: 120_000,
  pollTimeout: 60_000,
};

/** Why a request is sent again. */
export type RetryReason = "working" | "busy" | "server" | "cut" | "noise" | "forgotten";

/** A request that is about to be sent again. */
export interface RetryEvent {
  /** Which, such as `"POST /api/v1/optim_step"`. */
  readonly route: string;
  /** Why. */
  readonly reason: RetryReason;
  /** What was seen. */
  readonly message: string;
  /** Milliseconds until then. */
  readonly wait: number;
}

/** What a caller needs beside a transport. */
export interface CallerOptions {
  /** When to ask again. */
  readonly rules: RetryRules;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Waits. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Hears of each repetition. */
  readonly onRetry: (event: RetryEvent) => void;
}

/** The server has forgotten what was asked for: the original must be issued again. */
export class ForgottenError extends Error {
  /** Always `"ForgottenError"`. */
  override name = "ForgottenError";
}

/** The server is still at work on what is waited for. */
export class WorkingError extends Error {
  /** Always `"WorkingError"`. */
  override name = "WorkingError";
}

/** Quick answers of "still working" that are asked again without any wait; more of them are slowed down. */
const freePolls = 8;

/** Sends requests until they are answered. */
export class Caller {
  readonly #transport: Transport;
  readonly #options: CallerOptions;

  /** A caller over a transport. */
  constructor(transport: Transport, options: CallerOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** The rules. */
  get rules(): RetryRules {
    return this.#options.rules;
  }

  /** Ends all waiting. */
  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** The server's address. */
  get base(): string {
    return this.#transport.base;
  }

  /** A text without the key. */
  redact(text: string): string {
    return this.#transport.redact(text);
  }

  /** The same caller with another end to all waiting. */
  under(signal: AbortSignal, rules: Partial<RetryRules> = {}): Caller {
    return new Caller(this.#transport, {
      ...this.#options,
      signal,
      rules: { ...this.#options.rules, ...rules },
    });
  }

  /**
   * Sends a request until it is answered, and reads the answer.
   *
   * @param read Throws {@link UnreadableError} or {@link WorkingError} when asking again may help.
   * @throws {UserError} If the server says that the caller is wrong, or refuses the key.
   * @throws {ServerLostError} If it does not know our session or model (404), gave it up (410), or may or may not have
   *   got a request that it would do twice.
   * @throws {ForgottenError} If a future is asked for that it does not know.
   * @throws {Error} If it refuses, answers nonsense again and again, makes no progress for `patience`, or is at work
   *   for `longestWork`. The key is in no message.
   */
  async call<T>(request: WireRequest, read: (reply: WireReply) => T): Promise<T> {
    const { rules, signal } = this.#options;
    const where = request.name ?? `${request.method} ${request.route}`;
    let [stalled, troubles, noises, quickPolls, worked] = [0, 0, 0, 0, 0];
    for (;;) {
      signal.throwIfAborted();
      const started = performance.now();
      let trouble: Trouble;
      try {
        const reply = await this.#transport.send(request, signal);
        const found = judge(reply, where, request);
        if (found === undefined) return read(reply);
        trouble = found;
      } catch (error) {
        redactError(error, (text) => this.redact(text));
        if (error instanceof CutError) {
          trouble = { reason: "cut", message: error.message, hasArrived: error.hasArrived };
        } else if (error instanceof UnreadableError) trouble = { reason: "noise", message: error.message };
        else if (error instanceof WorkingError) trouble = { reason: "working", message: error.message };
        else throw error;
      }
      const took = performance.now() - started;
      if (request.unrepeatable === true && (trouble.hasArrived ?? trouble.reason !== "busy")) {
        throw new ServerLostError(
          `The server may have done this or not, and would do it twice: ${trouble.message} (${where})`,
        );
      }
      if (trouble.reason === "working") {
        // The server is alive and at it: no patience is used up.
        [stalled, troubles, noises] = [0, 0, 0];
        quickPolls = took < 50 ? quickPolls + 1 : 0;
        const wait = Math.min(1000, 100 * Math.max(0, quickPolls - freePolls));
        worked += took + wait;
        if (worked > rules.longestWork) {
          throw new Error(
            `${this.base} is still at work after ${
              Math.round(worked / 1000)
            } s, which is given up (${where}): see the ` +
              "server's log, start it again if it hangs, and go on from the last checkpoint",
          );
        }
        await this.#wait(where, trouble, wait);
        continue;
      }
      if (trouble.reason === "noise" && ++noises >= rules.noiseTries) {
        throw new Error(`${trouble.message}, ${noises} times in a row (${where})`);
      }
      const delay = Math.min(rules.longestDelay, rules.firstDelay * 2 ** troubles++);
      const wait = Math.max(delay, trouble.after ?? 0);
      stalled += took;
      if (stalled + wait > rules.patience) {
        const seconds = Math.round(stalled / 1000);
        throw new Error(`${this.base} makes no progress: ${trouble.message}, for ${seconds} s (${where})`);
      }
      stalled += wait;
      await this.#wait(where, trouble, wait);
    }
  }

  /** Tells of a repetition, and waits for it. */
  async #wait(route: string, { reason, message }: Trouble, wait: number): Promise<void> {
    const { onRetry, sleep, signal } = this.#options;
    onRetry({ route, reason, message, wait });
    if (wait > 0) await sleep(wait, signal);
  }

  /** Waits before a forgotten request is issued again: not at all the first time. */
  async beforeReissue(route: string, message: string, reissue: number): Promise<void> {
    const { rules } = this.#options;
    const wait = reissue === 0 ? 0 : Math.min(rules.longestDelay, rules.firstDelay * 2 ** (reissue - 1));
    await this.#wait(route, { reason: "forgotten", message }, wait);
  }
}

interface Trouble {
  readonly reason: RetryReason;
  readonly message: string;
  readonly after?: number | undefined;
  /** Whether the request may have come to the server. Default true for all but `busy`. */
  readonly hasArrived?: boolean;
}

/** What an answer calls for: nothing (read it), a repetition, or an error. */
function judge(reply: WireReply, where: string, request: WireRequest): Trouble | undefined {
  const { status, body, retryAfter } = reply;
  if (status >= 200 && status < 300) return undefined;
  if (status === 408) return { reason: "working", message: "it is still at work" };
  const refusal = readRefusal(body, reply.redact);
  const said = reply.redact(refusal.said);
  if (status === 429 || status === 425) {
    return { reason: "busy", message: `it answered ${status}: ${said}`, after: retryAfter };
  }
  if (status >= 500) {
    return { reason: "server", message: `it answered ${status}: ${said}`, after: retryAfter };
  }
  if (status === 400 && !refusal.deliberate) {
    return { reason: "noise", message: `It answered 400 without saying why but ${said}` };
  }
  if (status === 401 || status === 403) {
    throw new UserError(`The server refuses the key (${status}): ${said} (${where}); is the right key set?`);
  }
  const isPoll = request.route === retrieveRoute;
  if (isPoll && (status === 410 || (status === 404 && refusal.deliberate))) {
    throw new ForgottenError(said);
  }
  if (refusal.deliberate && status === 404 && /checkpoint/i.test(said)) {
    throw new MissingCheckpointError(`The server does not have the checkpoint: ${said} (${where})`);
  }
  if (refusal.deliberate && (status === 404 || status === 410)) {
    throw new ServerLostError(`The server has lost what was asked for: ${said} (${where})`);
  }
  // SkyRL has the models of before its restart in its database, and TuFT takes a request that is sent again for another.
  if (refusal.deliberate && /\bnot loaded\b|sequence conflict/i.test(said)) {
    throw new ServerLostError(`The server has lost what was asked for: ${said} (${where})`);
  }
  if (status === 409) {
    throw new Error(`The server has this request's number for another one: ${said} (${where})`);
  }
  if (status === 404 || status === 405) {
    throw new AbsentError(`The server does not have this route (${status}): ${said} (${where})`);
  }
  throw failure(`The server refused (${status}): ${said} (${where})`, refusal.category);
}

/** The route on which results are waited for. */
export const retrieveRoute = "/api/v1/retrieve_future";

/** A refusal as an error: the caller's mistake, or not. */
export function failure(message: string, category: string | undefined): Error {
  return category === "user" ? new UserError(message) : new Error(message);
}

/**
 * The JSON of an answer.
 *
 * @throws {UnreadableError} If it is none.
 */
export function readJson(reply: WireReply): Json {
  const text = new TextDecoder().decode(reply.body);
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableError(`It answered ${reply.status} with no JSON but ${excerpt(reply.redact(text))}`);
  }
}

/**
 * The JSON object of an answer.
 *
 * @throws {UnreadableError} If it is anything else.
 */
export function readObject(reply: WireReply): JsonObject {
  const json = readJson(reply);
  if (isJsonObject(json)) return json;
  throw new UnreadableError(
    `It answered ${reply.status} with no JSON object but ${excerpt(reply.redact(JSON.stringify(json)))}`,
  );
}

/** Waits for some milliseconds, or until aborted (throws its reason). */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", abort, { once: true });
  });
}

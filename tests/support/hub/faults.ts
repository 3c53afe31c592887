/**
 * What goes wrong at the stand-in for the Hub.
 *
 * @module
 */
import type { Json } from "exitlab/lib/json.ts";

/**
 * How a log stream misbehaves: it is cut after some events or bytes, comes to a good end too early, says nothing more and stays
 * open, gives all that there is and stays open for ever, ends at once with nothing, or has nothing but comments that keep it
 * alive, for ever.
 */
export type LogTrouble =
  | { readonly cutAfterEvents: number }
  | { readonly cutAfterBytes: number }
  | { readonly endAfterEvents: number }
  | { readonly stallAfterEvents: number }
  | "silent"
  | "never ends"
  | "empty"
  | "keep-alives";

/** A fault of some requests. One of `status`, `cut` and `log` says what it is. */
export interface Fault {
  /** The method of the requests. Default any. */
  readonly method?: string;
  /** What their path, with its query, must match. */
  readonly path: RegExp;
  /** How many requests have it; counted down. Default 1. */
  times?: number;
  /** How many requests that fit are spared before; counted down. Default 0. */
  skip?: number;
  /** The answer's status. */
  readonly status?: number;
  /** The answer's body: JSON, or a text as a proxy gives it. */
  readonly body?: Json;
  /** More headers of the answer, such as `retry-after`. */
  readonly headers?: Record<string, string>;
  /** Whether the request took effect all the same. Default false. */
  readonly carriedOut?: boolean;
  /** The connection is cut without an answer, before or after the request took effect. */
  readonly cut?: "before" | "after";
  /** A log stream's trouble; taken by the route of logs itself. */
  readonly log?: LogTrouble;
}

/** The first fault that fits a request and is not used up, which uses it once. */
export function takeFault(
  faults: readonly Fault[],
  method: string,
  path: string,
  kind: "request" | "log" = "request",
): Fault | undefined {
  for (const fault of faults) {
    if ((fault.log === undefined) !== (kind === "request")) continue;
    if ((fault.method ?? method) !== method || !fault.path.test(path) || fault.times === 0) continue;
    if ((fault.skip ?? 0) > 0) {
      fault.skip = (fault.skip ?? 0) - 1;
      continue;
    }
    fault.times = (fault.times ?? 1) - 1;
    return fault;
  }
  return undefined;
}

/** The account that pays has no credit left. */
export const noCredit = { status: 402, body: { error: "Payment required: add credit to run jobs" } } as const;
/** As many jobs run as may. */
export const noQuota = {
  status: 403,
  body: { error: "You have reached the limit of concurrent jobs" },
} as const;
/** Too many requests, for two seconds. */
export const tooMany = {
  status: 429,
  body: { error: "Too many requests" },
  headers: { "retry-after": "2" },
} as const;
/** A proxy in front of the Hub has no answer. */
export const badGateway = {
  status: 502,
  body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
} as const;

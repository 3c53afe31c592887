import { UserError } from "../../../lib/errors.ts";

/** What is known of a request that failed. */
export interface HubFailure {
  /** The HTTP status; `null` if there was no answer. */
  readonly status: number | null;
  /** Whether the request may have been carried out all the same. */
  readonly ambiguous: boolean;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Milliseconds that the Hub asks to wait; `null` if it does not say. */
  readonly retryAfter?: number | null;
}

/**
 * The Hub refused, could not be reached, or answered nonsense: a sentence for the user. The token is never in it.
 *
 * @example
 * ```ts
 * import { HubError } from "exitlab/runners/hf/hub/hub_error.ts";
 *
 * const error = new HubError("Expected an answer but found none", { status: null, ambiguous: true, transient: true });
 * if (!error.ambiguous) throw error;
 * ```
 */
export class HubError extends UserError {
  /** The HTTP status; `null` if there was no answer. */
  readonly status: number | null;
  /** Whether the request may have been carried out all the same. */
  readonly ambiguous: boolean;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Milliseconds that the Hub asks to wait; `null` if it does not say. */
  readonly retryAfter: number | null;

  /** An error with a sentence that has been cleaned of the token. */
  constructor(message: string, { status, ambiguous, transient, retryAfter = null }: HubFailure) {
    super(message);
    this.status = status;
    this.ambiguous = ambiguous;
    this.transient = transient;
    this.retryAfter = retryAfter;
  }
}

/** A request that was refused. */
export interface Refused {
  /** The HTTP status. */
  readonly status: number;
  /** What was asked for, such as `"POST https://huggingface.co/api/jobs/me"`. */
  readonly where: string;
  /** Its path, such as `"/api/jobs/me"`. */
  readonly path: string;
  /** What the Hub says, without the token; empty if nothing. */
  readonly said: string;
  /** Whether a token was sent. */
  readonly hadToken: boolean;
  /** Whether the request changes something. */
  readonly changes: boolean;
  /** Milliseconds that the Hub asks to wait. */
  readonly retryAfter: number | null;
}

/** The error for a status of 300 or more. */
export function refusal(refused: Refused): HubError {
  const { status, where, said, changes, retryAfter } = refused;
  const transient = isTransient(status);
  const found = `found ${status}${said === "" ? "" : ` "${said}"`} (${where})`;
  return new HubError(`${expectation(refused)} but ${found}`, {
    status,
    // A proxy gives up (408, 5xx) while what is behind it may go on.
    ambiguous: changes && (status === 408 || status >= 500),
    transient,
    retryAfter,
  });
}

/** Statuses that may be another when asked again: time-out, too many requests, and trouble of the server's own. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

const settings = "https://huggingface.co/settings";

function expectation({ status, path, hadToken }: Refused): string {
  const isJobs = /^\/api\/(scheduled-)?jobs(\/|$)/.test(path);
  switch (status) {
    case 401:
      return hadToken
        ? `Expected a token in HF_TOKEN that is valid and has not expired (make one at ${settings}/tokens)`
        : `Expected a token in HF_TOKEN, which this needs (make one at ${settings}/tokens)`;
    case 402:
      return `Expected credit on the account that pays (add some at ${settings}/billing)`;
    case 403:
      return isJobs
        ? `Expected a token with the right to write, or with the permission to start and manage jobs, in this namespace (see ${settings}/tokens), and a quota that is not used up,`
        : `Expected a token with the right to do this in this namespace (see ${settings}/tokens)`;
    case 404:
      return "Expected something that exists and that the token may see";
    case 408:
    case 425:
      return "Expected an answer in time";
    case 429:
      return "Expected a quota or rate limit that is not used up (wait, or end other jobs)";
    default:
      return status >= 500
        ? "Expected the Hub to work"
        : status < 400
        ? "Expected an answer, not a redirection,"
        : "Expected a request that the Hub takes";
  }
}

/** What an answer's body says of an error, in one line of at most 300 characters. */
export function excerpt(body: string, redact: (text: string) => string): string {
  const said = redact(errorOf(body)).replaceAll(/\s+/g, " ").trim();
  return said.length > 300 ? `${said.slice(0, 299)}…` : said;
}

function errorOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) {
      for (const key of ["error", "message"]) {
        const said: unknown = Object.entries(parsed).find(([name]) => name === key)?.[1];
        if (typeof said === "string") return said;
      }
    }
    return JSON.stringify(parsed);
  } catch {
    // A page of a proxy: its tags say nothing.
    return body.replaceAll(/<(script|style)\b.*?<\/\1>|<[^>]*>/gs, " ");
  }
}

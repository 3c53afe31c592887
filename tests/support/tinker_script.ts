/**
 * A caller to which a server answers by a script.
 *
 * @module
 */
import { Caller, defaultRules, type RetryEvent, type RetryRules } from "exitlab/runners/tgi/tinker/retry.ts";
import { Transport } from "exitlab/runners/tgi/tinker/transport.ts";

/** An answer, or what `fetch` throws. */
export type Scripted = Response | Error;

/** A caller, and what it did. */
export interface Script {
  readonly caller: Caller;
  readonly waits: number[];
  readonly events: RetryEvent[];
  readonly sent: Request[];
}

/** A caller to which a server answers by a script, the last answer for ever; waiting is only noted. */
export function script(
  answers: readonly (() => Scripted)[],
  rules: Partial<RetryRules> = {},
  key?: string,
): Script {
  const [waits, events, sent]: [number[], RetryEvent[], Request[]] = [[], [], []];
  const transport = new Transport({
    url: "http://server/base/",
    ...key === undefined ? {} : { key },
    timeout: 1000,
    mostReplyBytes: 1000,
    fetch: (input, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)]?.() ??
        new Error("The script is empty");
      sent.push(new Request(input, init));
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const caller = new Caller(transport, {
    rules: { ...defaultRules, ...rules },
    signal: new AbortController().signal,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    onRetry: (event) => events.push(event),
  });
  return { caller, waits, events, sent };
}

/** A script's answer. */
export const answer = (status: number, body: unknown, headers: HeadersInit = {}) => (): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
/** An answer that is one. */
export const fine = answer(200, { ok: true });
/** A connection that breaks. */
export const cut = (): TypeError => new TypeError("connection closed before message completed");
/** A numbered request. */
export const post = { method: "POST", route: "/api/v1/optim_step", body: "{}" } as const;
/** A question for a result. */
export const poll = { method: "POST", route: "/api/v1/retrieve_future", body: "{}" } as const;

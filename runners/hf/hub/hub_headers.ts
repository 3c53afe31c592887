/** Where an answer sends a request on to: the same origin, or any other that is encrypted. */
export function redirection(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  const to = URL.parse(location, from);
  return to !== null && (to.protocol === "https:" || to.origin === from.origin) ? to : undefined;
}

/**
 * The path of the next page of a list, from the header `Link`; `null` if there is none on the same host.
 *
 * @example
 * ```ts
 * import { nextPage } from "exitlab/runners/hf/hub/hub_headers.ts";
 * import assert from "node:assert/strict";
 *
 * const headers = new Headers({ link: '<https://huggingface.co/api/jobs/me?cursor=2>; rel="next"' });
 * assert.equal(nextPage(headers, "https://huggingface.co"), "/api/jobs/me?cursor=2");
 * ```
 */
export function nextPage(headers: Headers, host: string): string | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next\b/.exec(headers.get("link") ?? "")?.[1];
  if (target === undefined) return null;
  const url = URL.parse(target, host);
  return url !== null && url.origin === new URL(host).origin ? `${url.pathname}${url.search}` : null;
}

/**
 * The milliseconds until a request may be made again; `null` if nothing says so. The header `Retry-After` has seconds or a time
 * of day. The Hub's `RateLimit`, which comes with every answer, has what is left and the seconds until there is more.
 *
 * @example
 * ```ts
 * import { retryAfter } from "exitlab/runners/hf/hub/hub_headers.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(retryAfter(new Headers({ "retry-after": "7" })), 7000);
 * assert.equal(retryAfter(new Headers({ ratelimit: '"api";r=0;t=55' })), 55_000);
 * assert.equal(retryAfter(new Headers({ ratelimit: '"api";r=489;t=55' })), null);
 * ```
 */
export function retryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) {
    const seconds = /;\s*r=0\s*;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
    return seconds === undefined ? null : 1000 * Number(seconds);
  }
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

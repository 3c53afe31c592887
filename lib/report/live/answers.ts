/**
 * What all answers of the live page's server have in common.
 *
 * @module
 */

/** Whether a request names the loopback interface: a page elsewhere whose name was pointed here does not. */
export function isLoopback(host: string | null): boolean {
  return host !== null && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

/** The headers of an answer: no other origin may read or frame it, and nothing in it may run or fetch. */
export function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  };
}

/** The answer to what there is not. */
export function notFound(): Response {
  return refusal(404, "There is no such page");
}

/** An answer in words to what is not done. */
export function refusal(status: number, words: string, more: Record<string, string> = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { ...headers("text/plain; charset=utf-8"), ...more },
  });
}

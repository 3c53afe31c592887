/**
 * The anchor of a heading, as code hosts make it: small letters, digits and hyphens; a second heading of the same words
 * gets a number.
 *
 * @param text The heading's words, without markup.
 * @param taken How often each anchor of the page was asked for so far; counted on.
 *
 * @example
 * ```ts
 * import { slug } from "exitlab/docs/site/slug.ts";
 * import assert from "node:assert/strict";
 *
 * const taken = new Map<string, number>();
 * assert.equal(slug("Sizes: Llama-3.2-3B, as in §2!", taken), "sizes-llama-32-3b-as-in-2");
 * assert.deepEqual([slug("`exit()`", taken), slug("exit", taken)], ["exit", "exit-1"]);
 * ```
 */
export function slug(text: string, taken: Map<string, number>): string {
  const plain = text.toLowerCase().trim().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
  const before = taken.get(plain) ?? 0;
  taken.set(plain, before + 1);
  return before === 0 ? plain : `${plain}-${before}`;
}

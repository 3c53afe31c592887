/**
 * The text of an answer, of which no more is held in memory than it may have.
 *
 * @param most The most bytes.
 * @returns `undefined` if it has more.
 *
 * @example
 * ```ts
 * import { readLimited } from "exitlab/runners/hf/hub/read_limited.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await readLimited(new Response("é"), 2), "é");
 * assert.equal(await readLimited(new Response("éa"), 2), undefined);
 * ```
 */
export async function readLimited({ body }: Response, most: number): Promise<string | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return await new Blob(chunks).text();
}

import { resolve } from "node:path";

/**
 * Whether access that was granted is enough for access that is asked for: a folder for what is in it, a host for each of
 * its ports.
 *
 * @example
 * ```ts
 * import { covers } from "exitlab/runners/cli/covers.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(covers("read", "/data", "/data/one/words.txt"));
 * assert.ok(!covers("read", "/data", "/database"));
 * assert.ok(covers("net", "example.com", "example.com:443"));
 * assert.ok(!covers("net", "example.com:80", "example.com:443"));
 * ```
 */
export function covers(kind: "read" | "net", granted: string, asked: string): boolean {
  if (kind === "net") return granted === asked || granted === asked.replace(/:\d+$/, "");
  const [folder, path] = [resolve(granted), resolve(asked)];
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

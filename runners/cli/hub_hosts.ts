/** The Hub's own address. */
export const defaultHub = "https://huggingface.co";

/**
 * The hosts that the Hub is reached through: its own, and those that keep the content of files.
 *
 * @param hub What `--hub` says; the Hub itself when left out.
 *
 * @example
 * ```ts
 * import { hubHosts } from "exitlab/runners/cli/hub_hosts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(hubHosts("http://127.0.0.1:8080"), ["127.0.0.1:8080"]);
 * assert.ok(hubHosts().includes("huggingface.co:443"));
 * ```
 */
export function hubHosts(hub: string = defaultHub): string[] {
  const url = URL.parse(hub);
  if (url === null || url.hostname === "") return [];
  const own = `${url.hostname}:${url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80"}`;
  return url.hostname === "huggingface.co" ? [own, "*.huggingface.co", "*.hf.co", "*.xethub.hf.co"] : [own];
}

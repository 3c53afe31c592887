import { dirname, join } from "node:path";
import { isHubHost } from "../../lib/hub_token.ts";
import type { HubGrants } from "./hub_grants.ts";
import { hubHosts } from "./hub_hosts.ts";
import { keyNames } from "./server_names.ts";
import { option } from "./words.ts";

/** Where answers of hosted models are kept unless `--cache` says otherwise. */
export const answerFolder: string = join(".cache", "hosted");

/**
 * What the words of `deno task eval` call for: the folders of its file, of runs and of answers, the hosts of the model,
 * and the one secret that goes there.
 *
 * @example
 * ```ts
 * import { evalGrants } from "exitlab/runners/cli/eval_grants.ts";
 * import assert from "node:assert/strict";
 *
 * const { net, env } = evalGrants(["a.ts", "--model", "Qwen/Qwen3-8B"]);
 * assert.deepEqual(net, ["router.huggingface.co:443", "huggingface.co:443"]);
 * assert.deepEqual(env, ["HF_TOKEN"]);
 * const own = evalGrants(["a.ts", "--model", "mine", "--url", "http://gpu-box:8000/v1"]);
 * assert.deepEqual([own.net, own.env], [["gpu-box:8000"], ["EXITLAB_SAMPLER_KEY"]]);
 * ```
 */
export function evalGrants(words: readonly string[]): HubGrants {
  const runs = option(words, "runs") ?? "runs";
  const cache = option(words, "cache") ?? answerFolder;
  const files = words.filter((word) => /\.([cm]?[jt]s|json|ya?ml)$/.test(word)).map((word) => dirname(word));
  const url = option(words, "url");
  const [hub] = hubHosts(option(words, "hub"));
  const router = hub === "huggingface.co:443" ? ["router.huggingface.co:443"] : [];
  const net = url === undefined ? [...router, ...hub === undefined ? [] : [hub]] : hubHosts(url).slice(0, 1);
  return {
    read: [...files, runs, cache],
    write: [runs, cache],
    net,
    env: [url === undefined || net.some(isHubHost) ? "HF_TOKEN" : keyNames.sampler],
    run: [],
  };
}

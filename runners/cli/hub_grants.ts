import { dirname } from "node:path";
import { hubHosts } from "./hub_hosts.ts";
import { option, options } from "./words.ts";

/** What a command may do for the Hub's sake. */
export interface HubGrants {
  /** Paths to read. */
  readonly read: readonly string[];
  /** Paths to write. */
  readonly write: readonly string[];
  /** Hosts to call. */
  readonly net: readonly string[];
  /** Variables of the environment to read. */
  readonly env: readonly string[];
  /** Programs to start. */
  readonly run: readonly string[];
}

/** Where hardware lists are kept. */
export const hubCache = ".cache/hf";

/**
 * What a command's words call for beyond this machine: the Hub's hosts, the token and secrets by their names, and for
 * submitting jobs this Deno, which tells what an experiment imports.
 *
 * @param deno This Deno's own path.
 *
 * @example
 * ```ts
 * import { hubGrants } from "exitlab/runners/cli/hub_grants.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(hubGrants("run", ["a.ts"], "/usr/bin/deno").net, []);
 * const words = ["a.ts", "--runner", "hf", "--hub", "http://127.0.0.1:8080", "--secret", "KAGGLE_KEY"];
 * const { net, env, run } = hubGrants("run", words, "/usr/bin/deno");
 * assert.deepEqual(net, ["127.0.0.1:8080"]);
 * assert.deepEqual(env, ["HF_TOKEN", "KAGGLE_KEY"]);
 * assert.deepEqual(run, ["/usr/bin/deno"]);
 * ```
 */
export function hubGrants(command: string, words: readonly string[], deno: string): HubGrants {
  const rents = (command === "run" || command === "plan") && option(words, "runner") === "hf";
  if (!rents && !["jobs", "push", "pull"].includes(command)) {
    return { read: [], write: [], net: [], env: [], run: [] };
  }
  const files = [...options(words, "include"), ...options(words, "model")];
  return {
    read: rents ? [...files, ...options(words, "hardware").map((path) => dirname(path))] : [],
    write: rents ? [hubCache] : [],
    net: hubHosts(option(words, "hub")),
    env: ["HF_TOKEN", ...rents || command === "jobs" ? options(words, "secret") : []],
    run: command === "run" ? [deno] : [],
  };
}

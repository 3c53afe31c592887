import { UserError } from "../../../lib/errors.ts";
import type { SamplerInfo } from "./sampler.ts";

/** What a policy needs of the sampler that draws for it. */
export interface SamplerNeeds {
  /** The model, as `org/name`. */
  readonly model: string;
  /** The most tokens of a prompt and its completion. */
  readonly context: number;
  /** Whether an adapter is trained; if not, all parameters. */
  readonly adapter: boolean;
}

/**
 * Refuses a sampler that does not fit a policy: completions of another model, or none of the policy's length, would only be
 * noticed late or not at all. What a sampler does not tell counts as fitting.
 *
 * @param url The sampler's address, for messages.
 * @throws {UserError} If it serves another model, allows fewer tokens or does not take such weights.
 *
 * @example
 * ```ts
 * import { checkSampler } from "exitlab/runners/tgi/samplers/check_sampler.ts";
 * import assert from "node:assert/strict";
 *
 * const info = {
 *   model: "mine",
 *   root: "/models/org/small",
 *   context: 4096,
 *   topP: false,
 *   takes: ["adapter"] as const,
 *   description: "vLLM 0.33.0",
 * };
 * const needs = { model: "org/small", context: 2048, adapter: true };
 * checkSampler(info, needs, "http://127.0.0.1:8001");
 * assert.throws(
 *   () => checkSampler(info, { ...needs, model: "org/large" }, "http://127.0.0.1:8001"),
 *   /Expected the sampler at http:\/\/127\.0\.0\.1:8001 to serve "org\/large" but found "mine"/,
 * );
 * ```
 */
export function checkSampler(info: SamplerInfo, needs: SamplerNeeds, url: string): void {
  const { model, context, adapter } = needs;
  if (!servesModel(info, model)) {
    throw new UserError(
      `Expected the sampler at ${url} to serve "${model}" but found ${
        [...new Set(namesOf(info))].map((name) => `"${name}"`).join(" from ")
      } (${info.description})`,
    );
  }
  if (info.context !== null && info.context < context) {
    throw new UserError(
      `Expected policy.context to be at most ${info.context}, what the sampler at ${url} allows ` +
        `(${info.description}), but found ${context}`,
    );
  }
  if (info.takes.length > 0 && !info.takes.includes(adapter ? "adapter" : "model")) {
    throw new UserError(
      adapter
        ? `The sampler at ${url} (${info.description}) takes whole models alone; set policy.adapter to null`
        : `The sampler at ${url} (${info.description}) takes adapters alone; set policy.adapter to {}, or take SGLang`,
    );
  }
}

/**
 * Whether a sampler serves a model, as far as it tells.
 *
 * @param model As `org/name`.
 */
export function servesModel(info: SamplerInfo, model: string): boolean {
  const names = namesOf(info);
  return names.length === 0 || names.some((name) => isModel(name, model));
}

/** What a sampler calls its model. */
function namesOf({ model, root }: SamplerInfo): string[] {
  return [model, root].filter((name): name is string => name !== null && name !== "");
}

/** Whether a name is a model's own, or that of a folder that has its name. */
function isModel(name: string, model: string): boolean {
  const wanted = model.toLowerCase();
  const parts = name.toLowerCase().split(/[/\\]+/).filter((part) => part !== "");
  if (parts.slice(-2).join("/") === wanted) return true;
  // A folder of the Hub's own cache: models--org--name/snapshots/…
  if (parts.includes(`models--${wanted.replace("/", "--")}`)) return true;
  // Two parts are another's model, unless a folder is meant.
  const isFolder = /^([/\\~.]|[a-z]:)/i.test(name) || parts.length !== 2;
  return isFolder && parts.at(-1) === wanted.split("/").at(-1);
}

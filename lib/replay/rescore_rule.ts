import type { Domain } from "../domain/domain.ts";
import { contentHash, type JsonObject } from "../json.ts";

/** A rule: the domain's kind, version and options. */
export type Rule = JsonObject & { readonly kind: string; readonly version: string };

/** What decides a domain's verdicts. */
export function ruleOf({ kind, version, options }: Pick<Domain, "kind" | "version" | "options">): Rule {
  return { kind, version, options };
}

/** The name of a run under another rule: the same for the same rule. */
export function rescoredName(run: string, rule: Rule): string {
  return `${run}-rescored-${contentHash(rule).slice(0, 8)}`;
}

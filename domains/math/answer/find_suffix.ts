/**
 * What belongs to an answer though it stands after its wrapper: percent signs, degrees, bases, units.
 *
 * @module
 */
import { groupEnd } from "./scan.ts";
import { readUnit } from "./units.ts";

/** How far after an answer it is looked for. */
const reach = 60;

const closers = /^(?:\s|\*\*|\\[)\],;:! ]|\$|~)*/;
const sign =
  /^(?:\\?%|°|\^\s*\{?\s*\\circ\s*\}?|\\(?:degree|circ)(?![a-zA-Z])|(?:percent|percentage|pct|per cent|degrees?)(?![a-zA-Z])|[€£¢¥])/i;
const base = /^_\s*(?:\d|\{\s*\d+\s*\})/;
const group = /^\\(?:text[a-z]*|[mh]box|mathrm|operatorname)\s*(?=\{)/;
const power = /^\s*\^\s*(?:\{\s*-?\d\s*\}|\d)/;
const unitRun = /^(?:[a-zA-Z]+\.?|\/|[²³])(?:(?:\s+|\s*\/\s*)(?:[a-zA-Z]+)|\^\d|[²³])*/;

/** Units that are everyday words as well. */
const everyday: ReadonlySet<string> = new Set([
  "in",
  "a",
  "s",
  "min",
  "second",
  "unit",
  "m",
  "l",
  "h",
  "g",
  "N",
  "J",
]);

/**
 * The percent sign, degree sign, base or unit directly after an answer; `""` if something else follows.
 *
 * @param text What follows the answer.
 *
 * @example
 * ```ts
 * import { suffixOf } from "exitlab/domains/math/answer/find_suffix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(suffixOf("$ percent of them."), " percent");
 * assert.equal(suffixOf("\\text{ cm}^2."), "\\text{ cm}^2");
 * assert.equal(suffixOf(" square miles in total"), " square miles");
 * assert.equal(suffixOf(" in total"), "");
 * ```
 */
export function suffixOf(text: string): string {
  const near = text.slice(0, reach);
  const rest = near.slice(closers.exec(near)?.[0].length ?? 0);
  const [plain] = sign.exec(rest) ?? [];
  if (plain !== undefined) return /^[a-z]/i.test(plain) ? ` ${plain}` : plain;
  // A base belongs to what it directly follows.
  const [digits] = base.exec(near) ?? [];
  if (digits !== undefined) return digits;
  const [open] = group.exec(rest) ?? [];
  if (open !== undefined) {
    const end = groupEnd(rest, open.length);
    const inner = rest.slice(open.length + 1, end - 1);
    const [raised = ""] = power.exec(rest.slice(end)) ?? [];
    return isUnit(inner) || raised !== "" ? rest.slice(0, end) + raised : "";
  }
  return unitIn(rest);
}

/** The longest run of words that is a unit. */
function unitIn(text: string): string {
  let [run = ""] = unitRun.exec(text) ?? [];
  while (run !== "") {
    const unit = run.replace(/\.$/, "");
    if (isUnit(unit) && !everyday.has(unit.split(/\s/).at(-1) ?? "")) return ` ${unit}`;
    run = run.slice(0, Math.max(0, run.search(/(?:\s+|\s*\/\s*)[a-zA-Z]+\.?$/)));
  }
  return "";
}

function isUnit(text: string): boolean {
  const plain = text.replaceAll("²", "^2").replaceAll("³", "^3").trim().replace(/\.$/, "");
  return /^(?:percent|pct|percentage|degrees?|°|%)$/.test(plain) || readUnit(plain) !== undefined;
}

import { canonicalJson, type Json } from "../json.ts";
import type { Step } from "./domain.ts";
import type { Findings } from "./finding.ts";

/** Something in a value that storing it would lose or change. */
interface NotPlain {
  /** Where and what, such as `"state.seen is a Map"`. */
  readonly what: string;
  /** What to use instead. */
  readonly fix: string;
}

/** Nothing that is stored is nested so deeply on purpose. */
const deepest = 200;

/** Refuses a value that is another once it was stored as JSON and read again. */
export function checkPlain(value: unknown, name: string, where: string, findings: Findings): boolean {
  const found = notPlain(value, name, []);
  if (found !== undefined) {
    findings.expect(false, "json", `${where}: ${found.what}, which JSON does not keep`, found.fix);
  }
  return found === undefined;
}

function notPlain(value: unknown, at: string, ancestors: readonly object[]): NotPlain | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { what: `${at} is -0`, fix: "Add 0 to it, which makes -0 to 0" };
    if (Number.isFinite(value)) return undefined;
    return { what: `${at} is ${value}`, fix: "Use null where there is no number" };
  }
  if (value === undefined) return { what: `${at} is undefined`, fix: "Leave the field out, or use null" };
  if (typeof value !== "object") {
    const fix = typeof value === "bigint"
      ? "Use a number, or its digits as text"
      : "Keep data alone, no code";
    return { what: `${at} is a ${typeof value}`, fix };
  }
  if (ancestors.includes(value)) {
    return { what: `${at} holds itself`, fix: "Refer to it by an index or a name" };
  }
  if (ancestors.length >= deepest) {
    return {
      what: `${at.slice(0, 40)}… goes ${deepest} levels deep`,
      fix: "Use a flat list, or refer by an index",
    };
  }
  const within = [...ancestors, value];
  if (Array.isArray(value)) return notPlainList(value, at, within);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return otherKind(value, at);
  for (const [key, field] of Object.entries(value)) {
    const found = notPlain(field, `${at}.${key}`, within);
    if (found !== undefined) return found;
  }
  return undefined;
}

function notPlainList(list: readonly unknown[], at: string, within: readonly object[]): NotPlain | undefined {
  for (let index = 0; index < list.length; index++) {
    const found = notPlain(list[index], `${at}[${index}]`, within);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What to use instead of the usual kinds of object. */
const instead: Readonly<Record<string, string>> = {
  Map: "Use a plain object, or a list of pairs: [...map]",
  Set: "Use a list: [...set]",
  Date: "Use text: date.toISOString()",
  Promise: "Only step() may be async: give the value itself",
};

function otherKind(value: object, at: string): NotPlain {
  const maker: unknown = value.constructor;
  const name = typeof maker === "function" ? maker.name : "";
  const article = /^[AEIOU]/.test(name) ? "an" : "a";
  return {
    what: `${at} is ${name === "" ? "an object of a class" : `${article} ${name}`}`,
    fix: instead[name] ?? "Use a plain object with the same fields: { ...value }",
  };
}

/** A value as it is after it was stored and read again; itself, if it cannot be stored. */
export function throughJson(value: Json): Json {
  if (isEndless(value, [])) return value;
  try {
    const copy: Json = JSON.parse(JSON.stringify(value));
    return copy;
  } catch {
    return value;
  }
}

/** A value as text, the same for the same value even where it is no JSON. */
export function digest(value: Json): string {
  try {
    if (!isEndless(value, [])) return canonicalJson(value);
  } catch {
    // It is no JSON, and told as what it is.
  }
  return Deno.inspect(value, { depth: 20, sorted: true, iterableLimit: 1000, strAbbreviateSize: 1e6 });
}

/** Whether a value holds itself or is nested too deeply, which the engine finds out at the end of its stack alone. */
function isEndless(value: unknown, ancestors: readonly object[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (ancestors.length >= deepest || ancestors.includes(value)) return true;
  const within = [...ancestors, value];
  return Object.values(value).some((field) => isEndless(field, within));
}

/** What came of a turn as text, the same for the same. */
export function outcomeOf({ state, verdict, feedback, done }: Step<Json>): string {
  return digest({ state, verdict, feedback: feedback ?? null, done });
}

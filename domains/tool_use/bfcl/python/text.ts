import { PyOpaque, type PyValue } from "./value.ts";

/** What `str` gives. */
export function str(value: PyValue): string {
  return typeof value === "string" ? value : repr(value);
}

/** What `repr` gives. */
export function repr(value: PyValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatRepr(value);
  if (typeof value === "string") return stringRepr(value);
  if (value instanceof PyOpaque) return value.text;
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (value instanceof Set) return value.size === 0 ? "set()" : `{${[...value].map(repr).join(", ")}}`;
  return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")}}`;
}

/** What `json.dumps` gives, or `undefined` where it would raise. */
export function dumps(value: PyValue): string | undefined {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatJson(value);
  if (typeof value === "string") return stringJson(value);
  if (value instanceof PyOpaque || value instanceof Set) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(dumps);
    return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
  }
  const entries: string[] = [];
  for (const [key, item] of value) {
    const text = dumps(item);
    if (text === undefined) return undefined;
    entries.push(`${stringJson(String(key))}: ${text}`);
  }
  return `{${entries.join(", ")}}`;
}

/** A float as Python prints it: an exponent from 1e16 up and below 1e-4, `.0` where there is no fraction. */
function floatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size < 1e16 && size >= 1e-4) {
    const text = String(value);
    // Down to 1e-6 the text has no exponent here either.
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${digits}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatRepr(value);
}

/** JSON with everything outside of ASCII escaped. */
function stringJson(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => char === "\u007f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const shortEscapes: { readonly [char: string]: string } = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

/** A string between single quotes, or between double ones where it has single ones only. */
function stringRepr(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const text = value.replace(/[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escapeChar);
  return quote + (quote === "'" ? text.replaceAll("'", "\\'") : text) + quote;
}

function escapeChar(char: string): string {
  const short = Object.hasOwn(shortEscapes, char) ? shortEscapes[char] : undefined;
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

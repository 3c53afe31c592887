/**
 * One way of writing for what is written in many: characters become commands, decoration and room go, thousands lose
 * their separators, `sqrt(3)/2` becomes LaTeX.
 *
 * @module
 */
import { groupEnd } from "./scan.ts";
import {
  characters,
  decoration,
  escapedTwice,
  lowered,
  raised,
  room,
  synonyms,
  typedCommands,
} from "./symbols.ts";

/**
 * The text in normal form. Equal normal forms mean equal answers; the reverse is for comparison to find out.
 *
 * @example
 * ```ts
 * import { normalText } from "exitlab/domains/math/answer/normal_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalText("\\left( 3, \\dfrac{\\pi}{2} \\right)"), "( 3, \\frac{\\pi}{2} )");
 * assert.equal(normalText("10{,}080"), "10080");
 * assert.equal(normalText("√3/2"), "\\sqrt{3}/2");
 * assert.equal(normalText("sqrt(x^2+1)"), "\\sqrt{x^2+1}");
 * ```
 */
export function normalText(text: string): string {
  const plain = joinThousands(replaceCharacters(text.normalize("NFC")));
  return tidy(outsideText(replaceCommands(plain), typedMath));
}

function replaceCharacters(written: string): string {
  const text = written.replaceAll(/√\s*(\d+(?:\.\d+)?|[a-zA-Z])/g, "\\sqrt{$1}");
  let result = "";
  for (const run of text.match(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ]+|[₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₖᵢ]+|[^]/gu) ?? []) {
    const first = [...run][0] ?? "";
    if (raised.has(first)) result += `^{${[...run].map((each) => raised.get(each)).join("")}}`;
    else if (lowered.has(first)) result += `_{${[...run].map((each) => lowered.get(each)).join("")}}`;
    else {
      const command = characters.get(first);
      // A command must not run into the letter after it.
      result += command === undefined ? run : /[a-zA-Z]$/.test(command) ? `${command} ` : command;
    }
  }
  return result.normalize("NFKC").replaceAll(escapedTwice, "\\");
}

/** `1{,}000`, `1,\!000`, `1\,000` and `1 000` without what parts them. A comma alone may as well part a list. */
function joinThousands(text: string): string {
  const separator = /(?<=\d)(?:,\\!\s*|\s?\{\s?,\s?\}|\\[,;:! ]|~|[\u00a0\u2009\u202f])(?=\d{3}(?!\d))/g;
  const joined = text.replaceAll(separator, "");
  return joined.replaceAll(
    /(?<![\d.,]|\d )\d{1,3}(?: \d{3})+(?![\d,])/g,
    (number) => number.replaceAll(" ", ""),
  );
}

function replaceCommands(text: string): string {
  return flatUnits(text).replaceAll(/\\[a-zA-Z]+|\\[^a-zA-Z]/gs, (command) => {
    const bare = decoration.has(command) ? "" : synonyms.get(command) ?? command;
    if (room.has(bare)) return " ";
    if (bare === "\\%") return "%";
    if (bare === "\\&") return "&";
    return bare;
  }).replaceAll(/\\text\s*\{\s*(\\?\$|%)\s*\}/g, "$1").replaceAll(/\\text\s+(?=\{)/g, "\\text")
    .replaceAll(/\\text\{\s*([-+]?[\d.,]*\d)\s*\}/g, "$1").replaceAll(
      // A letter that stands upright after a number may be a unit.
      /(?<=\d)\\mathrm\s*\{\s*([mgshLNJWVAKCM])\s*\}/g,
      " $1",
    ).replaceAll(
      /\\mathrm\s*\{\s*([a-zA-Z])\s*\}/g,
      "$1",
    ).replaceAll(/\\(?:mathrm|rm)\s*(?=\{)/g, "\\text");
}

/** The powers of units without braces, as in `m s^-2`. */
function flatUnits(text: string): string {
  return text.replaceAll(
    /\\mathrm\s*\{(?:[^{}]|\{[^{}]*\})*\}/g,
    (group) => group.replaceAll(/\^\s*\{\s*(-?\d)\s*\}/g, "^$1"),
  );
}

/** Applies a change to all that is not within `\text{…}`. */
function outsideText(text: string, change: (math: string) => string): string {
  let result = "";
  let from = 0;
  for (;;) {
    const start = text.indexOf("\\text{", from);
    if (start < 0) return result + change(text.slice(from));
    const end = groupEnd(text, start + 5);
    result += change(text.slice(from, start)) + text.slice(start, end);
    from = end;
  }
}

/** What is typed as on a keyboard, as LaTeX. */
function typedMath(text: string): string {
  const commands = text
    .replaceAll("~", " ")
    .replaceAll(/(?<=[,{(]\s*)\.{3}/g, "\\dots ")
    .replaceAll("**", "^")
    .replaceAll(/\\cdot\s*\\cdot/g, "^")
    .replaceAll(/\^\s*(-?\d{2,})/g, "^{$1}")
    .replaceAll(/<=|=</g, "\\le ")
    .replaceAll(/>=|=>/g, "\\ge ")
    .replaceAll(/!=|<>/g, "\\ne ")
    .replaceAll("+-", "\\pm ")
    .replaceAll(/(?<![\\a-zA-Z])(?:infinity|Infinity|inf|oo)(?![a-zA-Z])/g, "\\infty")
    .replaceAll(/(?<![\\a-zA-Z])cbrt(?=\s*\()/g, "\\sqrt[3]")
    .replaceAll(/(?<![\\a-zA-Z])sqrt(?![a-zA-Z])/g, "\\sqrt")
    .replaceAll(/(?<![a-zA-Z\\])(?:arc|a)(sin|cos|tan)(?![a-zA-Z])/g, "\\arc$1")
    .replaceAll(typedCommands, (name) => `\\${name}`)
    .replaceAll(/\+\s*\\infty/g, "\\infty");
  return argumentBraces(commands);
}

/** `\sqrt(…)` and `^(…)` with braces in place of the parentheses. */
function argumentBraces(text: string): string {
  const opener = /(\\sqrt(?:\[\d+\])?|\^)\s*\(/g;
  let result = "";
  let from = 0;
  for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
    const open = found.index + found[0].length - 1;
    const close = closingParenthesis(text, open);
    if (close < 0) break;
    result += `${text.slice(from, found.index)}${found[1]}{${argumentBraces(text.slice(open + 1, close))}}`;
    from = close + 1;
    opener.lastIndex = from;
  }
  return result + text.slice(from);
}

function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at;
  }
  return -1;
}

function tidy(text: string): string {
  return text
    .replaceAll(/\^\s*\{\s*\\circ\s*\}|\^\s*\\circ/g, "^\\circ ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

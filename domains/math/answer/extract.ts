/**
 * Finds the answer in what a policy wrote.
 *
 * @module
 */
import { cleanAnswer } from "./extract_clean.ts";
import { beforeNextProblem, ownTurn, thought } from "./extract_turn.ts";
import { bareAnswer } from "./find_bare.ts";
import { boxes } from "./find_boxes.ts";
import { afterVerb, lastMath, numberAfterVerb } from "./find_clause.ts";
import { type Group, groupAt } from "./find_group.ts";
import { mathSpans, type Span } from "./find_math.ts";
import { lastNumber } from "./find_number.ts";
import { concludedAnswer, finalAnswer, statedAnswer } from "./find_phrase.ts";
import { sentenceEnd, sentenceStart } from "./find_sentence.ts";

/** The longest text that is an answer in words, in characters. */
const longestWords = 100;
/** How far a sentence reaches to either side of mathematics. */
const longestSentence = 4_000;

/** An answer and how it was found. */
export interface ExtractedAnswer {
  /** LaTeX or plain text, without its wrapper. */
  readonly text: string;
  /**
   * Where it was: in a box, after `####`, where the text says what its answer is, in the last mathematics, the last number
   * of plain text, or all of a short text.
   */
  readonly how: "boxed" | "hashes" | "phrase" | "math" | "number" | "whole";
}

/**
 * The answer of a response: what it boxes, else what follows `####`, else what it calls its answer, else its last
 * mathematics, else its last number, else all of it if it is short. Of each kind the last one counts; neighbours such as
 * `\boxed{1} and \boxed{2}` are one answer. Takes time in proportion to the length and never throws.
 *
 * @param response What a policy wrote; turns after its own do not count, and what it says after thinking goes first.
 * @returns `null` if there is no answer.
 *
 * @example
 * ```ts
 * import { extractAnswer } from "exitlab/domains/math/answer/extract.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(extractAnswer("So it is $\\boxed{\\frac{1}{2}}$."), { text: "\\frac{1}{2}", how: "boxed" });
 * assert.deepEqual(extractAnswer("Final Answer: The largest $n$ is 34."), { text: "34", how: "phrase" });
 * assert.equal(extractAnswer("  "), null);
 * ```
 */
export function extractAnswer(response: string): ExtractedAnswer | null {
  const found = findAnswer(response);
  return found === null || found.text.trim() === "" ? null : found;
}

function findAnswer(response: string): ExtractedAnswer | null {
  const text = ownTurn(response);
  const { said, thinking } = thought(text);
  if (said === undefined) return answerIn(thinking);
  const answer = answerIn(said);
  if (answer !== null && (answer.how !== "whole" || !/\s\S+\s/.test(answer.text))) return answer;
  return answerIn(thinking) ?? answer;
}

/**
 * The text of a known-good answer as data sets write it: a bare answer, `$…$`, `\boxed{…}`, or a whole worked solution.
 *
 * @example
 * ```ts
 * import { goldAnswer } from "exitlab/domains/math/answer/extract.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(goldAnswer("$1$ and $2$"), "1 and 2");
 * assert.equal(goldAnswer("Each has 9 * 2 = 18.\n#### 18"), "18");
 * assert.equal(goldAnswer("5 apples"), "5 apples");
 * ```
 */
export function goldAnswer(gold: string): string {
  const boxed = lastBoxes(gold);
  if (boxed !== undefined) return boxed.text;
  const clean = cleanAnswer(gold);
  const isLabelled = /^[-\d.,/]+(?: \p{L}+){1,3}$/u.test(clean);
  const isDate = /^\p{Lu}\p{Ll}{2,} \d{1,4}(?:, \d{4})?$/u.test(clean);
  if (isLabelled || isDate) return clean;
  return bareAnswer(gold) ?? extractAnswer(gold)?.text ?? clean;
}

function answerIn(text: string): ExtractedAnswer | null {
  const before = beforeNextProblem(text);
  return before !== undefined && marked(before) || marked(text) || unmarked(text);
}

/** An answer that is marked as one. */
function marked(text: string): ExtractedAnswer | null {
  const boxed = lastBoxes(text);
  if (boxed !== undefined) {
    const later = /final answer/i.test(text.slice(boxed.end)) &&
      finalAnswer(text, mathSpans(text), boxed.end);
    return later ? { text: later, how: "phrase" } : { text: boxed.text, how: "boxed" };
  }
  const hashed = hashedAnswer(text);
  if (hashed !== undefined) return { text: hashed, how: "hashes" };
  const stated = statedAnswer(text, mathSpans(text));
  return stated === undefined ? null : { text: stated, how: "phrase" };
}

function lastBoxes(text: string): Group | undefined {
  const found = boxes(text);
  return groupAt(text, found, found.length - 1, true);
}

const hashes = /^[ \t]*####(?!#)[ \t]*(\S[^\n]*)$/gm;

/** What follows the last `####` that is no heading. */
function hashedAnswer(text: string): string | undefined {
  const end = text.trimEnd().length;
  for (const { 0: line, 1: content = "", index } of [...text.matchAll(hashes)].toReversed()) {
    const isLast = index + line.length >= end;
    const answer = bareAnswer(content) ??
      (isLast && content.length <= longestWords ? cleanAnswer(content) : undefined);
    if (answer) return answer;
  }
  return undefined;
}

/** What names a step and no answer. */
const onlyStep = /^[\s#*]*step\s*\d/i;

/** An answer that nothing marks as one. */
function unmarked(text: string): ExtractedAnswer | null {
  const whole = text.includes("\n\n") ? undefined : bareAnswer(text.trim());
  if (whole !== undefined) return { text: whole, how: "whole" };
  const spans = mathSpans(text);
  const concluded = concludedAnswer(text, spans);
  if (concluded !== undefined) return { text: concluded, how: "phrase" };
  const inMath = mathAnswer(text, spans);
  if (inMath !== undefined) return inMath;
  const number = lastLine(text) ?? plainAnswer(text);
  if (number !== undefined) return { text: number, how: "number" };
  const clean = cleanAnswer(text);
  const isShort = clean !== "" && clean.length <= longestWords && !clean.includes("\n") &&
    !onlyStep.test(clean);
  return isShort ? { text: clean, how: "whole" } : null;
}

/** The last number of plain text, or the list that it ends after a verb. */
function plainAnswer(text: string): string | undefined {
  const last = text.trimEnd().search(/\d\D*$/);
  const from = sentenceStart(text, [], last, Math.max(0, last - longestSentence));
  const to = sentenceEnd(text, [], last, last + longestSentence);
  if (last < 0) return undefined;
  const sentence = { text, spans: [], from, to };
  return afterVerb(sentence) ?? numberAfterVerb(sentence) ?? lastNumber(text);
}

/** The last mathematics, unless plain text after it gives a number as the result or as the last line. */
function mathAnswer(text: string, spans: readonly Span[]): ExtractedAnswer | undefined {
  const last = spans.at(-1);
  if (last === undefined) return undefined;
  const from = sentenceStart(text, spans, last.start, Math.max(0, last.start - longestSentence));
  const to = sentenceEnd(text, spans, last.end, last.end + longestSentence);
  const after = text.slice(to);
  const number = lastLine(after) ?? (result.test(after) ? lastNumber(after) : undefined);
  if (number !== undefined) return { text: number, how: "number" };
  const found = lastMath({ text, spans, from, to });
  return found === undefined ? undefined : { text: found, how: "math" };
}

const result =
  /(?<!\p{L})(?:is|are|equals|gets?|has|have|=)\s*(?:about |only |exactly |approximately )?(?:[-−$€£]\s?){0,2}\.?\d/iu;

/** The last line if it is an answer without words. */
function lastLine(text: string): string | undefined {
  const end = text.trimEnd().length;
  const start = text.lastIndexOf("\n", end - 1) + 1;
  const line = bareAnswer(text.slice(start, end));
  return line !== undefined && /\d|[=+*/^\\<>∞π√]/.test(line) ? line : undefined;
}

/**
 * What a text says its answer is: "Final answer: …", "the answer is …", "… is our answer", "Therefore, …".
 *
 * @module
 */
import { cleanAnswer } from "./extract_clean.ts";
import { bareAnswer } from "./find_bare.ts";
import { afterVerb, type Clause, lastMath, leading, numberAfterVerb, wholeClause } from "./find_clause.ts";
import type { Span } from "./find_math.ts";
import { lastNumber } from "./find_number.ts";
import { sentenceEnd, sentenceStart, spanAfter } from "./find_sentence.ts";

/** How far a clause reaches, in characters. */
const longestClause = 4_000;
/** How far the beginning of a sentence is looked for. */
const longestBefore = 400;
/** How much may follow an unsure answer before it is no longer one. */
const mostAfter = 200;
/** How many words an answer in words has. */
const mostWords = 8;
/** How many words such as "therefore" are looked at, from the end. */
const mostConclusions = 4;
/** How many lines a list of answers has. */
const mostLines = 32;

const answerWord = /(?<!\p{L})(?:answers?|option|choice)(?!\p{L})/giu;
const finalWord =
  /(?<!\p{L})final answer["'”*_`]*\s*(?:is(?!\p{L})\s*:?|:(?!["'”*_`\s]*the final answer))["'”*_`]*/giu;
const saidAfter =
  /^["'”*_`\s]*(?:(?:to|for|of|in)\s[^.:\n$\\]{1,60}?\s)?(?:is|are|was|would be|should be|must be|will be|equals|equal to|=|comes out (?:to be|to|as)|becomes)(?![a-zA-Z])\s*(?:(?:just|simply|indeed|therefore|thus|then|that|option|choice)(?![a-zA-Z])\s*)*:?/i;
const colonAfter = /^["'”*_`\s]*(?:\([^()\n]{0,40}\)|to [^.:\n$\\]{1,60})?["'”*_`]*\s*[:：]/i;
const headingAfter = /^["'”*_`]*\s*(?:\n|\$|\\[([]|\*\*|$)/;
const headingBefore = /(?:^|\n)[\s#*_>\-\d.]*(?:(?:the|our|my|final|correct)\s+)*$/i;
const finalBefore = /(?:final|correct|right|best)\s+$/i;
const saidBefore =
  /(?<!\p{L})(?:is|are|as|be|gives|get|have)\s+(?:the|our|my|a|your)?\s*(?:(?:final|correct|right|required|desired|only|numerical)\s+)*$/iu;
const conclusionWord =
  /(?<!\p{L})(?:therefore|thus|hence|so|consequently|in conclusion|in total|altogether|we (?:get|find|have|obtain|conclude)(?: that)?)(?!\p{L})/giu;
const listLine = /^[ \t]*(?:[-*•]|\d+[.)]|\([a-z\d]\))[ \t]+(\S[^\n]*)/;

/** What a text says its answer is; `undefined` if it does not. */
export function statedAnswer(text: string, spans: readonly Span[]): string | undefined {
  const found = [...text.matchAll(answerWord)];
  let limit = text.length;
  for (const { 0: word, index: at } of found.toReversed()) {
    const answer = stated(text, spans, at, at + word.length, limit);
    if (answer !== undefined) return answer;
    if (/^a/i.test(word)) limit = at;
  }
  return undefined;
}

/**
 * What a text says its final answer is, after a place and without more words: it takes back an earlier box.
 *
 * @param from Where the last box ends.
 */
export function finalAnswer(text: string, spans: readonly Span[], from: number): string | undefined {
  const found = [...text.slice(from).matchAll(finalWord)];
  for (const { 0: words, index } of found.toReversed()) {
    const start = from + index + words.length;
    const to = sentenceEnd(text, spans, start, start + longestClause);
    const answer = wholeClause({ text, spans, from: start, to });
    if (answer !== undefined && /[\d\\]/.test(answer)) return answer;
  }
  return undefined;
}

/** The answer that goes with the word "answer" at a place; a clause before `limit`. */
function stated(
  text: string,
  spans: readonly Span[],
  at: number,
  end: number,
  limit: number,
): string | undefined {
  const before = text.slice(Math.max(0, at - 60), at);
  const after = text.slice(end, end + 120);
  const isAnswer = /^a/i.test(text[at] ?? "");
  if (isAnswer || finalBefore.test(before)) {
    const [said] = saidAfter.exec(after) ?? [];
    if (said !== undefined) return clauseAnswer(text, spans, end + said.length, limit, true);
    const [colon] = colonAfter.exec(after) ??
      (headingBefore.test(before) ? headingAfter.exec(after) : null) ?? [];
    if (colon !== undefined) {
      const from = end + colon.replace(/(?:\$|\\[([])$/, "").length;
      return clauseAnswer(text, spans, from, limit, false, finalBefore.test(before));
    }
  }
  const isCalled = isAnswer || /(?:the|our|my|correct|right)\s+$/i.test(before);
  return isCalled && saidBefore.test(before)
    ? answerBefore(text, spans, at - (saidBefore.exec(before)?.[0].length ?? 0))
    : undefined;
}

/** The answer in what follows a phrase. */
function clauseAnswer(
  text: string,
  spans: readonly Span[],
  start: number,
  limit: number,
  sure: boolean,
  final = false,
): string | undefined {
  const end = Math.min(limit, start + longestClause);
  const lines = listed(text.slice(start, end));
  if (lines !== undefined) return lines;
  const to = sentenceEnd(text, spans, start, end);
  const clause: Clause = { text, spans, from: start, to };
  const whole = wholeClause(clause);
  if (whole !== undefined) return whole;
  const rest = text.slice(to, to + longestClause);
  if (!sure && !final && rest.length > mostAfter && /\d/.test(rest)) return undefined;
  return leading(clause, sure) ?? afterVerb(clause) ?? lastMath(clause) ??
    lastNumber(text.slice(start, to)) ??
    (/[\d$\\]/.test(rest) ? undefined : fewWords(text.slice(start, to)));
}

/** The answers on lines that begin like those of a list; `undefined` if there are not several, or one is a sentence. */
function listed(text: string): string | undefined {
  const lines = text.replace(/^["'*_`\s:]*\n/, "").split("\n", mostLines);
  const items: string[] = [];
  for (const line of lines) {
    const item = listLine.exec(line)?.[1];
    if (item === undefined) break;
    const bare = bareAnswer(item);
    if (bare === undefined) return undefined;
    items.push(bare);
  }
  return items.length > 1 ? items.join(", ") : undefined;
}

/** The answer in what precedes "… is our answer". */
function answerBefore(text: string, spans: readonly Span[], to: number): string | undefined {
  const from = sentenceStart(text, spans, to, Math.max(0, to - longestBefore));
  const clause: Clause = { text, spans, from, to };
  const words = fewWords(text.slice(from, to));
  return wholeClause(clause) ?? lastMath(clause) ?? lastNumber(text.slice(from, to)) ??
    (words !== undefined && /^(?!(?:the|this|that|it|which|what|here|there|i)\b)\S+(?: \S+)?$/i.test(words)
      ? words
      : undefined);
}

function fewWords(text: string): string | undefined {
  const clean = cleanAnswer(text);
  const isShort = clean !== "" && !clean.includes("\n") &&
    clean.split(/\s+/, mostWords + 1).length <= mostWords;
  return isShort && /[\p{L}\p{N}]/u.test(clean) ? clean : undefined;
}

/** What the last sentence with a figure concludes, if a word such as "therefore" says that it does. */
export function concludedAnswer(text: string, spans: readonly Span[]): string | undefined {
  const found = [...text.matchAll(conclusionWord)].slice(-mostConclusions);
  for (const { 0: word, index: at } of found.toReversed()) {
    const from = at + word.length;
    const to = sentenceEnd(text, spans, from, from + longestClause);
    if (spanAfter(spans, to) < spans.length || /\d/.test(text.slice(to))) return undefined;
    const clause: Clause = { text, spans, from, to };
    const whole = wholeClause(clause);
    if (whole !== undefined && /\d/.test(whole)) return whole;
    const answer = afterVerb(clause) ?? lastMath(clause) ?? numberAfterVerb(clause) ??
      lastNumber(text.slice(from, to));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

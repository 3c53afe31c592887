/**
 * The answer in a clause of a sentence.
 *
 * @module
 */
import { bareAnswer } from "./find_bare.ts";
import { groupAt } from "./find_group.ts";
import type { Span } from "./find_math.ts";
import { lastNumber, numberAt, withoutRemarks } from "./find_number.ts";
import { conclusion } from "./find_row.ts";
import { resultOf } from "./find_run.ts";
import { spanAfter } from "./find_sentence.ts";
import { firstProse } from "./find_words.ts";

/** A part of a text, with the mathematics of the whole text. */
export interface Clause {
  /** The whole text. */
  readonly text: string;
  /** The mathematics of the whole text, in order. */
  readonly spans: readonly Span[];
  /** Where the clause begins. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
}

const verb =
  /(?<!\p{L})(?:is|are|was|were|be|becomes?|equals?|equal to|gives?|gets?|got|obtain|has|have|had|yields?|remains?|costs?|makes?|made|takes?|took|pays?|paid|spends?|spent|earns?|earned|needs?|saves?|saved|totals?|rounds? (?:up |down )?to)(?!\p{L})(?! not)|(?<!\d):|:(?!\d)|≈/giu;
const equalsSign = /(?<![<>=!:])=(?!=)/g;
const verbOrEquals = new RegExp(`${verb.source}|${equalsSign.source}`, "giu");
/** What stands between a verb and its number. */
const filler =
  /^[\s*_]*(?:(?:just|only|simply|exactly|approximately|about|roughly|around|to|equal to|indeed|thus|a total of|up to|at most|at least|now|then|also|still)(?!\p{L})[\s*_]*)*/iu;
const verbs =
  /^(?:is|are|was|were|equals?|gives?|gets?|has|have|costs?|makes?|will|can|must|becomes?|yields?)$/i;
/** What precedes mathematics that only says when something holds, or says it again. */
const condition =
  /(?<!\p{L})(?:for(?: all| any| every| each| some)?|where|when|if|whenever|since|because|given|with|at|modulo|provided(?: that)?|i\.e\.,?|(?:which is|or|that is) (?:about|approximately|roughly|around))\s*$/iu;
const symbolAlone =
  /^(?:[a-zA-Z](?:_\{?\w+\}?)?|\\(?!pi|infty|emptyset|text)[a-zA-Z]+|[a-zA-Z](?:\s*,\s*[a-zA-Z])+|[a-zA-Z]?\([a-z](?:\s*,\s*[a-z])*\))$/;
/** What is left open where a sentence was cut. */
const loose = /(?:[(,;=–—"'-]|(?<!\p{L})(?:and|or))\s*$/iu;

/** How many verbs of a clause are tried, from its end. */
const mostVerbs = 4;

/** All of a clause if it is an answer without a sentence around it. */
export function wholeClause({ text, from, to }: Clause): string | undefined {
  return result(text.slice(from, to));
}

/**
 * The expression that a clause begins with, if words follow it and none of them is its verb: `5 because …`.
 *
 * @param sure Whether the clause follows "is", so that what it begins with is the answer whatever comes after.
 */
export function leading({ text, from, to }: Clause, sure: boolean): string | undefined {
  const clause = text.slice(from, to);
  const prose = firstProse(clause);
  if (prose === undefined || verbs.test(prose.word)) return undefined;
  let start = clause.slice(0, prose.at);
  for (let cut = start.replace(loose, ""); cut !== start; cut = start.replace(loose, "")) start = cut;
  const rest = clause.slice(prose.at);
  if (!sure && /[\d$\\=]/.test(rest)) return undefined;
  const isChoice = /^\s*[*$]*\s*(?:\([A-J]\)|[A-J][.,):;])/.test(clause.slice(0, prose.at));
  if (!isChoice && !/[\d∞π√]|\\[a-zA-Z(\[]|\$[^$]+\$/.test(start)) return undefined;
  return result(start);
}

/** What follows the last verb of a clause, or else its last equals sign, if it is an answer without more words. */
export function afterVerb({ text, from, to }: Clause): string | undefined {
  const clause = withoutRemarks(text.slice(from, to));
  for (const { 0: each, index: at } of lastMatches(clause, verb).concat(lastMatches(clause, equalsSign))) {
    if (insideMath(clause, at)) continue;
    const bare = result(clause.slice(at + each.length).replace(filler, ""));
    if (bare !== undefined && isBalanced(bare) && /[\d∞π√∅]|\\[a-zA-Z]|[a-zA-Z]\s*[-+*/^=(]/.test(bare)) {
      return bare;
    }
  }
  return undefined;
}

/** The number that directly follows the last verb of a clause that has one, such as the 3 of "has 3 of her 10 left". */
export function numberAfterVerb({ text, from, to }: Clause): string | undefined {
  const clause = withoutRemarks(text.slice(from, to));
  for (const { 0: each, index: at } of lastMatches(clause, verbOrEquals)) {
    const start = at + each.length;
    const begin = start + (filler.exec(clause.slice(start))?.[0].length ?? 0);
    const lead = /^(?:\\?[$€£]|[-−]){0,3}(?=\.?\d)/.exec(clause.slice(begin, begin + 4))?.[0];
    if (lead === undefined) continue;
    const number = numberAt(clause, begin + lead.length);
    if (
      each === "=" || !/^[^.]{0,12} (?:more|less|fewer|times)(?!\p{L})/u.test(clause.slice(begin, begin + 40))
    ) {
      return number;
    }
  }
  return undefined;
}

/** An answer without a sentence around it; of an environment its last row, of a calculation its result. */
function result(text: string): string | undefined {
  const bare = bareAnswer(text);
  if (bare === undefined) return undefined;
  return resultOf(bare.startsWith("\\begin") ? conclusion(bare, false) : bare);
}

/** Whether as many brackets close as open: what follows the "is" of a remark has its closing one too many. */
function isBalanced(text: string): boolean {
  return text.match(/[([]/g)?.length === text.match(/[)\]]/g)?.length;
}

function lastMatches(text: string, form: RegExp): RegExpExecArray[] {
  return [...text.matchAll(form)].slice(-mostVerbs).toReversed();
}

function insideMath(text: string, at: number): boolean {
  return (text.slice(0, at).match(/(?<!\\)\$/g)?.length ?? 0) % 2 === 1 ||
    text.lastIndexOf("\\(", at) > text.lastIndexOf("\\)", at) ||
    text.lastIndexOf("\\[", at) > text.lastIndexOf("\\]", at);
}

/**
 * The last mathematics of a clause, with its neighbours if they make a list, and its unit. What only names a variable or a
 * condition gives way to what comes before it, and to a number that a verb gives it after it.
 */
export function lastMath({ text, spans, from, to }: Clause): string | undefined {
  const first = spanAfter(spans, from);
  let last = spanAfter(spans, to) - 1;
  while (last >= first && (spans[last]?.end ?? 0) > to) last--;
  if (last < first) return undefined;
  const end = spans[last]?.end ?? to;
  const tail = text.slice(end, to);
  if (/^[^.]{0,40}(?:(?<!\p{L})(?:is|are|equals?|was|be)(?!\p{L})|=)/iu.test(tail) && /\d/.test(tail)) {
    const number = lastNumber(tail);
    if (number !== undefined) return number;
  }
  let chosen = last;
  while (chosen >= first && isAside(text, spans[chosen], from)) chosen--;
  return groupAt(text, spans, chosen < first ? last : chosen, false)?.text;
}

/** Whether mathematics only names a variable or says when something holds. */
function isAside(text: string, span: Span | undefined, from: number): boolean {
  if (span === undefined) return false;
  const before = text.slice(Math.max(from, span.start - 30), span.start);
  return symbolAlone.test(span.text.trim()) || condition.test(before);
}

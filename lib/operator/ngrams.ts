import * as v from "valibot";
import { parseOptions, whole } from "../part.ts";
import { embeddedText, type Embedder } from "./embedder.ts";

/** Character n-grams as an embedder: plain JSON, for the options of a part. */
export type Ngrams = {
  /** Always `"ngrams"`. */
  readonly kind: "ngrams";
  /** n, the characters of a gram. Default 3. */
  readonly length: number;
  /** The length of the vectors that grams are hashed into. Default 512. */
  readonly dimensions: number;
  /**
   * How many kinds of places there are: the gram that begins at character i counts as another at i + 1 unless this is
   * 1, and as the same again at i + `positions`. Default 1, a gram is the same everywhere; 2 tells odd places from even.
   */
  readonly positions: number;
};

const schema = v.strictObject({
  kind: v.optional(v.literal("ngrams"), "ngrams"),
  length: v.optional(whole(1, 16), 3),
  dimensions: v.optional(whole(16, 65_536), 512),
  positions: v.optional(whole(1, 65_536), 1),
});

/**
 * Embeds a response by the character n-grams that it is made of. It needs no model and always gives the same. Suited
 * to short answers of fixed form, such as a grid; blind to meaning, so that two wordings of one idea are far apart.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { ngrams } from "exitlab/lib/operator/ngrams.ts";
 * import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
 * import assert from "node:assert/strict";
 *
 * const bonus = diversityBonus({ embedder: ngrams({ length: 2, positions: 2 }) });
 * assert.deepEqual(bonus.options.embedder, { kind: "ngrams", length: 2, dimensions: 512, positions: 2 });
 * assert.throws(() => ngrams({ length: 0 }), /"length" to be a whole number from 1 to 16 but found 0/);
 * ```
 */
export function ngrams(options: Partial<Omit<Ngrams, "kind">> = {}): Ngrams {
  return parseNgrams(options, "ngrams()");
}

/**
 * The description of an n-gram embedder with every option in force.
 *
 * @throws {UserError} If an option is unknown or out of range.
 */
export function parseNgrams(given: unknown, where: string): Ngrams {
  return parseOptions(schema, given, where);
}

/** The embedder that the options describe. */
export function ngramsEmbedder(options: Ngrams): Embedder {
  return { embed: (rollouts) => rollouts.map((rollout) => gramVector(embeddedText(rollout), options)) };
}

/** Marks the ends of a text, so that texts shorter than a gram differ too; a character that no text has. */
const edge = "\u{10FFFF}";

/**
 * The counts of a text's n-grams, hashed into a vector of length 1. A gram's hash also decides the sign of its count:
 * collisions then cancel out in the mean, instead of making all texts alike.
 */
export function gramVector(
  text: string,
  { length, dimensions, positions }: Omit<Ngrams, "kind">,
): Float64Array {
  const pad = Array.from({ length: length - 1 }, () => edge);
  const characters = [...pad, ...text, ...pad].map((character) => character.codePointAt(0) ?? 0);
  const vector = new Float64Array(dimensions);
  for (let at = 0; at + length <= characters.length; at++) {
    let bits = mixIn(offsetBasis, at % positions);
    for (let of = at; of < at + length; of++) bits = mixIn(bits, characters[of] ?? 0);
    const hash = finish(bits);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash >= 2 ** 31 ? 1 : -1);
  }
  const norm = Math.sqrt(vector.reduce((sum, count) => sum + count * count, 0));
  return norm === 0 ? vector : vector.map((count) => count / norm);
}

/** Where the hash FNV-1a starts. */
const offsetBasis = 0x811c9dc5;

/** A step of FNV-1a, over whole numbers instead of bytes. */
function mixIn(bits: number, number: number): number {
  return Math.imul(bits ^ number, 0x01000193);
}

/** 32 bits that depend on all bits of the state (the finaliser of MurmurHash3). */
function finish(state: number): number {
  let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

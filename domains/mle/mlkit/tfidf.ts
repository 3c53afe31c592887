import { type Matrix, matrix } from "./matrix.ts";
import { shown, withDefaults } from "./model_input.ts";
import { ngramDefaults, type NgramOptions, type Ngrams, ngramsOf } from "./ngrams.ts";

/** How texts are taken apart and weighed. */
export interface TfidfOptions extends NgramOptions {
  /** A term that fewer texts have is left out. Default 1. */
  readonly minCount: number;
  /** A term that more than this share of the texts has is left out. Default 1. */
  readonly maxShare: number;
  /** Only so many terms are kept, those that come most often. The matrix is dense, so this bounds it. Default 1000. */
  readonly maxFeatures: number;
  /** Whether a term that comes n times in a text counts as 1 + ln n instead of n. Default `false`. */
  readonly sublinear: boolean;
}

const defaults: TfidfOptions = {
  ...ngramDefaults,
  minCount: 1,
  maxShare: 1,
  maxFeatures: 1000,
  sublinear: false,
};

/** Weights fitted to some texts. */
export interface Tfidf {
  /** The term of each column, sorted. */
  readonly vocabulary: readonly string[];
  /** The inverse document frequency of each term: ln((1 + texts) / (1 + texts with the term)) + 1. */
  readonly idf: Float64Array;
  /** One row a text, one column a term. A row has length 1, or is all zeros if the text has no known term. */
  transform(texts: readonly string[]): Matrix;
}

/** 1 GiB of numbers; a larger matrix would more likely end the program than be of use. */
const mostValues = 2 ** 27;

/**
 * Texts as rows of numbers: how often each term comes, weighed by how rare it is, each row scaled to length 1. The
 * numbers are those of scikit-learn's `TfidfVectorizer` with the same options (its `ngram_range`, `analyzer`, `min_df`,
 * `max_df`, `max_features` and `sublinear_tf`).
 *
 * @throws {TypeError} If an option is unknown, or the texts are no array of strings.
 * @throws {RangeError} If an option is out of range, no term is left when texts are fitted, or the matrix would have more
 * than 2²⁷ numbers.
 *
 * @example
 * ```ts
 * import { tfidf } from "exitlab/domains/mle/mlkit/tfidf.ts";
 * import assert from "node:assert/strict";
 *
 * const words = tfidf({ ngrams: [1, 2] }).fit(["the cat", "the dog", "the dog barks"]);
 * assert.deepEqual(words.vocabulary, ["barks", "cat", "dog", "dog barks", "the", "the cat", "the dog"]);
 * const X = words.transform(["dog dog", "bird"]);
 * assert.deepEqual([...X.values], [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
 * ```
 */
export function tfidf(options: Partial<TfidfOptions> = {}): { fit(texts: readonly string[]): Tfidf } {
  const all = withDefaults("tfidf", options, defaults);
  const { minCount, maxShare, maxFeatures, sublinear } = all;
  if (!(maxFeatures >= 1)) {
    throw new RangeError(`Expected maxFeatures of at least 1 but found ${maxFeatures} (tfidf)`);
  }
  const terms = ngramsOf(all);
  return {
    fit(texts) {
      checkTexts("tfidf().fit", texts);
      const counts = countTerms(texts, terms);
      const kept = [...counts].filter(([, { texts: having }]) =>
        having >= minCount && having <= maxShare * texts.length
      );
      if (kept.length > maxFeatures) {
        kept.sort(([left, a], [right, b]) => b.times - a.times || (left < right ? -1 : 1));
        kept.length = Math.floor(maxFeatures);
      }
      if (kept.length === 0) {
        throw new RangeError(
          `Expected at least one term in ${minCount} or more of ${texts.length} texts but found none (tfidf)`,
        );
      }
      kept.sort(([left], [right]) => left < right ? -1 : 1);
      const vocabulary = kept.map(([term]) => term);
      const idf = Float64Array.from(
        kept,
        ([, count]) => Math.log((1 + texts.length) / (1 + count.texts)) + 1,
      );
      const places = new Map(vocabulary.map((term, place) => [term, place]));
      return {
        vocabulary,
        idf,
        transform(others) {
          checkTexts("tfidf().fit().transform", others);
          return weigh(others, terms, places, idf, sublinear);
        },
      };
    },
  };
}

interface TermCount {
  /** In how many texts it comes. */
  texts: number;
  /** How often it comes in all of them. */
  times: number;
  /** The last text it came in. */
  last: number;
}

function countTerms(
  texts: readonly string[],
  terms: Ngrams,
): Map<string, TermCount> {
  const counts = new Map<string, TermCount>();
  for (const [index, text] of texts.entries()) {
    terms(text, (term) => {
      const count = counts.get(term);
      if (count === undefined) {
        counts.set(term, { texts: 1, times: 1, last: index });
        return;
      }
      count.times++;
      if (count.last !== index) count.texts++;
      count.last = index;
    });
  }
  return counts;
}

function weigh(
  texts: readonly string[],
  terms: Ngrams,
  places: ReadonlyMap<string, number>,
  idf: Float64Array,
  sublinear: boolean,
): Matrix {
  if (texts.length * idf.length > mostValues) {
    throw new RangeError(
      `Expected at most ${mostValues} numbers but found ${texts.length} texts × ${idf.length} terms; ` +
        `a smaller maxFeatures is needed (tfidf)`,
    );
  }
  const weights = matrix(texts.length, idf.length);
  for (const [index, text] of texts.entries()) {
    const row = weights.values.subarray(index * idf.length, (index + 1) * idf.length);
    const present: number[] = [];
    terms(text, (term) => {
      const place = places.get(term);
      if (place === undefined) return;
      const times = row[place] ?? 0;
      if (times === 0) present.push(place);
      row[place] = times + 1;
    });
    let squares = 0;
    for (const place of present) {
      const times = row[place] ?? 0;
      const weight = (sublinear ? 1 + Math.log(times) : times) * (idf[place] ?? 0);
      row[place] = weight;
      squares += weight * weight;
    }
    const length = Math.sqrt(squares);
    for (const place of present) row[place] = (row[place] ?? 0) / length;
  }
  return weights;
}

function checkTexts(where: string, texts: readonly string[]): void {
  if (Array.isArray(texts) && texts.every((text) => typeof text === "string")) return;
  throw new TypeError(
    `Expected an array of strings, such as table.texts("name"), but found ${shown(texts)} (${where})`,
  );
}

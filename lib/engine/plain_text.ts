import { PreTokenizer } from "@huggingface/tokenizers";

/** The first of the characters that nobody uses, which stand for others for a while. */
const firstStandIn = 0xF0000;

/**
 * Keeps what a text says apart from what controls a model. A special token such as `<|im_end|>` that is written out in a
 * text must stay a text: its first character is replaced by one of private use until the tokenizer has looked for
 * special tokens, and is put back before it splits what is left into words.
 */
export class PlainText extends PreTokenizer {
  readonly #specials: RegExp | undefined;
  readonly #firsts: readonly string[];
  readonly #inner: PreTokenizer | null;
  #standIns = new Map<string, string>();

  /**
   * For a tokenizer with these special tokens.
   *
   * @param inner What it splits a text with.
   */
  constructor(specials: readonly string[], inner: PreTokenizer | null) {
    super();
    const longestFirst = specials.toSorted((a, b) => b.length - a.length);
    this.#specials = specials.length === 0
      ? undefined
      : new RegExp(longestFirst.map((text) => RegExp.escape(text)).join("|"), "gu");
    this.#firsts = [...new Set(specials.map((text) => String.fromCodePoint(text.codePointAt(0) ?? 0)))];
    this.#inner = inner;
  }

  /** Hides the special tokens in texts that belong together. Counts until the next call. */
  hide(texts: readonly string[]): string[] {
    this.#standIns = new Map();
    const specials = this.#specials;
    if (specials === undefined || texts.every((text) => text.search(specials) < 0)) return [...texts];
    let next = firstStandIn;
    for (const first of this.#firsts) {
      while (texts.some((text) => text.includes(String.fromCodePoint(next)))) next++;
      this.#standIns.set(first, String.fromCodePoint(next++));
    }
    return texts.map((text) => this.#hideIn(text, specials));
  }

  /** How many special tokens a text has that are not hidden. */
  count(text: string): number {
    return this.#specials === undefined ? 0 : text.match(this.#specials)?.length ?? 0;
  }

  /** Puts back what was hidden, and splits. */
  override "pre_tokenize_text"(text: string, options?: { "section_index"?: number }): string[] {
    let restored = text;
    for (const [first, standIn] of this.#standIns) restored = restored.replaceAll(standIn, first);
    return this.#inner === null ? [restored] : this.#inner.pre_tokenize(restored, options);
  }

  /** Until there is none: what is left of one that overlapped another may be one too. */
  #hideIn(text: string, specials: RegExp): string {
    let hidden = text;
    while (hidden.search(specials) >= 0) {
      hidden = hidden.replaceAll(specials, (found) => {
        const first = String.fromCodePoint(found.codePointAt(0) ?? 0);
        return `${this.#standIns.get(first) ?? first}${found.slice(first.length)}`;
      });
    }
    return hidden;
  }
}

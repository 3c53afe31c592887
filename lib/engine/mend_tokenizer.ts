import { ByteFallbackDecoder, type Decoder, SequenceDecoder } from "@huggingface/tokenizers";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";

/** How the byte-level splitter cuts a text, as its authors wrote it. */
const byteLevelPattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * Puts a `tokenizer.json` in the form in which `@huggingface/tokenizers` gives the ids of the original, which is in Rust:
 *
 * - its `ByteLevel` and `Digits` count as white space and digits what JavaScript does (U+FEFF, but not U+0085; 0 to 9
 *   alone), while a `Split` by a pattern counts what the original does: they are written as one;
 * - tokens that are special are never looked for in normalised text, so that they can be found and kept apart;
 * - parts that are left out are there as `null`, and nothing is added around a text.
 *
 * @param tokenizer The file.
 * @param specials Texts that are special beside those that the file calls so.
 */
export function mendTokenizer(tokenizer: JsonObject, specials: readonly string[]): JsonObject {
  const { pre_tokenizer: splitter = null, added_tokens: added = [] } = tokenizer;
  return {
    normalizer: null,
    decoder: null,
    ...tokenizer,
    pre_tokenizer: mendSplitter(splitter),
    post_processor: null,
    added_tokens: addedTokens(added, tokenizer.model, specials),
  };
}

/** Makes a decoder that puts characters together of bytes keep U+FEFF, which counts as no text otherwise. */
export function mendDecoder(decoder: Decoder | null): void {
  if (decoder instanceof SequenceDecoder) decoder.decoders.forEach(mendDecoder);
  if (decoder instanceof ByteFallbackDecoder) {
    decoder.text_decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  }
}

function mendSplitter(splitter: Json): Json {
  if (!isJsonObject(splitter)) return splitter;
  const { type, pretokenizers } = splitter;
  if (type === "Sequence" && pretokenizers !== undefined && isJsonArray(pretokenizers)) {
    return { ...splitter, pretokenizers: pretokenizers.map(mendSplitter) };
  }
  if (type === "ByteLevel" && splitter.use_regex !== false && splitter.add_prefix_space !== true) {
    const pieces = split(byteLevelPattern);
    return { type: "Sequence", pretokenizers: [pieces, { ...splitter, use_regex: false }] };
  }
  if (type === "Digits") return split(splitter.individual_digits === true ? "\\p{N}" : "\\p{N}+");
  return splitter;
}

function split(pattern: string): JsonObject {
  return { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
}

function addedTokens(added: Json, model: Json | undefined, specials: readonly string[]): JsonObject[] {
  const tokens = (isJsonArray(added) ? added : []).filter(isJsonObject);
  const mended = tokens.map((token) =>
    token.special === true || (typeof token.content === "string" && specials.includes(token.content))
      ? { ...token, special: true, normalized: false }
      : token
  );
  const vocabulary = isJsonObject(model) && isJsonObject(model.vocab) ? model.vocab : {};
  const lacking = specials.filter((content) => tokens.every((token) => token.content !== content));
  const found = lacking.flatMap((content) => {
    const id = Object.hasOwn(vocabulary, content) ? vocabulary[content] : undefined;
    return typeof id === "number" ? [{ id, content, special: true, normalized: false }] : [];
  });
  return [...mended, ...found];
}

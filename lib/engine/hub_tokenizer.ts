import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { errorMessage, UserError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import type { Message } from "../domain/domain.ts";
import { ChatTemplate } from "./chat_template.ts";
import type { Tokenizer, TokenSequence } from "./engine.ts";
import { mendDecoder, mendTokenizer } from "./mend_tokenizer.ts";
import { PlainText } from "./plain_text.ts";
import { specialTokenText, type TokenizerFiles } from "./tokenizer_files.ts";

/** The special tokens that a configuration names. */
const specialNames = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/** The kinds of vocabulary that are known. */
const kinds: readonly string[] = ["BPE", "Unigram", "WordPiece"];

/** A tokenizer that can write out what controls a model. */
export interface TextTokenizer extends Tokenizer {
  /** The text of ids, special tokens written out: for servers that take prompts as text alone. */
  text(tokens: TokenSequence): string;
}

/**
 * The tokenizer of a model of the Hugging Face Hub.
 *
 * Conversations are put in the model's own chat template, see `ChatTemplate`. A special token that is written out in a
 * message or a response, such as `<|im_end|>`, becomes the ids of its characters: what somebody says never ends a turn.
 * `stop` begins with the token that the template puts after a response, or else the model's end of text;
 * `encodeResponse` ends with it. Lone surrogates, which are no text, are encoded as U+FFFD.
 *
 * `decode` leaves out special tokens and ids that the vocabulary does not have.
 *
 * @param files See `readTokenizerFiles`.
 * @throws {UserError} If the model has no chat template or no end of text, or its tokenizer is of an unknown kind.
 */
export function hubTokenizer(files: TokenizerFiles): TextTokenizer {
  return new TemplatedTokenizer(files);
}

class TemplatedTokenizer implements TextTokenizer {
  readonly vocabulary: number;
  readonly stop: readonly number[];
  readonly #inner: HubTokenizer;
  readonly #template: ChatTemplate;
  readonly #plain: PlainText;
  readonly #specials: ReadonlyMap<number, string>;
  readonly #unknown: number | undefined;
  readonly #where: string;
  readonly #covers: boolean;
  readonly #seen = new Set<string>();

  constructor(files: TokenizerFiles) {
    const { where, config } = files;
    this.#where = where;
    if (files.template === undefined) {
      throw new UserError(
        `Expected ${where} to have a chat template but it has none; choose a model that was trained to follow ` +
          `instructions (often named …-Instruct), or put a chat_template.jinja beside its tokenizer.json`,
      );
    }
    const words = specialWords(files);
    this.#inner = build(files, Object.values(words));
    const added = [...this.#inner.get_added_tokens_decoder().values()];
    this.#specials = new Map(added.filter(({ special }) => special).map(({ id, content }) => [id, content]));
    this.#plain = new PlainText([...this.#specials.values()], this.#inner.pre_tokenizer);
    this.#inner.pre_tokenizer = this.#plain;
    mendDecoder(this.#inner.decoder);
    this.vocabulary = 1 + largest([...this.#inner.get_vocab().values()]);
    this.#unknown = unknownId(files, this.#inner);
    this.#covers = coversAll(this.#inner);
    this.#template = new ChatTemplate(files.template, words, where);
    this.stop = this.#stopIds(files, specialTokenText(config, "eos_token"));
  }

  encodeChat(messages: readonly Message[]): number[] {
    const contents = messages.map(({ content }) => content.toWellFormed());
    for (const [index, content] of contents.entries()) {
      this.#checkCovers(content, `message ${index + 1} (${messages[index]?.role})`);
    }
    const hidden = this.#plain.hide(contents);
    const text = this.#template.render(
      messages.map(({ role }, index) => ({ role, content: hidden[index] ?? "" })),
    );
    return this.#encode(text);
  }

  encodeResponse(text: string): number[] {
    const response = text.toWellFormed();
    this.#checkCovers(response, "a response");
    const [hidden = ""] = this.#plain.hide([response]);
    return [...this.#encode(hidden), ...this.stop.slice(0, 1)];
  }

  decode(tokens: TokenSequence): string {
    return this.text(tokens.filter((id) => !this.#specials.has(id)));
  }

  text(tokens: TokenSequence): string {
    const known = tokens.filter((id) => this.#inner.id_to_token(id) !== undefined);
    if (known.length === 0) return "";
    return this.#inner.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  }

  /** Encodes a text in which what must not control is hidden. */
  #encode(text: string): number[] {
    const ids = this.#inner.encode(text, { add_special_tokens: false }).ids;
    const controls = ids.filter((id) => this.#specials.has(id) && id !== this.#unknown).length;
    if (controls <= this.#plain.count(text)) return ids;
    throw new UserError(
      `Cannot tell a text from a control token with the tokenizer of ${this.#where}: its vocabulary has special ` +
        `tokens among its words; choose another model`,
    );
  }

  /** Refuses characters that the vocabulary cannot write; most can write all. */
  #checkCovers(text: string, where: string): void {
    if (this.#covers) return;
    for (const character of text) {
      if (this.#seen.has(character)) continue;
      const [hidden = ""] = this.#plain.hide([character]);
      const ids = this.#inner.encode(hidden, { add_special_tokens: false }).ids;
      // Splitters may drop white space.
      const dropped = ids.length === 0 && character.trim() !== "";
      if (dropped || ids.some((id) => id === this.#unknown)) {
        throw new UserError(
          `Expected only characters that the tokenizer of ${this.#where} has but found ${
            JSON.stringify(character)
          } in ${where}`,
        );
      }
      this.#seen.add(character);
    }
  }

  #stopIds(files: TokenizerFiles, eos: string | undefined): number[] {
    const own = eos === undefined ? undefined : this.#inner.token_to_id(eos);
    const ids = [...new Set([...own === undefined ? [] : [own], ...files.stop])];
    const beyond = ids.find((id) => this.#inner.id_to_token(id) === undefined);
    if (ids.length === 0 || beyond !== undefined) {
      throw new UserError(
        `Expected ${this.#where} to say which token ends a response ("eos_token" in tokenizer_config.json, or ` +
          `"eos_token_id" in generation_config.json) but ` +
          (beyond === undefined
            ? "it does not"
            : `found the id ${beyond}, which its vocabulary does not have`),
      );
    }
    const ending = this.#template.ending();
    const places = ids.map((id) => ending.indexOf(this.#inner.id_to_token(id) ?? ""));
    const found = ids.map((id, at) => ({ id, place: places[at] ?? -1 })).filter(({ place }) => place >= 0);
    const ends = found.toSorted((a, b) => a.place - b.place).map(({ id }) => id);
    return [...new Set([...ends, ...ids])];
  }
}

function build({ tokenizer, config, where }: TokenizerFiles, specials: readonly string[]): HubTokenizer {
  const kind = isJsonObject(tokenizer.model) ? tokenizer.model.type ?? "BPE" : undefined;
  if (typeof kind !== "string" || !kinds.includes(kind)) {
    throw new UserError(
      `Expected tokenizer.json of ${where} to have a model of type ${kinds.join(", ")} but found ` +
        `${JSON.stringify(kind)}; choose another model`,
    );
  }
  try {
    return new HubTokenizer(mendTokenizer(tokenizer, specials), config);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UserError(`Cannot use the tokenizer.json of ${where}: ${errorMessage(error)}`);
  }
}

function specialWords({ config }: TokenizerFiles): Record<string, string> {
  return Object.fromEntries(specialNames.flatMap((name) => {
    const text = specialTokenText(config, name);
    return text === undefined ? [] : [[name, text]];
  }));
}

/** The id that stands for what the vocabulary does not have. */
function unknownId({ tokenizer }: TokenizerFiles, inner: HubTokenizer): number | undefined {
  const model = isJsonObject(tokenizer.model) ? tokenizer.model : {};
  if (typeof model.unk_id === "number") return model.unk_id;
  return typeof model.unk_token === "string" ? inner.token_to_id(model.unk_token) : undefined;
}

/** Whether any character can be written: byte by byte, if no other way. */
function coversAll(inner: HubTokenizer): boolean {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const named = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  if (bytes.every((byte) => inner.token_to_id(named(byte)) !== undefined)) return true;
  // The byte-level alphabet of 256 characters: bytes that can be seen stand for themselves, the others for U+0100 on.
  const seen = (byte: number): boolean =>
    (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  const letters = [...bytes.filter(seen), ...bytes.filter((byte) => !seen(byte)).map((_, at) => 256 + at)];
  return letters.every((code) => inner.token_to_id(String.fromCharCode(code)) !== undefined);
}

function largest(ids: readonly number[]): number {
  return ids.reduce((most, id) => Math.max(most, id), -1);
}

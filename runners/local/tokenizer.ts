import { UserError } from "../../lib/errors.ts";
import type { Message } from "../../lib/domain/domain.ts";
import type { Tokenizer, TokenSequence } from "../../lib/engine/engine.ts";

/** Tokens that are no characters, in the order of their ids. */
const specialTokens = ["<pad>", "<system>", "<user>", "<assistant>", "<tool>", "<end>"] as const;

/** The characters, in the order of their ids: newline and printable ASCII. */
const characters: readonly string[] = [
  "\n",
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
];

const ids = new Map([...specialTokens, ...characters].map((token, id) => [token, id]));
const texts = [...ids.keys()];
const end = specialTokens.indexOf("<end>");

/** Padded to a multiple of 8, the width of a tile. */
const vocabulary = Math.ceil(texts.length / 8) * 8;

/**
 * One token a character, for models that learn from nothing. A chat is compact: nothing comes before a first message
 * of the user; every other message starts with the token of its role; the prompt ends with `<assistant>` and a response
 * with `<end>`. Tokens that are neither a character nor the end are shown by name when decoded.
 *
 * @example
 * ```ts
 * import { characterTokenizer } from "exitlab/runners/local/tokenizer.ts";
 * import assert from "node:assert/strict";
 *
 * const prompt = characterTokenizer.encodeChat([{ role: "user", content: "2+2=" }]);
 * assert.equal(prompt.length, 5);
 * assert.equal(characterTokenizer.decode(characterTokenizer.encodeResponse("4")), "4");
 * ```
 */
export const characterTokenizer: Tokenizer = { vocabulary, stop: [end], encodeChat, encodeResponse, decode };

function encodeChat(messages: readonly Message[]): number[] {
  const tokens: number[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (index > 0 || role !== "user") tokens.push(specialTokens.indexOf(`<${role}>`));
    append(tokens, content, `message ${index + 1} (${role})`);
  }
  tokens.push(specialTokens.indexOf("<assistant>"));
  return tokens;
}

function encodeResponse(text: string): number[] {
  const tokens: number[] = [];
  append(tokens, text, "a response");
  tokens.push(end);
  return tokens;
}

function append(tokens: number[], text: string, where: string): void {
  for (const character of text) {
    const id = ids.get(character);
    if (id === undefined) {
      throw new UserError(
        `Expected only newlines and printable ASCII but found ${JSON.stringify(character)} in ${where}`,
      );
    }
    tokens.push(id);
  }
}

function decode(tokens: TokenSequence): string {
  return tokens.filter((token) => token !== end).map((token) => texts[token] ?? `<${token}>`).join("");
}

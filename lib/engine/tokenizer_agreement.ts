import { UserError } from "../errors.ts";
import type { Tokenizer } from "./engine.ts";

/** Texts on which tokenizers come to differ, if they do. */
export const agreementTexts: readonly string[] = [
  "",
  " ",
  "Hello, world!",
  "The answer is 42.",
  "1234567890 and 12,345.678",
  "٣٤ ½ ² Ⅷ 七",
  "   three spaces before, two  within, one after ",
  "tab\tand\t\ttabs",
  "\n\n\nthree lines down\r\nand one more\n",
  "def f(x):\n    if x > 0:\n        return x ** 2\n    return [1, 2, 3][-1]\n",
  '{"name": "add", "arguments": {"a": 1, "b": [true, null]}}',
  "$\\frac{1}{2} \\cdot \\sqrt{16} = 2$",
  "don't, we'll, I'M and they'VE",
  "naïve café, e\u0301 and o\u0308\u0304 of combining marks",
  "İstanbul, Straße, ﬁne",
  "Привет, мир; γειά σου; שלום; مرحبا",
  "中文字符，日本語のテスト，한국어",
  "नमस्ते दुनिया; ภาษาไทย",
  "😀🎉 👨‍👩‍👧 🇫🇷 👍🏽",
  "no-break\u00a0space, next\u0085line, thin\u2009space, zero\u200bwidth, mark\ufeff, full\u3000width",
  "control \u0001 characters \u001f and \u007f",
  "𝔐𝔞𝔱𝔥 and \ue000 of private use",
  `${"-".repeat(40)}\n${"=".repeat(17)} ${"a".repeat(60)}`,
];

/**
 * Checks that a server makes the same token ids of texts as this side does. What is not the same would train a model on
 * tokens that it never drew, without an error anywhere.
 *
 * Special tokens are not among the texts: a response never holds one as text, and prompts go to servers as ids. Texts with
 * characters that this side has no token for are passed over, since it never sends them.
 *
 * @param tokenizer This side.
 * @param encode The other side: the ids of a text, with nothing added around it.
 * @param where Whose they are, for messages, such as `"http://127.0.0.1:8000"`.
 * @throws {UserError} If they differ. Names the first text that they differ on, and both lists of ids.
 *
 * @example
 * ```ts
 * import { checkAgreement } from "exitlab/lib/engine/tokenizer_agreement.ts";
 * import assert from "node:assert/strict";
 *
 * const codes = (text: string) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
 * const tokenizer = {
 *   vocabulary: 0x110000,
 *   stop: [0],
 *   encodeChat: () => [],
 *   encodeResponse: (text: string) => [...codes(text), 0],
 *   decode: (tokens: readonly number[]) => String.fromCodePoint(...tokens),
 * };
 * await checkAgreement(tokenizer, (text) => Promise.resolve(codes(text)), "a server");
 * await assert.rejects(
 *   checkAgreement(tokenizer, (text) => Promise.resolve(codes(text.trim())), "a server"),
 *   /Expected the tokenizer of a server to make \[32\] of " " but it makes \[\]/,
 * );
 * ```
 */
export async function checkAgreement(
  tokenizer: Tokenizer,
  encode: (text: string) => Promise<readonly number[]>,
  where: string,
): Promise<void> {
  for (const text of agreementTexts) {
    const own = encodeIfPossible(tokenizer, text);
    if (own === undefined) continue;
    const theirs = await encode(text);
    if (own.length === theirs.length && own.every((id, at) => id === theirs[at])) continue;
    throw new UserError(
      `Expected the tokenizer of ${where} to make ${show(own)} of ${JSON.stringify(text)} ` +
        `but it makes ${show(theirs)}; is it the same model and revision?`,
    );
  }
}

function encodeIfPossible(tokenizer: Tokenizer, text: string): number[] | undefined {
  try {
    return tokenizer.encodeResponse(text).slice(0, -1);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function show(ids: readonly number[]): string {
  const [most, given] = [24, ids.length];
  return given <= most ? JSON.stringify(ids) : `[${ids.slice(0, most).join(",")},… ${given} ids]`;
}

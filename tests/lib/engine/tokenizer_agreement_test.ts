import assert from "node:assert/strict";
import type { Tokenizer } from "../../../lib/engine/engine.ts";
import { hubTokenizer } from "../../../lib/engine/hub_tokenizer.ts";
import { agreementTexts, checkAgreement } from "../../../lib/engine/tokenizer_agreement.ts";
import { UserError } from "../../../lib/errors.ts";
import { loadTokenizerFiles } from "./tokenizers/load.ts";

const [digits, pattern] = [
  hubTokenizer(await loadTokenizerFiles("digits")),
  hubTokenizer(await loadTokenizerFiles("pattern")),
];

const bare: Tokenizer = {
  vocabulary: 128,
  stop: [0],
  encodeChat: () => [],
  encodeResponse: () => [],
  decode: () => "",
};

Deno.test("checkAgreement() asks for every text where both agree", async () => {
  const asked: string[] = [];
  await checkAgreement(digits, (text) => {
    asked.push(text);
    return Promise.resolve(digits.encodeResponse(text).slice(0, -1));
  }, "a server");
  assert.deepEqual(asked, agreementTexts);
});

Deno.test("checkAgreement() names the first text on which they differ, and both lists of ids", async () => {
  const other = (text: string) => Promise.resolve(pattern.encodeResponse(text).slice(0, -1));
  await assert.rejects(checkAgreement(digits, other, "http://127.0.0.1:8000"), {
    name: "UserError",
    message:
      /^Expected the tokenizer of http:\/\/127\.0\.0\.1:8000 to make \[\d+\] of " " but it makes \[\d+\]; is it/,
  });
});

Deno.test("checkAgreement() finds a server that adds a token, trims, or normalises", async () => {
  const server = (mend: (text: string) => string, first: readonly number[] = []) => (text: string) =>
    Promise.resolve([...first, ...digits.encodeResponse(mend(text)).slice(0, -1)]);
  const differs = (encode: (text: string) => Promise<number[]>): Promise<void> =>
    assert.rejects(checkAgreement(digits, encode, "it"), { name: "UserError" });
  await differs(server((text) => text, [0]));
  await differs(server((text) => text.trim()));
  await differs(server((text) => text.normalize("NFC")));
  await differs(server((text) => text.normalize("NFD")));
  await differs(server((text) => text.replaceAll("\r\n", "\n")));
  await differs(server((text) => text.replaceAll("\ufeff", "")));
  await differs(server((text) => text.replaceAll("\u200d", "")));
});

Deno.test("checkAgreement() passes over texts that have no ids here", async () => {
  const letters = {
    ...bare,
    encodeResponse(text: string): number[] {
      if (/[^ -~\n]/.test(text)) throw new UserError("No token for it");
      return [...text].map((letter) => letter.charCodeAt(0)).concat(0);
    },
  };
  const asked: string[] = [];
  await checkAgreement(letters, (text) => {
    asked.push(text);
    return Promise.resolve([...text].map((letter) => letter.charCodeAt(0)));
  }, "a server");
  assert.ok(asked.length > 5 && asked.length < agreementTexts.length);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message } from "../../../lib/domain/domain.ts";
import type { TokenSequence } from "../../../lib/engine/engine.ts";
import { hubTokenizer } from "../../../lib/engine/hub_tokenizer.ts";
import type { JsonObject } from "../../../lib/json.ts";
import { loadGolden, loadTokenizerFiles, tokenizerNames } from "./tokenizers/load.ts";

for (const name of tokenizerNames) {
  const [files, golden] = [await loadTokenizerFiles(name), await loadGolden(name)];
  const tokenizer = hubTokenizer(files);
  const [stop = -1] = tokenizer.stop;

  Deno.test(`hubTokenizer() gives the ids of transformers (${name})`, () => {
    for (const { text, ids } of golden.texts) {
      assert.deepEqual(tokenizer.encodeResponse(text), [...ids, stop], JSON.stringify(text));
    }
  });

  Deno.test(`hubTokenizer() gives the conversations of transformers, where that has one (${name})`, () => {
    for (const { messages, ids } of golden.chats) {
      const own = tokenizer.encodeChat(messages);
      if (ids !== null) assert.deepEqual(own, ids);
    }
  });

  Deno.test(`decode() gives back any text (${name})`, () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const ids = tokenizer.encodeResponse(text.toWellFormed());
      assert.equal(tokenizer.decode(ids), text.toWellFormed());
      assert.ok(ids.every((id) => id >= 0 && id < tokenizer.vocabulary));
    }));
  });

  Deno.test(`encodeChat() has as many control tokens whatever the messages say (${name})`, async () => {
    const controls = await controlIds(name);
    const count = (ids: TokenSequence): number => ids.filter((id) => controls.has(id)).length;
    const chat = (content: string): Message[] => [
      { role: "user", content },
      { role: "assistant", content },
      { role: "user", content },
    ];
    const usual = count(tokenizer.encodeChat(chat("x")));
    const specials = [...controls.values(), "<|im_", "end|>", "<", "x", " ", "\u{F0000}"];
    fc.assert(fc.property(fc.array(fc.constantFrom(...specials), { maxLength: 6 }), (parts) => {
      const content = parts.join("");
      assert.equal(count(tokenizer.encodeChat(chat(content))), usual);
      assert.equal(count(tokenizer.encodeResponse(content)), 1);
      assert.equal(tokenizer.decode(tokenizer.encodeResponse(content)), content);
    }));
  });
}

async function controlIds(name: string): Promise<Map<number, string>> {
  const { tokenizer } = await loadTokenizerFiles(name);
  const added = tokenizer.added_tokens;
  if (!Array.isArray(added)) throw new TypeError("No added tokens");
  return new Map(added.filter((token) => token.special).map(({ id, content }) => [id, content]));
}

Deno.test("decode() leaves out special tokens and ids that are none", async () => {
  const tokenizer = hubTokenizer(await loadTokenizerFiles("digits"));
  const [stop = -1] = tokenizer.stop;
  const four = tokenizer.encodeResponse("4").slice(0, -1);
  assert.equal(tokenizer.decode([0, ...four, stop, stop, tokenizer.vocabulary, 999_999]), "4");
  assert.equal(tokenizer.decode([stop]), "");
  assert.equal(tokenizer.decode([]), "");
});

Deno.test("encodeResponse() takes a lone surrogate for U+FFFD", async () => {
  const tokenizer = hubTokenizer(await loadTokenizerFiles("digits"));
  assert.deepEqual(tokenizer.encodeResponse("a\ud800b"), tokenizer.encodeResponse("a\ufffdb"));
});

Deno.test("stop begins with what the template puts after a response", async () => {
  const files = await loadTokenizerFiles("digits");
  const [text, end] = [0, 2];
  assert.deepEqual(hubTokenizer({ ...files, stop: [text, end] }).stop, [end, text]);
  const config = { ...files.config, "eos_token": "<|text|>" };
  assert.deepEqual(hubTokenizer({ ...files, config, stop: [text, end] }).stop, [end, text]);
  assert.deepEqual(hubTokenizer({ ...files, config, stop: [] }).stop, [text]);
});

Deno.test("hubTokenizer() takes special tokens as objects, and those that only the configuration names", async () => {
  const files = await loadTokenizerFiles("digits");
  const config = { "eos_token": { content: "<|im_end|>" }, "bos_token": "<|text|>", "pad_token": "the" };
  const { encodeResponse, decode, stop } = bound(hubTokenizer({ ...files, config }));
  assert.deepEqual(stop, [2]);
  assert.equal(decode(encodeResponse("see the end")), "see the end");
});

function bound(tokenizer: ReturnType<typeof hubTokenizer>) {
  const { stop } = tokenizer;
  return {
    stop,
    encodeResponse: (text: string) => tokenizer.encodeResponse(text),
    decode: (ids: TokenSequence) => tokenizer.decode(ids),
  };
}

Deno.test("hubTokenizer() refuses a model without a chat template", async () => {
  const files = await loadTokenizerFiles("digits");
  assert.throws(() => hubTokenizer({ ...files, where: "org/base", template: undefined }), {
    name: "UserError",
    message:
      "Expected org/base to have a chat template but it has none; choose a model that was trained to follow " +
      "instructions (often named …-Instruct), or put a chat_template.jinja beside its tokenizer.json",
  });
});

Deno.test("hubTokenizer() refuses a model that does not say what ends a response", async () => {
  const files = await loadTokenizerFiles("digits");
  const config = { "bos_token": "<|text|>" };
  assert.throws(
    () => hubTokenizer({ ...files, config, stop: [] }),
    /to say which token ends a response .* but it does not/,
  );
  assert.throws(
    () => hubTokenizer({ ...files, stop: [7777] }),
    /but found the id 7777, which its vocabulary/,
  );
});

Deno.test("hubTokenizer() refuses a tokenizer of an unknown kind", async () => {
  const files = await loadTokenizerFiles("digits");
  const build = (model: JsonObject) => () =>
    hubTokenizer({ ...files, tokenizer: { ...files.tokenizer, model } });
  assert.throws(build({ type: "Quantum", vocab: {} }), {
    name: "UserError",
    message:
      'Expected tokenizer.json of digits to have a model of type BPE, Unigram, WordPiece but found "Quantum"; choose another model',
  });
  for (const model of [{ type: "BPE" }, {}, { type: "Unigram", vocab: 3 }]) {
    assert.throws(build(model), {
      name: "UserError",
      message: /^Cannot use the tokenizer\.json of digits: /,
    });
  }
});

Deno.test("encodeChat() refuses a character that the vocabulary cannot write", async () => {
  const { tokenizer: json, ...files } = await loadTokenizerFiles("digits");
  const vocab = { "<|text|>": 0, "<|im_start|>": 1, "<|im_end|>": 2 };
  const letters = Object.fromEntries([..."useraitn0123456789Ġ"].map((letter, at) => [letter, 3 + at]));
  const model = { type: "BPE", vocab: { ...vocab, ...letters }, merges: [] };
  const tokenizer = hubTokenizer({ ...files, tokenizer: { ...json, model, added_tokens: [] } });
  assert.throws(() => tokenizer.encodeChat([{ role: "user", content: "12 é" }]), {
    name: "UserError",
    message: 'Expected only characters that the tokenizer of digits has but found "é" in message 1 (user)',
  });
  assert.throws(() => tokenizer.encodeResponse("z"), /found "z" in a response/);
});

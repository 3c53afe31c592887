import assert from "node:assert/strict";
import {
  readTokenizerFiles,
  specialTokenText,
  type TokenizerFiles,
} from "../../../lib/engine/tokenizer_files.ts";

const minimal = { "tokenizer.json": '{"model":{"type":"BPE"}}' };

function read(files: Readonly<Record<string, string | Uint8Array>>): Promise<TokenizerFiles> {
  const bytes = (content: string | Uint8Array | undefined): Uint8Array | null =>
    typeof content === "string" ? new TextEncoder().encode(content) : content ?? null;
  return readTokenizerFiles((name) => Promise.resolve(bytes(files[name])), "org/model");
}

Deno.test("readTokenizerFiles() needs tokenizer.json alone", async () => {
  assert.deepEqual(await read(minimal), {
    where: "org/model",
    tokenizer: { model: { type: "BPE" } },
    config: {},
    template: undefined,
    stop: [],
  });
});

Deno.test("readTokenizerFiles() refuses files that are missing or broken, in one sentence", async () => {
  const cases: [Record<string, string | Uint8Array>, RegExp][] = [
    [{}, /^Expected org\/model to have a file tokenizer\.json but it has none; save/],
    [
      { "tokenizer.json": "" },
      /^Expected tokenizer\.json of org\/model to be a JSON object but found an empty file/,
    ],
    [
      { "tokenizer.json": "version https://git-lfs" },
      /but found one that begins "version https:\/\/git-lfs"; fetch/,
    ],
    [{ "tokenizer.json": "[]" }, /to be a JSON object but found one that begins "\[\]"/],
    [
      { "tokenizer.json": "{}" },
      /^Expected an object "model" in tokenizer\.json of org\/model but there is none$/,
    ],
    [{ ...minimal, "tokenizer_config.json": "<html>" }, /^Expected tokenizer_config\.json of org\/model/],
    [
      { ...minimal, "chat_template.jinja": new Uint8Array([0xff]) },
      /chat_template\.jinja of org\/model to be UTF-8/,
    ],
    [
      { ...minimal, "generation_config.json": '{"eos_token_id":"2"}' },
      /^Expected "eos_token_id" to be one or several token ids but found "2" in generation_config\.json of/,
    ],
    [
      { ...minimal, "config.json": '{"eos_token_id":[1,-2]}' },
      /found \[1,-2\] in config\.json of org\/model/,
    ],
  ];
  for (const [files, message] of cases) await assert.rejects(read(files), { name: "UserError", message });
});

Deno.test("readTokenizerFiles() takes the stop ids of generation_config.json before those of config.json", async () => {
  const config = { "config.json": '{"eos_token_id":7}' };
  assert.deepEqual((await read({ ...minimal, ...config })).stop, [7]);
  const generation = { "generation_config.json": '{"eos_token_id":[8,9]}' };
  assert.deepEqual((await read({ ...minimal, ...config, ...generation })).stop, [8, 9]);
  const silent = { "generation_config.json": '{"eos_token_id":null}' };
  assert.deepEqual((await read({ ...minimal, ...config, ...silent })).stop, [7]);
});

Deno.test("readTokenizerFiles() takes a template of its own file, or else that of the configuration", async () => {
  const configured = (template: unknown): Record<string, string> => ({
    ...minimal,
    "tokenizer_config.json": JSON.stringify({ "chat_template": template }),
  });
  assert.equal((await read(configured("a"))).template, "a");
  assert.equal((await read({ ...configured("a"), "chat_template.jinja": "b" })).template, "b");
  const several = [{ name: "tool_use", template: "t" }, { name: "default", template: "d" }];
  assert.equal((await read(configured(several))).template, "d");
  assert.equal((await read(configured(several.slice(0, 1)))).template, "t");
  assert.equal((await read(configured({}))).template, undefined);
});

Deno.test("readTokenizerFiles() adds special tokens that tokenizer_config.json does not name", async () => {
  const { config } = await read({
    ...minimal,
    "special_tokens_map.json": '{"bos_token":"<s>","eos_token":"old"}',
    "tokenizer_config.json": '{"eos_token":{"content":"</s>"},"pad_token":null}',
  });
  assert.equal(specialTokenText(config, "bos_token"), "<s>");
  assert.equal(specialTokenText(config, "eos_token"), "</s>");
  assert.equal(specialTokenText(config, "pad_token"), undefined);
});

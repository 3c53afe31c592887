import { UserError } from "../errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The files of a model that a tokenizer is made of; all but the first may be missing. */
export const tokenizerFileNames = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "generation_config.json",
  "config.json",
] as const;

/** The name of one of them. */
export type TokenizerFileName = typeof tokenizerFileNames[number];

/** What a model's tokenizer is made of, read and checked. */
export interface TokenizerFiles {
  /** Where they come from, for messages, such as `"HuggingFaceTB/SmolLM2-135M-Instruct"`. */
  readonly where: string;
  /** `tokenizer.json`. */
  readonly tokenizer: JsonObject;
  /** `tokenizer_config.json`, with what `special_tokens_map.json` adds. */
  readonly config: JsonObject;
  /** The chat template, if there is one. */
  readonly template: string | undefined;
  /** The ids that `generation_config.json` or else `config.json` says end a text. */
  readonly stop: readonly number[];
}

/**
 * Reads the files of a tokenizer. A template of its own file goes before one in `tokenizer_config.json`.
 *
 * @param read The bytes of a file, `null` if there is no such file.
 * @param where Where they come from, for messages.
 * @throws {UserError} If there is no `tokenizer.json`, or a file is broken.
 *
 * @example
 * ```ts
 * import { readTokenizerFiles } from "exitlab/lib/engine/tokenizer_files.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   readTokenizerFiles(() => Promise.resolve(null), "org/model"),
 *   /Expected org\/model to have a file tokenizer\.json but it has none/,
 * );
 * ```
 */
export async function readTokenizerFiles(
  read: (name: TokenizerFileName) => Promise<Uint8Array | null>,
  where: string,
): Promise<TokenizerFiles> {
  const object = async (name: TokenizerFileName): Promise<JsonObject | undefined> => {
    const bytes = await read(name);
    return bytes === null ? undefined : parseObject(bytes, name, where);
  };
  const tokenizer = await object("tokenizer.json");
  if (tokenizer === undefined) {
    throw new UserError(
      `Expected ${where} to have a file tokenizer.json but it has none; ` +
        `save the tokenizer in that form, or choose a model that has it`,
    );
  }
  if (!isJsonObject(tokenizer.model)) {
    throw new UserError(`Expected an object "model" in tokenizer.json of ${where} but there is none`);
  }
  const map = await object("special_tokens_map.json") ?? {};
  const config = { ...map, ...await object("tokenizer_config.json") ?? {} };
  const template = await read("chat_template.jinja");
  const generation = stopIds(await object("generation_config.json"), "generation_config.json", where);
  return {
    where,
    tokenizer,
    config,
    template: template === null
      ? configuredTemplate(config.chat_template)
      : decodeUtf8(template, "chat_template.jinja", where),
    stop: generation ?? stopIds(await object("config.json"), "config.json", where) ?? [],
  };
}

/**
 * The text of a special token in `tokenizer_config.json`, which is a string or an object with its `content`.
 *
 * @param name Such as `"eos_token"`.
 */
export function specialTokenText(config: JsonObject, name: string): string | undefined {
  const token = config[name];
  const text = isJsonObject(token) ? token.content : token;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** The template itself, or of several the one named `"default"`, or else the first. */
function configuredTemplate(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || !isJsonArray(value)) return undefined;
  const templates = value.filter(isJsonObject).flatMap(({ name, template }) =>
    typeof template === "string" ? [{ name, template }] : []
  );
  return (templates.find(({ name }) => name === "default") ?? templates[0])?.template;
}

function stopIds(config: JsonObject | undefined, name: string, where: string): number[] | undefined {
  const value = config?.eos_token_id;
  if (value === undefined || value === null) return undefined;
  const ids = isJsonArray(value) ? value : [value];
  const whole = ids.filter((id): id is number => typeof id === "number" && Number.isInteger(id) && id >= 0);
  if (whole.length === ids.length) return whole;
  throw new UserError(
    `Expected "eos_token_id" to be one or several token ids but found ${
      JSON.stringify(value)
    } in ${name} of ${where}`,
  );
}

function parseObject(bytes: Uint8Array, name: string, where: string): JsonObject {
  const text = decodeUtf8(bytes, name, where);
  try {
    const value: Json = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(
    `Expected ${name} of ${where} to be a JSON object but found ${
      text === "" ? "an empty file" : `one that begins ${JSON.stringify(text.slice(0, 40))}`
    }; fetch it anew`,
  );
}

function decodeUtf8(bytes: Uint8Array, name: string, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`Expected ${name} of ${where} to be UTF-8 text but it is not; fetch it anew`);
  }
}

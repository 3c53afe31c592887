/**
 * Answers of hosted models, kept by what was asked: a line a request in a file that only grows. What is in it was on disk
 * before it was used, so that nothing that was answered is asked, and paid for, a second time.
 *
 * @module
 */
import { dirname } from "node:path";
import * as v from "valibot";
import { contentHash } from "../../../lib/json.ts";
import { explainWriteError } from "../../../lib/loop/write_error.ts";
import type { ChatAnswer, ChatRequest } from "./chat_answer.ts";
import type { HostedModel } from "./hosted_model.ts";

/** The name and version of what a request's hash is made of. */
const keyFormat = "exitlab.hosted-answer/1";

const countSchema = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)));

const lineSchema = v.object({
  key: v.string(),
  content: v.string(),
  finish: v.string(),
  inputTokens: countSchema,
  outputTokens: countSchema,
  provider: v.nullable(v.string()),
});

/** The SHA-256 of all that decides an answer: the model, where it is asked, the conversation, how it is drawn and which draw it is. */
export function answerKey(model: HostedModel, request: ChatRequest): string {
  return contentHash({ format: keyFormat, ...model, ...request });
}

/** The name of the file for a model's answers: readable, and its own. */
export function cacheName(model: HostedModel): string {
  const readable = model.model.replaceAll(/[^\w.-]+/g, "_").slice(0, 80);
  return `${readable}-${contentHash(model).slice(0, 8)}.jsonl`;
}

/**
 * A file of answers. Several processes may add to one; each knows what was there when it opened it, and of two answers to
 * one request the first stays.
 *
 * @example
 * ```ts
 * import { ResponseCache } from "exitlab/runners/hf/infer/response_cache.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const answer = { content: "4", finish: "stop", inputTokens: 9, outputTokens: 1, provider: null };
 * const first = await ResponseCache.open(`${folder}/answers.jsonl`);
 * await first.put("key", answer);
 * first.close();
 * const second = await ResponseCache.open(`${folder}/answers.jsonl`);
 * assert.deepEqual(second.get("key"), answer);
 * second.close();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class ResponseCache {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #answers: Map<string, ChatAnswer>;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, file: Deno.FsFile, answers: Map<string, ChatAnswer>) {
    this.#path = path;
    this.#file = file;
    this.#answers = answers;
  }

  /**
   * Opens a file of answers, and makes it and its folder if there are none. A line that a killed process left half
   * written is passed over, and so is any other that holds no answer.
   *
   * @throws {UserError} If it cannot be written.
   */
  static async open(path: string): Promise<ResponseCache> {
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      const file = await Deno.open(path, { create: true, append: true, read: true });
      try {
        return new ResponseCache(path, file, await readAnswers(path));
      } catch (error) {
        file.close();
        throw error;
      }
    } catch (error) {
      throw explainWriteError(error, path);
    }
  }

  /** How many answers it holds. */
  get size(): number {
    return this.#answers.size;
  }

  /** The answer to a request; `undefined` if there is none. */
  get(key: string): ChatAnswer | undefined {
    return this.#answers.get(key);
  }

  /**
   * Keeps an answer: when it resolves, the answer is on disk.
   *
   * @throws {UserError} If the disk is full.
   */
  async put(key: string, answer: ChatAnswer): Promise<void> {
    // A line break before it as well: whatever a killed process left behind stays a line of its own.
    const line = new TextEncoder().encode(`\n${JSON.stringify({ key, ...answer })}\n`);
    const before = this.#written;
    this.#written = before.then(() => this.#append(line));
    this.#written.catch(() => {});
    try {
      await this.#written;
    } catch (error) {
      throw explainWriteError(error, this.#path);
    }
    if (!this.#answers.has(key)) this.#answers.set(key, answer);
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    await this.#file.syncData();
  }
}

/** The answers in a file, of which there may be more than one string can hold. */
async function readAnswers(path: string): Promise<Map<string, ChatAnswer>> {
  const answers = new Map<string, ChatAnswer>();
  const take = (line: string): void => {
    const { success, output } = v.safeParse(lineSchema, parseLine(line));
    if (!success) return;
    const { key, ...answer } = output;
    if (!answers.has(key)) answers.set(key, answer);
  };
  let rest = "";
  const file = await Deno.open(path);
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  take(rest);
  return answers;
}

function parseLine(line: string): unknown {
  if (line === "") return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

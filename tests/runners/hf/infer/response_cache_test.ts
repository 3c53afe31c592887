import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { ChatAnswer } from "exitlab/runners/hf/infer/chat_answer.ts";
import { answerKey, cacheName, ResponseCache } from "exitlab/runners/hf/infer/response_cache.ts";

const answers: fc.Arbitrary<ChatAnswer> = fc.record({
  content: fc.string({ unit: "binary" }),
  finish: fc.constantFrom("stop", "length", ""),
  inputTokens: fc.option(fc.nat()),
  outputTokens: fc.option(fc.nat()),
  provider: fc.option(fc.string()),
}, { noNullPrototype: true });

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(join(folder, "deep", "answers.jsonl"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function put(path: string, entries: readonly (readonly [string, ChatAnswer])[]): Promise<void> {
  const cache = await ResponseCache.open(path);
  for (const [key, answer] of entries) await cache.put(key, answer);
  cache.close();
}

async function read(path: string, keys: readonly string[]): Promise<(ChatAnswer | undefined)[]> {
  const cache = await ResponseCache.open(path);
  cache.close();
  return keys.map((key) => cache.get(key));
}

Deno.test("ResponseCache keeps what was put before a file was torn anywhere, and what is put after", async () => {
  await inFolder((path) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(answers, { minLength: 1, maxLength: 4 }),
        answers,
        fc.nat(),
        async (before, after, cut) => {
          await Deno.remove(path).catch(() => {});
          const entries = before.map((answer, at) => [`key-${at}`, answer] as const);
          await put(path, entries);
          const bytes = await Deno.readFile(path);
          const kept = bytes.subarray(0, cut % (bytes.length + 1));
          await Deno.writeFile(path, kept);
          const ends = new TextDecoder().decode(kept).split("\n").filter((line) => line.endsWith("}")).length;
          await put(path, [["later", after]]);
          const found = await read(path, [...entries.map(([key]) => key), "later"]);
          assert.deepEqual(found.at(-1), after);
          // Every line that is whole is found; one that ends in a brace by chance within its text is not whole.
          const whole = found.slice(0, -1).filter((answer) => answer !== undefined);
          assert(whole.length <= ends);
          assert.deepEqual(whole, before.slice(0, whole.length));
          const lines = new TextDecoder().decode(bytes).split("\n").filter((line) => line !== "");
          const bytesOf = (lines: readonly string[]): number =>
            lines.reduce((sum, line) => sum + new TextEncoder().encode(line).length + 2, 0) - 1;
          const must = lines.filter((_, at) => bytesOf(lines.slice(0, at + 1)) <= kept.length).length;
          assert(whole.length >= must, `${whole.length} of ${must}`);
        },
      ),
      { numRuns: 40 },
    )
  );
});

Deno.test("ResponseCache takes lines of two at once, and of two answers to one request the first stays", async () => {
  await inFolder(async (path) => {
    const [one, two] = [await ResponseCache.open(path), await ResponseCache.open(path)];
    const answer = (content: string): ChatAnswer => ({
      content,
      finish: "stop",
      inputTokens: 1,
      outputTokens: 1,
      provider: null,
    });
    const keys = Array.from({ length: 50 }, (_, at) => `key-${at}`);
    await Promise.all(keys.flatMap((key) => [
      one.put(`one-${key}`, answer(`one ${key}`)),
      two.put(`two-${key}`, answer(`two ${key}`)),
    ]));
    await one.put("both", answer("first"));
    await two.put("both", answer("second"));
    one.close();
    two.close();
    const found = await read(path, keys.flatMap((key) => [`one-${key}`, `two-${key}`]));
    assert.deepEqual(found.map((each) => each?.content), keys.flatMap((key) => [`one ${key}`, `two ${key}`]));
    assert.equal((await read(path, ["both"]))[0]?.content, "first");
  });
});

Deno.test("answerKey() differs in all that decides an answer, and in nothing else", () => {
  const model = { model: "org/model", provider: null, endpoint: null };
  const request = {
    messages: [{ role: "user" as const, content: "a" }],
    maxTokens: 8,
    temperature: 1,
    topP: 1,
    seed: 1,
  };
  const keys = [
    answerKey(model, request),
    answerKey({ ...model, model: "org/other" }, request),
    answerKey({ ...model, provider: "groq" }, request),
    answerKey({ ...model, endpoint: "http://127.0.0.1:1" }, request),
    // What a stand-in for the Hub says is not what the model says.
    answerKey({ ...model, hub: "http://127.0.0.1:1" }, request),
    answerKey(model, { ...request, messages: [{ role: "system", content: "a" }] }),
    answerKey(model, { ...request, maxTokens: 9 }),
    answerKey(model, { ...request, temperature: 0.5 }),
    answerKey(model, { ...request, topP: 0.5 }),
    answerKey(model, { ...request, seed: 2 }),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(answerKey({ endpoint: null, provider: null, model: "org/model" }, { ...request }), keys[0]);
  assert.notEqual(cacheName({ ...model, hub: "http://127.0.0.1:1" }), cacheName(model));
  assert.match(cacheName({ ...model, model: "../up/it" }), /^\.\._up_it-[0-9a-f]{8}\.jsonl$/);
});

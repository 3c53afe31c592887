import assert from "node:assert/strict";
import fc from "fast-check";
import { LogStream } from "exitlab/runners/hf/hub/log_stream.ts";

const encoder = new TextEncoder();
const never = new AbortController().signal;

/** A stream of these pieces, and then its end, an error, or nothing more. */
function streamOf(pieces: readonly Uint8Array[], end: "close" | "error" | "stay" = "close"): LogStream {
  const left = [...pieces];
  return new LogStream(
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = left.shift();
          if (piece !== undefined) controller.enqueue(piece);
          else if (end === "close") controller.close();
          else if (end === "error") controller.error(new TypeError("cut"));
        },
      }),
    ),
  );
}

async function readAll(stream: LogStream): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const got = await stream.read(1000, never);
    if (typeof got === "string") {
      texts.push(got);
      return texts;
    }
    texts.push(...got);
  }
}

const cases: [string, string, string[]][] = [
  ["events", 'data: {"timestamp":"t","data":"a"}\n\ndata: {"timestamp":"t","data":"b"}\n\n', ["a", "b"]],
  ["comments and other fields", ': keep-alive\n\nevent: log\nid: 1\ndata: {"data":"a"}\nretry: 5\n\n', ["a"]],
  ["lines that end with CR LF", 'data: {"data":"a"}\r\n\r\ndata: {"data":"b"}\r\n\r\n', ["a", "b"]],
  ["no empty lines between, and no space", 'data:{"data":"a"}\ndata: {"data":"b"}\n', ["a", "b"]],
  ["text that is no JSON, or JSON of another kind", 'data: plain text\n\ndata: {"text":"x"}\n\ndata: 5\n\n', [
    "plain text",
    '{"text":"x"}',
    "5",
  ]],
  ["a last event without the end of its line", 'data: {"data":"a"}\n\ndata: {"data":"b"}', ["a", "b"]],
  ["half an event at the end", 'data: {"data":"a"}\n\ndata: {"data":"b', ["a"]],
  ["escapes and letters of many bytes", 'data: {"data":"\\u00e4 日本 \\n \\"}\\""}\n\n', ['ä 日本 \n "}"']],
  ["an empty text", 'data: {"data":""}\n\n', [""]],
  ["nothing", "", []],
];

Deno.test("LogStream.read() reads events, wherever the bytes are cut in pieces", async () => {
  for (const [name, text, expected] of cases) {
    const bytes = encoder.encode(text);
    assert.deepEqual(await readAll(streamOf([bytes])), [...expected, "end"], name);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((to, at) => bytes.subarray(places[at], to));
        assert.deepEqual(await readAll(streamOf(pieces)), [...expected, "end"], name);
      }),
      { numRuns: 20 },
    );
  }
});

Deno.test("LogStream.read() tells a cut from an end, and drops what was cut in the middle", async () => {
  const text = encoder.encode('data: {"data":"a"}\n\ndata: {"data":"b"}');
  assert.deepEqual(await readAll(streamOf([text], "error")), ["a", "cut"]);
  assert.deepEqual(await readAll(new LogStream(new Response(null))), ["end"]);
});

Deno.test("LogStream.read() waits no longer than it is told, and loses nothing by that", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await promise;
      controller.enqueue(encoder.encode('data: {"data":"a"}\n\n'));
      controller.close();
    },
  });
  const stream = new LogStream(new Response(body));
  assert.equal(await stream.read(1, never), "quiet");
  assert.equal(await stream.read(0, never), "quiet");
  resolve();
  assert.deepEqual(await stream.read(1000, never), ["a"]);
  assert.equal(await stream.read(1000, never), "end");
});

Deno.test("LogStream.read() ends with the reason of its signal; close() ends what waits", async () => {
  const stream = streamOf([], "stay");
  const ending = new AbortController();
  const reading = stream.read(60_000, ending.signal);
  ending.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  await assert.rejects(stream.read(60_000, ending.signal), /enough/);
  await stream.close();
});

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { encodeLine, LineReader, type TailLine } from "exitlab/runners/hf/job/live_lines.ts";
import { LiveTail } from "exitlab/runners/hf/job/live_tail.ts";
import { TailMirror } from "exitlab/runners/hf/tail_mirror.ts";

/** Text of any kind, now and then longer than a line of a log. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.uint8Array({ minLength: 3000, maxLength: 20_000 }).map((bytes) => Array.from(bytes).join(" ")),
);

function read(lines: readonly string[]): TailLine[] {
  const reader = new LineReader();
  return lines.map((line) => reader.read(line)).filter((line) => line !== undefined && line !== "other");
}

Deno.test("LineReader puts together what encodeLine() took apart, whatever else is in the log", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), fc.string(), (texts, noise) => {
      const other = `> ${noise}`;
      const log = texts.flatMap((text, index) => encodeLine(index, text)).flatMap((line) => [line, other]);
      assert.ok(log.every((line) => line.length < 4100 || line === other));
      assert.deepEqual(read(log), texts.map((text, index) => ({ index, text })));
    }),
    { numRuns: 50 },
  );
});

Deno.test("LineReader gives no line of which a piece is missing, twice there or spoilt", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 9000, maxLength: 20_000 }),
      fc.nat(),
      fc.nat(),
      (bytes, at, how) => {
        const long = Array.from(bytes).join(" ");
        const pieces = encodeLine(3, long);
        const index = at % pieces.length;
        const piece = pieces[index] ?? "";
        const spoilt = [[], [piece, piece], [piece.slice(0, -7)]][how % 3] ?? [];
        const log = [
          ...pieces.slice(0, index),
          ...spoilt,
          ...pieces.slice(index + 1),
          ...encodeLine(4, "next"),
        ];
        const found = read(log);
        // Twice the first piece begins anew, and loses nothing.
        assert.ok(found.every(({ index, text }) => index === 4 ? text === "next" : text === long));
        assert.deepEqual(found.at(-1), { index: 4, text: "next" });
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("LiveTail prints what was added, and all of a tail that was written anew", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "events.jsonl");
  const printed: string[] = [];
  const tail = new LiveTail(path, (line) => printed.push(line));
  const seen = (): string[] => read(printed.splice(0)).map(({ index, text }) => `${index} ${text}`);
  await tail.flush();
  assert.deepEqual(seen(), []);
  await Deno.writeTextFile(path, "header\none\ntw");
  await tail.flush();
  assert.deepEqual(seen(), ["0 header", "1 one"]);
  await Deno.writeTextFile(path, "o\n", { append: true });
  await Promise.all([tail.flush(), tail.flush()]);
  assert.deepEqual(seen(), ["2 two"]);
  await Deno.writeTextFile(`${path}.new`, "header\nanother\n");
  await Deno.rename(`${path}.new`, path);
  await tail.flush();
  assert.deepEqual(seen(), ["0 header", "1 another"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("TailMirror changes nothing for a log read again, and writes over what came after a checkpoint", async () => {
  const folder = await Deno.makeTempDir();
  const content = (): Promise<string> => Deno.readTextFile(join(folder, "events.jsonl"));
  const write = async (mirror: TailMirror, ...texts: string[]): Promise<boolean[]> => {
    const fresh: boolean[] = [];
    for (const [index, text] of texts.entries()) fresh.push(await mirror.write({ index, text }));
    return fresh;
  };
  const mirror = await TailMirror.open(folder);
  assert.deepEqual(await write(mirror, "header", "one", "two"), [true, true, true]);
  assert.deepEqual(await write(mirror, "header", "one", "two", "three"), [false, false, false, true]);
  assert.equal(await content(), "header\none\ntwo\nthree\n");
  assert.deepEqual(await write(mirror, "header", "one", "other"), [false, false, true]);
  assert.equal(await content(), "header\none\nother\n");
  // A line that was lost: what follows waits until the tail is told from its beginning.
  assert.equal(await mirror.write({ index: 5, text: "five" }), false);
  assert.ok(mirror.torn);
  assert.equal(await mirror.write({ index: 3, text: "three" }), false);
  const again = await TailMirror.open(folder);
  assert.deepEqual(await write(again, "header", "one", "other", "three"), [false, false, false, true]);
  assert.deepEqual(await write(mirror, "header"), [false]);
  assert.ok(!mirror.torn);
  await Deno.remove(folder, { recursive: true });
});

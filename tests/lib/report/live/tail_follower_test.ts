import assert from "node:assert/strict";
import fc from "fast-check";
import { TailFollower } from "../../../../lib/report/live/tail_follower.ts";
import { inFolder } from "../../metrics/fabricate.ts";

const all = 1 << 30;

Deno.test("TailFollower gives each complete line once, and lets a torn one wait", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.jsonl`;
    const follower = new TailFollower(path);
    await assert.rejects(follower.read(all), Deno.errors.NotFound);
    await Deno.writeTextFile(path, "one\ntwo\nthr");
    assert.deepEqual(await follower.read(all), { anew: false, lines: ["one", "two"], more: false });
    assert.deepEqual(await follower.read(all), { anew: false, lines: [], more: false });
    await Deno.writeTextFile(path, "ee\n", { append: true });
    assert.deepEqual((await follower.read(all)).lines, ["three"]);
  }));

Deno.test("TailFollower does not mind that a torn line is taken back", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.jsonl`;
    const follower = new TailFollower(path);
    await Deno.writeTextFile(path, "one\nhalf of a line that did not fit the disk");
    assert.deepEqual((await follower.read(all)).lines, ["one"]);
    await Deno.truncate(path, 4);
    assert.deepEqual(await follower.read(all), { anew: false, lines: [], more: false });
    await Deno.writeTextFile(path, "two\n", { append: true });
    assert.deepEqual(await follower.read(all), { anew: false, lines: ["two"], more: false });
  }));

Deno.test("TailFollower reads a file anew that was replaced, cut or written over", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.jsonl`;
    const follower = new TailFollower(path);
    await Deno.writeTextFile(path, "one\ntwo\nthree\n");
    await follower.read(all);
    await Deno.writeTextFile(`${path}.new`, "one\ntwo\nthree\nfour\n");
    await Deno.rename(`${path}.new`, path);
    const replaced = await follower.read(all);
    assert.deepEqual(replaced, { anew: true, lines: ["one", "two", "three", "four"], more: false });
    await Deno.writeTextFile(path, "one\n");
    assert.deepEqual(await follower.read(all), { anew: true, lines: ["one"], more: false });
    await Deno.writeTextFile(path, "eno\nowt\n");
    assert.deepEqual(await follower.read(all), { anew: true, lines: ["eno", "owt"], more: false });
  }));

Deno.test("TailFollower reads any lines, however they are written and however much is read at once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/events.jsonl`;
    const line = fc.string({ unit: "grapheme", maxLength: 200 }).map((text) => text.replaceAll("\n", " "));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.array(fc.nat(400)),
        fc.integer({ min: 1, max: 300 }),
        async (lines, cuts, limit) => {
          const bytes = new TextEncoder().encode(lines.map((each) => `${each}\n`).join(""));
          await Deno.writeFile(path, new Uint8Array());
          const follower = new TailFollower(path);
          const found: string[] = [];
          let at = 0;
          for (const count of [...cuts, bytes.length]) {
            await Deno.writeFile(path, bytes.subarray(at, at + count), { append: true });
            at += count;
            for (let more = true; more;) {
              const news = await follower.read(limit);
              assert(!news.anew);
              found.push(...news.lines);
              more = news.more;
            }
          }
          assert.deepEqual(found, lines.map((each) => each.toWellFormed()));
        },
      ),
      { numRuns: 40 },
    );
  }));

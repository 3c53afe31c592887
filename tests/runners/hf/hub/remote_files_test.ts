import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { openBucket } from "exitlab/runners/hf/hub/bucket.ts";
import { openDataset } from "exitlab/runners/hf/hub/dataset_repo.ts";
import type { HubAccess } from "exitlab/runners/hf/hub/hub_client.ts";
import type { RemoteFiles } from "exitlab/runners/hf/hub/remote_files.ts";
import { Random } from "exitlab/lib/random.ts";
import { withStorageHub } from "../../../support/hub/storage_routes.ts";

const kinds: Readonly<Record<string, (access: HubAccess) => RemoteFiles>> = {
  openBucket: (access) => openBucket(access, "me/things"),
  openDataset: (access) => openDataset(access, "me/things"),
};

function randomBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.floor(random.next() * 256);
  return bytes;
}

const repeated = (text: string, length: number): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text.repeat(Math.ceil(length / text.length)).slice(0, length));

/** Floating-point numbers, whose bytes are grouped before they are packed. */
const numbers = new Uint8Array(Float32Array.from({ length: 50_000 }, (_, at) => Math.sin(at / 100)).buffer);

const samples: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "empty.txt": new Uint8Array(),
  "one.bin": new Uint8Array([7]),
  "deep/er/random.bin": randomBytes(1_000_003),
  "deep/repeated.bin": repeated("the same again, ", 3_000_001),
  "deep/numbers.parquet": numbers,
  "text with spaces & signs #1?.txt": repeated("text", 5000),
};

for (const [name, open] of Object.entries(kinds)) {
  Deno.test(`${name}() gives back what was uploaded, byte by byte`, async () => {
    await withStorageHub({}, async ({ access, state }) => {
      const files = open(access);
      await files.create();
      await files.upload(
        Object.entries(samples).map(([path, content]) => ({ path, content })),
        "All samples",
      );
      for (const [path, content] of Object.entries(samples)) {
        assert.deepEqual(await Deno.readFile(join(state.folder, files.name, path)), content, path);
        assert.deepEqual(await files.read(path), content, path);
        const target = join(state.folder, "down", path);
        assert.equal(await files.download(path, target), true);
        assert.deepEqual(await Deno.readFile(target), content, path);
        const beside = [...Deno.readDirSync(join(target, ".."))].filter(({ name }) => name.endsWith(".new"));
        assert.deepEqual(beside, []);
      }
      const sizes = Object.entries(samples).map(([path, { length }]) => ({ path, size: length }));
      assert.deepEqual(await files.list(""), sizes.toSorted((a, b) => a.path < b.path ? -1 : 1));
    });
  });

  Deno.test(`${name}() gives back any files`, async () => {
    await withStorageHub({}, async ({ access, state }) => {
      const files = open(access);
      await files.create();
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              length: fc.nat(300_000),
              period: fc.integer({ min: 1, max: 100_000 }),
              seed: fc.nat(),
            }),
            { minLength: 1, maxLength: 6 },
          ),
          async (shapes) => {
            const folder = `round ${round++}`;
            const made = shapes.map(({ length, period, seed }, at) => {
              const unit = randomBytes(Math.min(length, period), seed);
              const content = new Uint8Array(length).map((_, index) => unit[index % period] ?? 0);
              return { path: `${folder}/${at}.parquet`, content };
            });
            await files.upload(made, folder);
            for (const { path, content } of made) assert.deepEqual(await files.read(path), content);
            await Deno.remove(join(state.folder, files.name, folder), { recursive: true });
          },
        ),
        { numRuns: 8 },
      );
    });
  });

  Deno.test(`${name}() replaces, lists and removes files`, async () => {
    await withStorageHub({}, async ({ access }) => {
      const files = open(access);
      await files.create();
      await files.create();
      const many = Array.from({ length: 130 }, (_, at) => ({
        path: `many/${at % 7}/${String(at).padStart(3, "0")}.parquet`,
        content: repeated(`${at} `, 50 + at),
      }));
      await files.upload(many, "Many");
      assert.equal((await files.list("many")).length, 130);
      assert.equal((await files.list("many/3")).length, many.filter((_, at) => at % 7 === 3).length);
      assert.deepEqual(await files.list("none"), []);
      const [first] = many;
      assert.ok(first !== undefined);
      await files.upload([{ path: first.path, content: new Blob(["other"]) }], "Again");
      assert.equal(new TextDecoder().decode(await files.read(first.path)), "other");
      await files.remove([first.path, "many/none"]);
      await files.remove([first.path]);
      await files.remove([]);
      await files.upload([], "Nothing");
      assert.equal(await files.read(first.path), undefined);
      assert.equal((await files.list("many")).length, 129);
      const target = await Deno.makeTempDir();
      assert.equal(await files.download("many/none", join(target, "none")), false);
      const [, second] = many;
      assert.ok(second !== undefined);
      const size = second.content.length;
      const longer = new RegExp(`to have at most ${size - 1} bytes but found ${size}$`);
      await assert.rejects(files.read(second.path, size - 1), { name: "UserError", message: longer });
      await assert.rejects(files.download(second.path, join(target, "none"), size - 1), longer);
      assert.equal((await files.read(second.path, size))?.length, size);
      assert.deepEqual([...Deno.readDirSync(target)], []);
      await Deno.remove(target, { recursive: true });
    });
  });

  Deno.test(`${name}() refuses names and paths that lead elsewhere`, async () => {
    const access = { host: "https://huggingface.co", token: undefined };
    const files = open(access);
    for (const path of ["", "/etc", "../a", "a/../b", "a//b", "a\\b", "a\nb"]) {
      await assert.rejects(files.read(path), RangeError, path);
      await assert.rejects(files.upload([{ path, content: new Uint8Array() }], "Bad"), RangeError, path);
      await assert.rejects(files.remove([path]), RangeError, path);
    }
    for (const id of ["me", "me/../you", "../me", "a/b/c", "me/a b", "-/.."]) {
      assert.throws(() => openBucket(access, id), /^UserError: Expected a name on the Hub as ORG\/NAME/);
    }
  });
}

Deno.test("openDataset() uploads by plain PUT where the Hub has no chunk store, and reads an older revision", async () => {
  await withStorageHub({ chunked: false }, async ({ access, state, url }) => {
    const files = openDataset(access, "me/things");
    await files.create();
    await files.upload([{ path: "a.parquet", content: numbers }], "One");
    await files.upload([{ path: "a.parquet", content: repeated("b", 100) }], "Two");
    assert.ok(state.requests.some(({ method, path }) => method === "PUT" && path.startsWith("/lfs/")));
    const [older = ""] = [...Deno.readDirSync(join(state.folder, "commits"))].map(({ name }) => name)
      .filter((oid) =>
        Deno.statSync(join(state.folder, "commits", oid, "a.parquet")).size === numbers.length
      );
    const then = openDataset({ ...access, host: url }, "me/things", { revision: older });
    assert.deepEqual(await then.read("a.parquet"), numbers);
    assert.deepEqual(await then.list(""), [{ path: "a.parquet", size: numbers.length }]);
    await assert.rejects(
      openDataset(access, "me/things", { revision: "no-such" }).read("a.parquet"),
      /^HubError|^UserError: Expected something that exists/,
    );
  });
});

Deno.test("openDataset() makes a private repository, and a public one when asked, which needs no token to be read", async () => {
  await withStorageHub({}, async ({ access }) => {
    const secret = openDataset(access, "me/secret");
    const open = openDataset(access, "me/open", { private: false });
    for (const files of [secret, open]) {
      await files.create();
      await files.upload([{ path: "a.parquet", content: numbers }], "One");
    }
    const stranger = { ...access, token: undefined };
    assert.deepEqual(await openDataset(stranger, "me/open").read("a.parquet"), numbers);
    await assert.rejects(
      openDataset(stranger, "me/secret").read("a.parquet"),
      /Expected a token in HF_TOKEN/,
    );
  });
});

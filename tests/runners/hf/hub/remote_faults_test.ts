import assert from "node:assert/strict";
import { join } from "node:path";
import { openBucket } from "exitlab/runners/hf/hub/bucket.ts";
import { openDataset } from "exitlab/runners/hf/hub/dataset_repo.ts";
import { type HubAccess, HubError } from "exitlab/runners/hf/hub/hub_client.ts";
import type { RemoteFiles } from "exitlab/runners/hf/hub/remote_files.ts";
import { badGateway, type Fault, noCredit, tooMany } from "../../../support/hub/faults.ts";
import type { HubState, Routes } from "../../../support/hub/hub_server.ts";
import { storageRoutes, withStorageHub } from "../../../support/hub/storage_routes.ts";

const token = "hf_MARKED0token";
const kinds: Readonly<Record<string, (access: HubAccess) => RemoteFiles>> = {
  openBucket: (access) => openBucket(access, "me/things"),
  openDataset: (access) => openDataset(access, "me/things"),
};

/** Bytes that cannot be packed, so that they come in several pieces. */
function bytes(length: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return new Uint8Array(length).map(() => (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 16);
}

async function refusalOf(work: Promise<unknown>): Promise<HubError> {
  const error: unknown = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof HubError, String(error));
  assert.ok(!error.message.includes(token), error.message);
  return error;
}

for (const [name, open] of Object.entries(kinds)) {
  const troubles: Readonly<Record<string, Omit<Fault, "path">>> = {
    "every second request is lost": { cut: "before" },
    "every second answer is lost": { cut: "after" },
    "every second answer is a bad gateway": badGateway,
    "every second answer is a failure after the deed": { status: 500, carriedOut: true },
    "every second request is one too many": tooMany,
  };
  for (const [trouble, fault] of Object.entries(troubles)) {
    Deno.test(`${name}() carries files there and back when ${trouble}`, async () => {
      await withStorageHub({ token }, async ({ access, state, waits }) => {
        const told: string[] = [];
        const files = open({ ...access, onRetry: (message) => told.push(message) });
        // A connection that is lost once may be made anew by fetch itself.
        const times = fault.cut === undefined ? 1 : 2;
        state.faults.push(
          ...Array.from({ length: 200 }, (_, at) => ({ ...fault, path: /./, skip: at + 1, times })),
        );
        const content = bytes(700_000);
        const small = new TextEncoder().encode("small");
        await files.create();
        await files.upload([{ path: "a/b.parquet", content }, { path: "a/c.json", content: small }], "Both");
        assert.deepEqual((await files.list("a")).map(({ size }) => size), [700_000, 5]);
        assert.deepEqual(await files.read("a/b.parquet"), content);
        const target = join(state.folder, "down");
        assert.equal(await files.download("a/c.json", target), true);
        assert.deepEqual(await Deno.readFile(target), small);
        assert.equal(await files.read("a/d.json"), undefined);
        await files.remove(["a/b.parquet"]);
        assert.deepEqual(await files.list("a"), [{ path: "a/c.json", size: 5 }]);
        assert.ok(told.length >= 8, `${told.length} repetitions`);
        // A server that says how long to wait is listened to.
        assert.equal(Math.min(...waits), fault.status === 429 ? 2000 : 1000);
        assert.ok(told.every((message) => !message.includes(token) && message.includes("asking again in")));
      });
    });
  }

  Deno.test(`${name}() goes on where a download was cut off, and asks no more than it must`, async () => {
    const storage = storageRoutes();
    let cuts = 0;
    const cutting: Routes = async (request, url, state) => {
      const answer = await storage(request, url, state);
      if (answer === undefined || !url.pathname.startsWith("/cas/xorbs/") || cuts >= 7) return answer;
      cuts++;
      const whole = new Uint8Array(await answer.arrayBuffer());
      return new Response(
        new ReadableStream({
          start: (to) => to.enqueue(whole.slice(0, 150_000)),
          pull: (to) => to.error(new Error("cut")),
        }),
        { status: answer.status, headers: answer.headers },
      );
    };
    await withStorageHub({ token, routes: [cutting] }, async ({ access, state }) => {
      const files = open(access);
      const content = bytes(900_000);
      await files.create();
      await files.upload([{ path: "a.parquet", content }], "One");
      const target = join(state.folder, "down");
      await files.download("a.parquet", target);
      assert.deepEqual(await Deno.readFile(target), content);
      assert.equal(cuts, 7);
    });
  });

  Deno.test(`${name}() gives up on a server that never works, and leaves no file`, async () => {
    await withStorageHub({ token }, async ({ access, state, waits }) => {
      const files = open(access);
      await files.create();
      await files.upload([{ path: "a.parquet", content: bytes(100) }], "One");
      state.faults.push({ ...badGateway, path: /resolve/, times: Infinity });
      const target = join(state.folder, "down", "a");
      const error = await refusalOf(files.download("a.parquet", target));
      assert.equal(error.status, 502);
      assert.equal(error.transient, true);
      assert.match(error.message, /^Expected the Hub to work but found 502 "502 Bad Gateway" \(GET http/);
      assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000]);
      state.faults.length = 0;
      state.faults.push({ ...badGateway, path: /^\/cas\//, times: Infinity });
      await refusalOf(files.download("a.parquet", target));
      assert.deepEqual([...Deno.readDirSync(join(state.folder, "down"))], []);
    });
  });

  Deno.test(`${name}() gives up at once when it is told to wait for hours`, async () => {
    await withStorageHub({ token }, async ({ access, state, waits }) => {
      const files = open(access);
      await files.create();
      state.faults.push({ path: /\/tree/, status: 429, headers: { "retry-after": "7200" } });
      const error = await refusalOf(files.list(""));
      assert.equal(error.status, 429);
      assert.equal(error.retryAfter, 7_200_000);
      assert.deepEqual(waits, []);
    });
  });

  Deno.test(`${name}() takes a place that exists when the token may make none`, async () => {
    await withStorageHub({ token }, async ({ access, state }) => {
      const files = open(access);
      const fault = { path: /create$|\/api\/buckets\/me\/things$/, method: "POST", status: 403 };
      state.faults.push({ ...fault, body: { error: "You may not create here" } });
      assert.match((await refusalOf(files.create())).message, /^Expected a token with the right to do this/);
      await files.create();
      state.faults.push(fault);
      await files.create();
    });
  });

  Deno.test(`${name}() says in a sentence what the Hub refuses`, async () => {
    const refusals: readonly [Omit<Fault, "path">, RegExp, number][] = [
      [
        { status: 401, body: { error: `Bad ${token}` } },
        /^Expected a token in HF_TOKEN that is valid.* "Bad …"/,
        401,
      ],
      [noCredit, /^Expected credit on the account/, 402],
      [
        { status: 403, body: { error: "You need write access" } },
        /^Expected a token with the right to do this in this namespace/,
        403,
      ],
      [
        { status: 403, body: { error: "Private repository storage limit reached" } },
        /^Expected room in the account's storage for (buckets|datasets)\/me\/things .*storage limit reached/,
        403,
      ],
      [{ status: 413, body: "too large" }, /^Expected room in the account's storage/, 413],
      [
        { status: 400, body: { message: "no" } },
        /^Expected a request that the Hub takes but found 400 "no/,
        400,
      ],
    ];
    await withStorageHub({ token }, async ({ access, state }) => {
      const files = open(access);
      await refusalOf(files.upload([{ path: "a.bin", content: bytes(10) }], "Before it was made"));
      assert.equal((await refusalOf(files.list(""))).status, 404);
      await files.create();
      for (const [fault, sentence, status] of refusals) {
        for (const path of [/\/tree/, /xet-write-token|preupload/, /resolve/, /paths-info/]) {
          state.faults.push({ ...fault, path });
        }
        for (
          const work of [
            () => files.list("a"),
            () => files.upload([{ path: "a.bin", content: bytes(10) }], "One"),
            () => files.read("a.bin"),
            () => files.remove(["a.bin"]),
          ]
        ) {
          const error = await refusalOf(work());
          assert.match(error.message, sentence);
          assert.equal(error.status, status);
          assert.equal(error.transient, false);
        }
        assert.deepEqual(state.faults.filter(({ times }) => times !== 0), []);
      }
    });
  });
}

Deno.test("openBucket() says so when the bucket takes no file", async () => {
  await withStorageHub({ token }, async ({ access, state }) => {
    const files = openBucket(access, "me/things");
    await files.create();
    const body = { success: false, processed: 1, succeeded: 0, failed: [{ path: "a.bin", error: "no" }] };
    state.faults.push({ path: /\/batch/, status: 422, body });
    const error = await refusalOf(files.upload([{ path: "a.bin", content: bytes(10) }], "One"));
    assert.match(error.message, /of buckets\/me\/things but found "Failed to upload 1 file\(s\): a\.bin"/);
  });
});

Deno.test("openDataset() follows a redirect to another host without the token, and none without encryption", async () => {
  const seen: { url: string; authorization: string | null }[] = [];
  const content = bytes(2000);
  const answers = (address: string): typeof fetch => (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    seen.push({ url: url.href, authorization: headers.get("authorization") });
    if (url.hostname === "huggingface.co") {
      return Promise.resolve(
        new Response(null, { status: 302, headers: { location: `${address}/blob?sign=1` } }),
      );
    }
    const [, first = "0", last = "1999"] = /^bytes=(\d+)-(\d+)$/.exec(headers.get("range") ?? "") ?? [];
    return Promise.resolve(
      new Response(content.slice(Number(first), Number(last) + 1), {
        status: 206,
        headers: { "content-range": `bytes ${first}-${last}/2000`, etag: '"x"' },
      }),
    );
  };
  const access = { host: "https://huggingface.co", token };
  const cdn = openDataset({ ...access, fetch: answers("https://cdn.example.org") }, "me/things");
  assert.deepEqual(await cdn.read("a.bin"), content);
  assert.ok(seen.length >= 4);
  for (const { url, authorization } of seen) {
    assert.equal(authorization, url.startsWith("https://huggingface.co/") ? `Bearer ${token}` : null, url);
  }
  seen.length = 0;
  const plain = openDataset({ ...access, fetch: answers("http://cdn.example.org") }, "me/things");
  const error = await refusalOf(plain.read("a.bin"));
  assert.match(
    error.message,
    /^Expected the Hub to name an address with "https:\/\/" but found "http:\/\/cdn/,
  );
  assert.deepEqual(seen.map(({ url }) => new URL(url).hostname), ["huggingface.co"]);
  assert.throws(() => openDataset({ host: "http://hub.example.org", token }, "me/things"), /https:\/\//);
});

Deno.test("openBucket() tries again when the server falls silent in the middle", async () => {
  const storage = storageRoutes();
  let silences = 0;
  const silent: Routes = async (request, url, state: HubState) => {
    const answer = await storage(request, url, state);
    if (answer === undefined || !url.pathname.startsWith("/cas/xorbs/") || silences > 0) return answer;
    silences++;
    const whole = new Uint8Array(await answer.arrayBuffer());
    const { status, headers } = answer;
    return new Response(new ReadableStream({ start: (to) => to.enqueue(whole.slice(0, 150_000)) }), {
      status,
      headers,
    });
  };
  await withStorageHub({ token, routes: [silent] }, async ({ access }) => {
    const files = openBucket({ ...access, timeout: 200 }, "me/things");
    const content = bytes(400_000);
    await files.create();
    await files.upload([{ path: "a.bin", content }], "One");
    assert.deepEqual(await files.read("a.bin"), content);
    assert.equal(silences, 1);
  });
});

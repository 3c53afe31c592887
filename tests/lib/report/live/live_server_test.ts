import assert from "node:assert/strict";
import { type LiveServer, serveLive } from "../../../../lib/report/live/live_server.ts";
import type { RunStore } from "../../../../lib/metrics/store.ts";
import { batch, begin, inFolder } from "../../metrics/fabricate.ts";

async function withServer(
  work: (server: LiveServer) => Promise<void>,
  prepare: (runs: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await inFolder(async (runs) => {
    await prepare(runs);
    const options = { places: [{ parent: runs, name: undefined }], name: "runs", port: 0 };
    await using server = await serveLive({ ...options, interval: 10, share: 1 });
    await work(server);
  });
}

/** What a server answers to a request in so many words. */
async function raw(url: string, ...lines: string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const text = [...lines, "Connection: close", "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(text));
  const parts: string[] = [];
  const decoder = new TextDecoder();
  for (const chunk = new Uint8Array(4096);;) {
    const count = await connection.read(chunk);
    if (count === null) return parts.join("");
    parts.push(decoder.decode(chunk.subarray(0, count)));
  }
}

interface Message {
  readonly id: string;
  readonly regions: Record<string, string>;
}

/** The messages of a stream, until it is left. */
async function* messages(address: string, headers: Record<string, string> = {}): AsyncGenerator<Message> {
  const response = await fetch(address, { headers });
  assert.equal(response.status, 200);
  assert(response.body !== null);
  let pending = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (pending + text).split("\n\n");
    pending = events.pop() ?? "";
    for (const event of events) {
      const found = /^id: ([^\n]*)\ndata: ([^\n]*)$/.exec(event);
      if (found !== null) yield { id: found[1] ?? "", regions: JSON.parse(found[2] ?? "") };
    }
  }
}

async function first(stream: AsyncGenerator<Message>): Promise<Message> {
  const { value, done } = await stream.next();
  assert(done !== true);
  return value;
}

async function eventually(holds: () => boolean): Promise<void> {
  // As long as a slow machine may need: only a fault makes it wait to the end.
  for (let at = 0; !holds(); at++) {
    assert(at < 6000, "It does not come about");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("serveLive() answers to loopback names alone, and to GET", () =>
  withServer(async ({ url }) => {
    const { port } = new URL(url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "LOCALHOST"]) {
      assert.match(await raw(url, "GET / HTTP/1.1", `Host: ${host}`), /^HTTP\/1.1 200/);
    }
    for (
      const host of [`evil.example:${port}`, "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"]
    ) {
      assert.match(await raw(url, "GET /state.json HTTP/1.1", `Host: ${host}`), /^HTTP\/1.1 403/);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
      const answer = await fetch(url, { method });
      await answer.body?.cancel();
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
  }));

Deno.test("serveLive() refuses requests that are none, and goes on", () =>
  withServer(async ({ url, failed }) => {
    const mistakes = [
      ["GET / HTTP/1.1", "Host: [", /^HTTP\/1.1 403/],
      ["GET / HTTP/1.1", "Host: a b", /^HTTP\/1.1 403/],
      ["GET / HTTP/1.1", "Host: 127.0.0.1:99999", /^HTTP\/1.1 400/],
      ["GET http://[/ HTTP/1.1", "Host: 127.0.0.1", /^HTTP\/1.1 400/],
      ["GET /run?run=%ff%00 HTTP/1.1", "Host: 127.0.0.1", /^HTTP\/1.1 404/],
      ["GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", "Host: 127.0.0.1", /^HTTP\/1.1 404/],
    ] as const;
    for (const [line, host, answer] of mistakes) assert.match(await raw(url, line, host), answer);
    const page = fetch(url).then(async (answer) => (await answer.text()).length > 0);
    assert.equal(await Promise.race([failed, page]), true);
  }));

Deno.test("serveLive() forbids pages all but what they need, and has no others", () =>
  withServer(async ({ url }) => {
    const page = await fetch(url);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(
      policy,
      /^default-src 'none'; .*script-src 'sha256-\S+'; connect-src 'self'; frame-ancestors 'none'$/,
    );
    assert.equal(page.headers.get("access-control-allow-origin"), null);
    assert.equal(page.headers.get("cache-control"), "no-store");
    assert.match(await page.text(), /There are no runs in runs yet/);
    for (
      const path of [
        "/run",
        "/run?run=..",
        "/runs/one",
        "/events?run=none",
        "/page_script.js",
        "/../deno.json",
      ]
    ) {
      const answer = await fetch(`${url}${path}`);
      assert.equal(answer.status, 404);
      await answer.body?.cancel();
    }
  }));

Deno.test("serveLive() sends what changed, and after a break what came meanwhile", () => {
  let store: RunStore | undefined;
  return withServer(async (server) => {
    const { url } = server;
    const stream = messages(`${url}/events?all`);
    const whole = await first(stream);
    const names = Object.keys(whole.regions);
    assert.deepEqual(names.slice(0, 4), ["summary", "alerts", "runs", "held-out"]);
    await store?.write(batch(2));
    const seen = new Set<string>();
    let last = whole;
    while (!seen.has("runs") || !seen.has("reward")) {
      last = await first(stream);
      for (const name of Object.keys(last.regions)) seen.add(name);
    }
    assert(!seen.has("summary"));
    const other = messages(`${url}/events?run=one`);
    assert(Object.keys((await first(other)).regions).includes("space"));
    assert.equal(server.streams, 2);
    await other.return(undefined);
    await stream.return(undefined);
    await eventually(() => server.streams === 0);
    await store?.write(batch(3));
    const again = messages(`${url}/events?all`, { "last-event-id": last.id });
    assert(!Object.keys((await first(again)).regions).includes("summary"));
    await again.return(undefined);
    const stranger = messages(`${url}/events?all&since=0123abcd-9999`);
    assert.deepEqual(Object.keys((await first(stranger)).regions), names);
    await stranger.return(undefined);
    store?.close();
  }, async (runs) => {
    store = await begin(runs, "one");
    await store.write(batch(1));
  });
});

Deno.test("serveLive() says on its page that a run has gone, and shows it again when it is back", () => {
  const away: string[] = [];
  return withServer(async ({ url }) => {
    const stream = messages(`${url}/events?run=one`);
    const summary = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test((await first(stream)).regions["summary"] ?? ""));
    };
    await summary(/exit-math, arm exit/);
    const [from = "", to = ""] = away;
    await Deno.rename(from, to);
    await summary(/no longer in the folder that is watched/);
    await Deno.rename(to, from);
    await summary(/exit-math, arm exit/);
    await stream.return(undefined);
  }, async (runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    store.close();
    away.push(`${runs}/one`, `${runs}/.one`);
  });
});

Deno.test({
  name: "serveLive() is closed although a reader takes nothing in",
  // The answers to that reader end when it goes, after the test's own end.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inFolder(async (runs) => {
      const store = await begin(runs, "one");
      for (const n of [1, 2, 3]) await store.write(batch(n));
      const server = await serveLive({ places: [{ parent: runs, name: undefined }], name: "runs", port: 0 });
      using reader = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(server.url).port) });
      const requests = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(300);
      await reader.write(new TextEncoder().encode(requests));
      await (await fetch(server.url)).text();
      await server[Symbol.asyncDispose]();
      store.close();
    }),
});

Deno.test("serveLive() ends its streams when it is closed", () =>
  inFolder(async (runs) => {
    const options = { places: [{ parent: runs, name: undefined }], name: "runs", port: 0 };
    const server = await serveLive(options);
    const stream = messages(`${server.url}/events?all`);
    await first(stream);
    const end = stream.next();
    await server[Symbol.asyncDispose]();
    assert.equal((await end).done, true);
  }));

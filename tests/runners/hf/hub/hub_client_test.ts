import assert from "node:assert/strict";
import fc from "fast-check";
import * as v from "valibot";
import { UserError } from "exitlab/lib/errors.ts";
import { type HubAccess, HubClient, HubError } from "exitlab/runners/hf/hub/hub_client.ts";
import { badGateway, type Fault, noCredit, noQuota, tooMany } from "../../../support/hub/faults.ts";
import { withHub } from "../../../support/hub/hub_server.ts";

const named = v.object({ name: v.string() });
const token = "hf_SECRETmarker0123456789";

/** A client of answers that are given one after the other; what was asked, and the waits. */
function scripted(answers: readonly (() => Response)[], access: Partial<HubAccess> = {}): {
  client: HubClient;
  asked: Request[];
  waits: number[];
  retries: string[];
} {
  const [asked, waits, retries]: [Request[], number[], string[]] = [[], [], []];
  const client = new HubClient({
    host: "https://hub.test",
    token,
    fetch: (input, init) => {
      const answer = answers[asked.length];
      asked.push(new Request(input, init));
      return answer === undefined
        ? Promise.reject(new TypeError("no more answers"))
        : Promise.resolve(answer());
    },
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    onRetry: (message) => void retries.push(message),
    ...access,
  });
  return { client, asked, waits, retries };
}

const fine = () => Response.json({ name: "me", more: 1 });
const broken = () => new Response("{}", { status: 500 });

async function failure(doing: Promise<unknown>): Promise<HubError> {
  try {
    await doing;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("Expected a failure");
}

Deno.test("HubClient() takes an encrypted address or this machine's, and nothing else", () => {
  for (
    const host of ["https://huggingface.co", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"]
  ) {
    assert.equal(new HubClient({ host, token }).access.host, host);
  }
  for (
    const host of [
      "http://huggingface.co",
      "http://10.0.0.1",
      "http://127.0.0.1.example.com",
      "ftp://huggingface.co",
      "huggingface.co",
      "https://huggingface.co/",
      "https://huggingface.co/api",
      "",
    ]
  ) {
    assert.throws(() => new HubClient({ host, token }), UserError, host);
  }
  for (const host of [`https://${token}@huggingface.co`, `https://me:${token}@huggingface.co`]) {
    assert.throws(
      () => new HubClient({ host, token: undefined }),
      (error: unknown) => error instanceof UserError && !error.message.includes(token),
    );
  }
  assert.throws(
    () => new HubClient({ host: "https://huggingface.co", token: `${token}\nX-Other: 1` }),
    (error: unknown) => error instanceof UserError && !error.message.includes(token),
  );
});

Deno.test("HubClient.request() sends the token and JSON, and checks the answer", async () => {
  const { client, asked } = scripted([fine, fine, fine]);
  assert.deepEqual(await client.request("GET", "/api/whoami-v2?x=1", named), { name: "me" });
  assert.equal(asked[0]?.url, "https://hub.test/api/whoami-v2?x=1");
  assert.equal(asked[0]?.headers.get("authorization"), `Bearer ${token}`);
  assert.equal(asked[0]?.body, null);
  assert.equal(asked[0]?.redirect, "manual");
  await client.request("POST", "/api/x", named, { body: { a: [1] } });
  assert.equal(asked[1]?.headers.get("content-type"), "application/json");
  assert.deepEqual(await asked[1]?.json(), { a: [1] });
  await client.request("GET", "/api/jobs/hardware", named, { isPublic: true });
  assert.equal(asked[2]?.headers.get("authorization"), null);
});

Deno.test("HubClient.request() gives undefined for an answer without a body", async () => {
  const { client } = scripted([() => new Response(null, { status: 204 })]);
  assert.equal(await client.request("DELETE", "/api/x", v.undefined()), undefined);
});

Deno.test("HubClient.request() asks again after what may pass, waits longer each time, and no less than it is told", async () => {
  const { client, asked, waits, retries } = scripted([
    broken,
    () => new Response("", { status: 408 }),
    () => new Response("", { status: 429, headers: { "retry-after": "7" } }),
    () => new Response("<html>welcome</html>"),
    fine,
  ]);
  assert.deepEqual(await client.request("GET", "/api/x", named), { name: "me" });
  assert.equal(asked.length, 5);
  assert.deepEqual(waits, [1000, 2000, 7000, 8000]);
  assert.equal(retries.length, 4);
  assert.match(retries[0] ?? "", /found 500.*asking again in 1 s \(1 of 5\)/);
});

Deno.test("HubClient.request() gives up after six tries, and where the wait would be too long", async () => {
  const often = scripted([broken, broken, broken, broken, broken, broken, fine]);
  assert.equal((await failure(often.client.request("GET", "/api/x", named))).status, 500);
  assert.equal(often.asked.length, 6);
  const long = scripted([() => new Response("", { status: 429, headers: { "retry-after": "86400" } })]);
  const error = await failure(long.client.request("GET", "/api/x", named));
  assert.deepEqual([error.status, error.retryAfter, error.transient], [429, 86_400_000, true]);
  assert.equal(long.asked.length, 1);
});

Deno.test("HubClient.request() reads a time of day in Retry-After", async () => {
  const past = new Date(0).toUTCString();
  const { client, waits } = scripted([
    () => new Response("", { status: 503, headers: { "retry-after": past } }),
    () => new Response("", { status: 503, headers: { "retry-after": "soon" } }),
    fine,
  ]);
  await client.request("GET", "/api/x", named);
  assert.deepEqual(waits, [1000, 2000]);
});

Deno.test("HubClient.request() makes nothing but a GET again unless it is told to", async () => {
  for (const method of ["POST", "PUT", "DELETE"] as const) {
    const once = scripted([broken, fine]);
    const error = await failure(once.client.request(method, "/api/x", named, { body: {} }));
    assert.deepEqual([error.status, error.ambiguous, once.asked.length], [500, true, 1]);
    const again = scripted([broken, fine]);
    await again.client.request(method, "/api/x", named, { body: {}, retry: true });
    assert.equal(again.asked.length, 2);
  }
});

Deno.test("HubError.ambiguous tells whether a request may have been carried out", async () => {
  const cases: [number, boolean][] = [
    [400, false],
    [401, false],
    [402, false],
    [403, false],
    [404, false],
    [
      408,
      true,
    ],
    [409, false],
    [429, false],
    [500, true],
    [502, true],
    [504, true],
  ];
  for (const [status, ambiguous] of cases) {
    const answer = () => new Response("{}", { status });
    const post = await failure(scripted([answer]).client.request("POST", "/api/x", named, { body: {} }));
    assert.deepEqual([post.status, post.ambiguous], [status, ambiguous]);
    const get = scripted([answer]).client.stream("/api/x", new AbortController().signal);
    assert.equal((await failure(get)).ambiguous, false);
  }
  const lost = await failure(scripted([]).client.request("POST", "/api/x", named, { body: {} }));
  assert.deepEqual([lost.status, lost.ambiguous, lost.transient], [null, true, true]);
  const unread = await failure(
    scripted([() => Response.json({})]).client.request("POST", "/api/x", named, { body: {} }),
  );
  assert.deepEqual([unread.status, unread.ambiguous, unread.transient], [200, true, false]);
});

Deno.test("HubClient.request() says in a sentence what to do", async () => {
  const sentence = async (status: number, path = "/api/x", access: Partial<HubAccess> = {}) => {
    const { client } = scripted([() => Response.json({ error: "Says so" }, { status })], access);
    return (await failure(client.request("POST", path, named))).message;
  };
  assert.equal(
    await sentence(401),
    "Expected a token in HF_TOKEN that is valid and has not expired (make one at " +
      'https://huggingface.co/settings/tokens) but found 401 "Says so" (POST https://hub.test/api/x)',
  );
  assert.match(
    await sentence(401, "/api/x", { token: undefined }),
    /^Expected a token in HF_TOKEN, which this needs/,
  );
  assert.match(await sentence(402), /^Expected credit .*settings\/billing.* found 402 "Says so"/);
  assert.match(await sentence(403), /^Expected a token with the right to do this in this namespace/);
  assert.match(
    await sentence(403, "/api/jobs/me"),
    /right to write, or with the permission to start and manage jobs/,
  );
  assert.match(
    await sentence(404, "/api/x?label=1"),
    /^Expected something that exists.*\(POST https:\/\/hub.test\/api\/x\)$/,
  );
  assert.match(await sentence(429), /^Expected a quota or rate limit that is not used up/);
  assert.match(await sentence(503), /^Expected the Hub to work but found 503/);
  assert.match(await sentence(422), /^Expected a request that the Hub takes but found 422/);
});

Deno.test("HubClient.request() names what is wrong in an answer", async () => {
  const { client } = scripted([() => Response.json([{ name: 5 }])]);
  const error = await failure(client.request("GET", "/api/x", v.array(named)));
  assert.equal(error.message, "Expected 0.name to be string but found 5 (GET https://hub.test/api/x)");
  const whole = await failure(scripted([() => Response.json(1)]).client.request("GET", "/api/x", named));
  assert.equal(whole.message, "Expected the answer to be Object but found 1 (GET https://hub.test/api/x)");
});

Deno.test("HubClient.request() shows a long or marked-up answer in one short line", async () => {
  const page = `<html><style>b{}</style><h1>502\n  Bad Gateway</h1>${"x".repeat(5000)}</html>`;
  const { client } = scripted([() => new Response(page, { status: 422 })]);
  const { message } = await failure(client.request("GET", "/api/x", named));
  assert.match(message, /found 422 "502 Bad Gateway x+…" \(GET/);
  assert.ok(message.length < 500);
});

Deno.test("HubClient.request() follows a GET that is sent on, and takes the token to no other host", async () => {
  const to = (location: string) => () => new Response(null, { status: 307, headers: { location } });
  const { client, asked } = scripted([
    to("/api/y"),
    to("https://elsewhere.test/z"),
    to("https://hub.test/w"),
    fine,
  ]);
  await client.request("GET", "/api/x", named);
  assert.deepEqual(asked.map(({ url, headers }) => [url, headers.has("authorization")]), [
    ["https://hub.test/api/x", true],
    ["https://hub.test/api/y", true],
    ["https://elsewhere.test/z", false],
    ["https://hub.test/w", true],
  ]);
  for (
    const location of ["http://hub.test/api/x", "http://elsewhere.test/", "file:///etc/passwd", "http://["]
  ) {
    const plain = scripted([to(location)]);
    assert.equal((await failure(plain.client.request("GET", "/api/x", named))).status, 307);
    assert.equal(plain.asked.length, 1);
  }
  const post = scripted([to("/api/y"), fine]);
  assert.equal((await failure(post.client.request("POST", "/api/x", named, { body: {} }))).status, 307);
  const endless = scripted(Array.from({ length: 20 }, () => to("/api/x")));
  assert.equal((await failure(endless.client.request("GET", "/api/x", named))).status, 307);
});

Deno.test("HubClient.page() gives the next page's path, on the same host alone", async () => {
  const link = (text: string) => () => Response.json([], { headers: { link: text } });
  const { client } = scripted([
    link('<https://hub.test/api/jobs/me?cursor=2&label=a%3Db>; rel="next"'),
    link('</api/jobs/me?cursor=3>; rel=next, <https://hub.test/first>; rel="first"'),
    link('<https://elsewhere.test/api>; rel="next"'),
    link('<https://hub.test/api>; rel="prev"'),
    () => Response.json([]),
  ]);
  const next = async () => (await client.page("/api/jobs/me", v.array(v.unknown()))).next;
  assert.equal(await next(), "/api/jobs/me?cursor=2&label=a%3Db");
  assert.equal(await next(), "/api/jobs/me?cursor=3");
  for (let more = 0; more < 3; more++) assert.equal(await next(), null);
});

Deno.test("HubClient.request() ends with the reason of its signal, before, during and between requests", async () => {
  const reason = new Error("enough");
  const ending = new AbortController();
  const { client } = scripted([broken], {
    wait: (_milliseconds, signal) => {
      ending.abort(reason);
      return Promise.reject(signal?.reason);
    },
  });
  await assert.rejects(client.request("GET", "/api/x", named, { signal: ending.signal }), reason);
  await withHub({ routes: [() => new Promise(() => undefined)] }, async ({ access }) => {
    const late = new AbortController();
    const waiting = new HubClient(access).request("GET", "/api/x", named, { signal: late.signal });
    late.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(
      new HubClient(access).request("GET", "/api/x", named, { signal: late.signal }),
      reason,
    );
  });
});

Deno.test("HubClient.request() gives up an answer that does not come, or stops in the middle", async () => {
  const never = () =>
    new Response(new ReadableStream({ start: (out) => out.enqueue(new TextEncoder().encode("{")) }));
  const { client } = scripted([never], { timeout: 5 });
  const error = await failure(client.request("POST", "/api/x", named, { body: {} }));
  assert.match(error.message, /found none: it did not come within 0.005 s/);
  assert.deepEqual([error.status, error.ambiguous, error.transient], [null, true, true]);
  await withHub({ routes: [() => new Promise(() => undefined)] }, async ({ access }) => {
    const quick = new HubClient({ ...access, timeout: 5 });
    assert.match(
      (await failure(quick.request("GET", "/api/x", named))).message,
      /did not come within 0.005 s/,
    );
  });
});

Deno.test("HubClient.request() is sent once where the connection ends without an answer, and says so", async () => {
  for (const cut of ["before", "after"] as const) {
    await withHub({ faults: [{ path: /whoami/, cut, method: "POST" }] }, async ({ access, state }) => {
      const client = new HubClient(access);
      // A connection that is kept from before is what fetch takes for one that ended by chance.
      await client.request("GET", "/api/whoami-v2", named);
      const error = await failure(client.request("POST", "/api/whoami-v2", named, { body: {} }));
      assert.deepEqual([error.status, error.ambiguous, error.transient], [null, true, true]);
      assert.equal(state.requests.length, 2);
      assert.deepEqual(await client.request("POST", "/api/whoami-v2", named, { body: {} }), { name: "me" });
    });
  }
});

Deno.test("HubClient.request() knows that a request without a connection was not sent", async () => {
  const url = await withHub({}, (hub) => Promise.resolve(hub.url));
  const client = new HubClient({ host: url, token });
  const error = await failure(client.request("POST", "/api/x", named, { body: {} }));
  assert.deepEqual([error.status, error.ambiguous, error.transient], [null, false, true]);
});

Deno.test("HubClient.request() takes faults of the stand-in for what they are", async () => {
  const cases: [Omit<Fault, "path">, number, RegExp][] = [
    [noCredit, 402, /Payment required/],
    [noQuota, 403, /limit of concurrent jobs/],
    [tooMany, 429, /Too many/],
    [badGateway, 502, /"502 Bad Gateway"/],
    [{ status: 500 }, 500, /Internal error/],
  ];
  for (const [fault, status, said] of cases) {
    await withHub({ faults: [{ path: /./, ...fault }] }, async ({ access }) => {
      const error = await failure(
        new HubClient(access).request("POST", "/api/whoami-v2", named, { body: {} }),
      );
      assert.equal(error.status, status);
      assert.match(error.message, said);
    });
  }
  await withHub({}, async ({ access, state }) => {
    state.token = "hf_another";
    const error = await failure(new HubClient(access).request("GET", "/api/whoami-v2", named));
    assert.match(error.message, /^Expected a token .*not expired.* 401 "Invalid username or password\."/);
  });
});

Deno.test("HubClient's errors and messages never show the token or a secret, wherever the Hub gives them back", async () => {
  const secret = "sk-other-SECRETvalue";
  const shapes = [
    (text: string) => JSON.stringify({ error: text }),
    (text: string) => JSON.stringify({ message: text }),
    (text: string) => JSON.stringify({ error: { deep: [text] } }),
    (text: string) => JSON.stringify(text),
    (text: string) => `<p>${text}</p>`,
    (text: string) => text,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...shapes),
      fc.constantFrom(200, 307, 400, 401, 403, 404, 429, 500),
      fc.nat(400),
      fc.constantFrom<"GET" | "POST">("GET", "POST"),
      async (shape, status, padding, method) => {
        const said = `${"x".repeat(padding)}Bearer ${token} ${token}${secret} and ${secret}`;
        const answer = () => new Response(shape(said), { status, headers: { "x-echo": token } });
        const { client, retries } = scripted([answer, answer, answer, answer, answer, answer]);
        const asking = client.request(method, `/api/${token}/x?t=${token}`, named, { secrets: [secret] });
        const { message, stack = "", cause } = await failure(asking);
        for (const text of [message, stack, ...retries]) {
          assert.ok(!/SECRET/.test(text), text);
        }
        assert.equal(cause, undefined);
      },
    ),
    { numRuns: 200 },
  );
  const thrown = scripted([], { fetch: () => Promise.reject(new TypeError(`bad header ${token}`)) });
  assert.ok(!(await failure(thrown.client.request("GET", "/api/x", named))).message.includes(token));
});

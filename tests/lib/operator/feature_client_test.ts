import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import {
  FeatureClient,
  type FeatureEndpoint,
  type FeatureSurroundings,
} from "exitlab/lib/operator/feature_client.ts";

type Answer = (texts: readonly string[], count: number, request: Request) => Response | Promise<Response>;

/** What a stand-in was asked. */
interface Seen {
  readonly requests: {
    readonly texts: readonly string[];
    readonly headers: Headers;
    readonly method: string;
  }[];
  readonly waits: number[];
}

/** A server on this machine that answers as it is told, and a client that notes how long it would wait. */
async function withServer(
  answer: Answer,
  use: (client: FeatureClient, seen: Seen, url: URL) => Promise<void>,
  { options = {}, surroundings = {} }: {
    readonly options?: Partial<FeatureEndpoint>;
    readonly surroundings?: Partial<FeatureSurroundings>;
  } = {},
): Promise<void> {
  const seen: Seen = { requests: [], waits: [] };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body: unknown = await request.json();
    assert(typeof body === "object" && body !== null && "inputs" in body && Array.isArray(body.inputs));
    assert.deepEqual(Object.keys(body), ["inputs"]);
    const texts = body.inputs.map(String);
    seen.requests.push({ texts, headers: request.headers, method: request.method });
    return answer(texts, seen.requests.length, request);
  });
  const url = new URL(`http://127.0.0.1:${server.addr.port}/embed`);
  const client = new FeatureClient({ url, batch: 3, timeout: 20, retries: 2, ...options }, {
    token: () => undefined,
    wait: (seconds) => {
      seen.waits.push(seconds);
      return Promise.resolve();
    },
    ...surroundings,
  });
  try {
    await use(client, seen, url);
  } finally {
    await server.shutdown();
  }
}

const vectorOf = (text: string): number[] => [text.length, text.codePointAt(0) ?? 0];
const sound: Answer = (texts) => Response.json(texts.map(vectorOf));
const plain = (vectors: readonly Float32Array[]): number[][] => vectors.map((vector) => [...vector]);

Deno.test("FeatureClient asks for each text once, in batches, and answers in order", async () => {
  await withServer(sound, async (client, seen) => {
    const texts = ["a", "bb", "a", "ccc", "dddd", "bb"];
    assert.deepEqual(plain(await client.embed(texts)), texts.map(vectorOf));
    assert.deepEqual(seen.requests.map(({ texts }) => texts), [["a", "bb", "ccc"], ["dddd"]]);
    const [first] = seen.requests;
    assert.equal(first?.method, "POST");
    assert.equal(first?.headers.get("content-type"), "application/json");
    assert.deepEqual(plain(await client.embed(["dddd", "e"])), ["dddd", "e"].map(vectorOf));
    assert.deepEqual(seen.requests.at(-1)?.texts, ["e"]);
    assert.deepEqual(await client.embed([]), []);
  });
});

Deno.test("FeatureClient takes the mean of token vectors", async () => {
  const tokens: Answer = (texts) => Response.json(texts.map((text) => [...text].map((c) => [Number(c), 1])));
  await withServer(tokens, async (client) => {
    assert.deepEqual(plain(await client.embed(["123", "7"])), [[2, 1], [7, 1]]);
  });
});

Deno.test("FeatureClient does not ask for blank texts", async () => {
  await withServer(sound, async (client, seen) => {
    assert.deepEqual(plain(await client.embed(["", ""])), [[0], [0]]);
    assert.deepEqual(plain(await client.embed(["", "a", " \n"])), [[0, 0], [1, 97], [0, 0]]);
    assert.deepEqual(seen.requests.map(({ texts }) => texts), [["a"]]);
    assert.deepEqual(plain(await client.embed(["", ""])), [[0, 0], [0, 0]]);
    assert.equal(seen.requests.length, 1);
  });
});

Deno.test("FeatureClient forgets the texts it was asked longest ago, never those of the call under way", async () => {
  await withServer(sound, async (client, seen) => {
    const many = Array.from({ length: 5000 }, (_, at) => `text ${at}`);
    assert.deepEqual(plain(await client.embed(many)), many.map(vectorOf));
    const asked = seen.requests.length;
    await client.embed([...many.slice(-4096)]);
    assert.equal(seen.requests.length, asked);
    await client.embed(["text 0"]);
    assert.equal(seen.requests.length, asked + 1);
  }, { options: { batch: 1000 } });
});

Deno.test("FeatureClient asks again after 429 and 5xx, waiting longer each time, or as long as it is told", async () => {
  const recovering: Answer = (texts, count, request) =>
    count === 1
      ? new Response("slow down", { status: 429 })
      : count === 2
      ? new Response("loading", { status: 503, headers: { "retry-after": "7" } })
      : count === 3
      ? new Response("busy", { status: 500, headers: { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" } })
      : count === 4
      ? new Response("busy", { status: 504, headers: { "retry-after": "86400" } })
      : sound(texts, count, request);
  await withServer(recovering, async (client, seen) => {
    assert.deepEqual(plain(await client.embed(["a"])), [[1, 97]]);
    assert.deepEqual(seen.waits, [1, 7, 4, 30]);
  }, { options: { retries: 5 } });
});

Deno.test("FeatureClient gives up after its retries, and says what it heard last", async () => {
  await withServer(() => new Response("out of\n memory", { status: 500 }), async (client, seen, url) => {
    await assert.rejects(client.embed(["a"]), (error) => {
      assert(error instanceof UserError);
      assert.equal(
        error.message,
        `Cannot embed with ${url.href}: it answered 500 with "out of memory" (request 3 of 3)`,
      );
      return true;
    });
    assert.deepEqual([seen.requests.length, seen.waits], [3, [1, 2]]);
  });
});

Deno.test("FeatureClient keeps the batches that were answered when a later one fails", async () => {
  let broken = true;
  const half: Answer = (texts, count, request) =>
    broken && texts.includes("d") ? new Response(null, { status: 500 }) : sound(texts, count, request);
  await withServer(half, async (client, seen) => {
    await assert.rejects(
      client.embed(["a", "b", "c", "d"]),
      /answered 500 with an empty body \(request 1 of 1\)/,
    );
    broken = false;
    assert.deepEqual(plain(await client.embed(["a", "b", "c", "d"])), ["a", "b", "c", "d"].map(vectorOf));
    assert.deepEqual(seen.requests.map(({ texts }) => texts), [["a", "b", "c"], ["d"], ["d"]]);
  }, { options: { retries: 0 } });
});

for (const status of [400, 404, 413, 422]) {
  Deno.test(`FeatureClient hands on at once what a ${status} says`, async () => {
    await withServer(() => new Response(`{"error": "no"}`, { status }), async (client, seen) => {
      await assert.rejects(client.embed(["a"]), (error) => {
        assert(error instanceof UserError);
        assert.match(
          error.message,
          new RegExp(`it answered ${status} with "\\{\\\\"error\\\\": \\\\"no\\\\"\\}"$`),
        );
        return true;
      });
      assert.equal(seen.requests.length, 1);
    });
  });
}

Deno.test("FeatureClient sends the token, and never shows it", async () => {
  const echo: Answer = (_texts, _count, request) =>
    new Response(`bad token ${request.headers.get("authorization")}`, { status: 401 });
  await withServer(echo, async (client, seen) => {
    await assert.rejects(client.embed(["a"]), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /it answered 401 with "bad token Bearer …"; is HF_TOKEN set/);
      return true;
    });
    assert.equal(seen.requests[0]?.headers.get("authorization"), "Bearer hf_secret");
  }, { surroundings: { token: () => "hf_secret" } });
});

Deno.test("FeatureClient tells a machine on this network no token, whatever the environment has", async () => {
  const before = Deno.env.get("HF_TOKEN");
  Deno.env.set("HF_TOKEN", "hf_secret");
  try {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      assert.equal(request.headers.get("authorization"), null);
      return Response.json([[1]]);
    });
    const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
    const client = new FeatureClient({ url, batch: 1, timeout: 20, retries: 0 });
    assert.deepEqual(plain(await client.embed(["a"])), [[1]]);
    await server.shutdown();
  } finally {
    if (before === undefined) Deno.env.delete("HF_TOKEN");
    else Deno.env.set("HF_TOKEN", before);
  }
});

Deno.test("FeatureClient follows no redirect", async () => {
  const away: Answer = () =>
    new Response(null, { status: 307, headers: { location: "http://127.0.0.1:1/" } });
  await withServer(away, async (client, seen) => {
    await assert.rejects(client.embed(["a"]), /it answered 307/);
    assert.equal(seen.requests.length, 1);
  });
});

for (
  const [what, answer, message] of [
    ["garbage", () => new Response("<html>\n<b>hello"), /it answered no JSON but "<html> <b>hello"/],
    ["nothing", () => new Response(""), /it answered no JSON but an empty body/],
    ["half of a body", () => new Response("[[1, 2"), /it answered no JSON but "\[\[1, 2"/],
    ["NaN", () => new Response("[[NaN]]"), /it answered no JSON but "\[\[NaN\]\]"/],
    ["infinity", () => new Response("[[1e999]]"), /finite numbers but found Infinity/],
    ["too few vectors", () => Response.json([]), /a vector for each of 1 texts but found 0/],
    ["an error with status 200", () => Response.json({ error: "x" }), /list of vectors but found an object/],
  ] as const
) {
  Deno.test(`FeatureClient refuses ${what} at once`, async () => {
    await withServer(answer, async (client, seen, url) => {
      await assert.rejects(client.embed(["a"]), (error) => {
        assert(error instanceof Error);
        assert(error.message.startsWith(`Cannot embed with ${url.href}: `));
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual([seen.requests.length, seen.waits], [1, []]);
    });
  });
}

Deno.test("FeatureClient refuses vectors of another length than those it knows", async () => {
  const growing: Answer = (texts, count) => Response.json(texts.map(() => Array(count).fill(0)));
  await withServer(growing, async (client) => {
    await client.embed(["a"]);
    await assert.rejects(client.embed(["a", "b"]), /vectors of 1 numbers as before but found some of 2/);
  });
});

Deno.test("FeatureClient shows no more than the beginning of a long answer", async () => {
  await withServer(() => new Response("x".repeat(100_000), { status: 400 }), async (client) => {
    await assert.rejects(
      client.embed(["a"]),
      (error) => error instanceof Error && error.message.length < 300,
    );
  });
});

Deno.test("FeatureClient asks again when the connection is cut, before an answer or within it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heads = ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[[1"];
  const last = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\n[[1,2]]";
  const serving = (async () => {
    for (const text of [...heads, last]) {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(text));
      connection.close();
    }
  })();
  const waits: number[] = [];
  const client = new FeatureClient({
    url: new URL(`http://127.0.0.1:${listener.addr.port}/`),
    batch: 1,
    timeout: 20,
    retries: 2,
  }, {
    token: () => undefined,
    wait: (seconds) => {
      waits.push(seconds);
      return Promise.resolve();
    },
  });
  assert.deepEqual(plain(await client.embed(["a"])), [[1, 2]]);
  assert.deepEqual(waits, [1, 2]);
  await serving;
  listener.close();
});

Deno.test("FeatureClient says so when nobody is there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
  listener.close();
  const client = new FeatureClient({ url, batch: 1, timeout: 20, retries: 1 }, {
    wait: () => Promise.resolve(),
  });
  await assert.rejects(client.embed(["a"]), /Cannot embed with http:.*\(request 2 of 2\)/);
});

Deno.test("FeatureClient gives up on a body that does not come to an end, and asks again", async () => {
  const deadlines: AbortController[] = [];
  const slow: Answer = (texts, count, request) => {
    if (count > 1) return sound(texts, count, request);
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("[[")),
      pull: () => deadlines[0]?.abort(),
    });
    return new Response(body);
  };
  await withServer(slow, async (client, seen) => {
    assert.deepEqual(plain(await client.embed(["a"])), [[1, 97]]);
    assert.deepEqual([seen.requests.length, seen.waits, deadlines.length], [2, [1], 2]);
  }, { surroundings: { deadline: () => deadlineOf(deadlines) } });
});

Deno.test("FeatureClient says how long it waited for an answer", async () => {
  const deadlines: AbortController[] = [];
  const pending = Promise.withResolvers<Response>();
  const never: Answer = () => {
    deadlines[0]?.abort();
    return pending.promise;
  };
  await withServer(never, async (client) => {
    await assert.rejects(client.embed(["a"]), /it did not answer within 20 s \(request 1 of 1\)/);
    pending.resolve(new Response());
  }, { options: { retries: 0 }, surroundings: { deadline: () => deadlineOf(deadlines) } });
});

Deno.test("FeatureClient has a clock of its own for the time-out", async () => {
  const pending = Promise.withResolvers<Response>();
  await withServer(() => pending.promise, async (client) => {
    await assert.rejects(client.embed(["a"]), /it did not answer within 0.05 s/);
    pending.resolve(new Response());
  }, { options: { timeout: 0.05, retries: 0 } });
});

function deadlineOf(deadlines: AbortController[]): AbortSignal {
  const controller = new AbortController();
  deadlines.push(controller);
  return controller.signal;
}

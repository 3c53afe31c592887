import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { UserError } from "exitlab/lib/errors.ts";
import type { ChatAnswer, ChatRequest } from "exitlab/runners/hf/infer/chat_answer.ts";
import {
  HostedResponder,
  type HostedResponderOptions,
  Stopped,
} from "exitlab/runners/hf/infer/hosted_responder.ts";
import { costOf, Prices } from "exitlab/runners/hf/infer/prices.ts";
import { ResponseCache } from "exitlab/runners/hf/infer/response_cache.ts";
import { Spending, SpendingStop } from "exitlab/runners/hf/infer/spending.ts";

const price = { input: 1, output: 4 };

type Ask = (request: ChatRequest) => Promise<ChatAnswer>;

async function withResponder(
  ask: Ask,
  use: (
    responder: HostedResponder,
    spending: Spending,
    again: () => Promise<HostedResponder>,
  ) => Promise<void>,
  { most = null, ...options }: Partial<HostedResponderOptions> & { readonly most?: number | null } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const caches: ResponseCache[] = [];
  const open = async (spending: Spending): Promise<HostedResponder> => {
    const cache = await ResponseCache.open(join(folder, "answers.jsonl"));
    caches.push(cache);
    return new HostedResponder({
      model: { model: "org/model", provider: null, endpoint: null },
      client: { ask },
      cache,
      spending,
      context: Infinity,
      concurrency: 4,
      signal: new AbortController().signal,
      ...options,
    });
  };
  try {
    const spending = new Spending(new Prices(price), most);
    await use(await open(spending), spending, () => open(new Spending(new Prices(price), null)));
  } finally {
    for (const cache of caches) cache.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function requests(count: number, from = 0) {
  return Array.from({ length: count }, (_, at) => ({
    messages: [{ role: "user" as const, content: "Count" }],
    maxTokens: 10,
    temperature: 1,
    topP: 1,
    seed: from + at,
  }));
}

function answer({ seed }: Pick<ChatRequest, "seed">): ChatAnswer {
  return {
    content: `number ${seed}`,
    finish: "stop",
    inputTokens: 5,
    outputTokens: 1 + seed % 7,
    provider: "groq",
  };
}

const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("HostedResponder asks at most so many at once, answers in order, and nothing twice", async () => {
  let [open, most, asked] = [0, 0, 0];
  const ask: Ask = async (request) => {
    asked++;
    most = Math.max(most, ++open);
    await soon(1 + request.seed % 3);
    open--;
    return answer(request);
  };
  await withResponder(ask, async (responder, spending, again) => {
    const answers = await responder.respond(requests(30));
    assert.deepEqual(
      answers,
      requests(30).map(({ seed }) => ({ text: `number ${seed}`, tokens: 1 + seed % 7 })),
    );
    assert.equal(most, 4);
    assert.deepEqual(await responder.respond(requests(30)), answers);
    const later = await again();
    assert.deepEqual(await later.respond(requests(31)), [...answers, { text: "number 30", tokens: 3 }]);
    assert.equal(asked, 31);
    assert.equal(later.usage.cached, 30);
    assert.equal(later.usage.answers, 31);
    const output = requests(30).reduce((sum, { seed }) => sum + 1 + seed % 7, 0);
    // Both times the same answers were needed: the second time they cost what they cost, not again.
    assert(Math.abs(spending.cost - 2 * costOf(price, 30 * 5, output)) < 1e-12);
  });
});

Deno.test("HostedResponder keeps what is under way when a request fails for good", async () => {
  const ask: Ask = async (request) => {
    await soon(request.seed === 2 ? 1 : 10);
    if (request.seed === 2) throw new UserError("No credit");
    return answer(request);
  };
  await withResponder(ask, async (responder) => {
    await assert.rejects(responder.respond(requests(20)), /No credit/);
    assert.equal(responder.usage.answers, 3);
  });
});

Deno.test("HostedResponder stops when it is asked to, and keeps what is under way", async () => {
  let asked = 0;
  await withResponder(
    async (request) => {
      asked++;
      await soon(1);
      return answer(request);
    },
    async (responder) => {
      await assert.rejects(responder.respond(requests(50)), Stopped);
      assert.equal(responder.usage.answers, asked);
    },
    { stopping: () => asked >= 10 },
  );
});

Deno.test("HostedResponder never spends more than it may, whatever answers come to", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 1, max: 40 }),
      async (limit, count) => {
        const most = limit / 1e6;
        const ask: Ask = async (request) => {
          await soon(0);
          return answer(request);
        };
        await withResponder(ask, async (responder, spending) => {
          const outcome = await responder.respond(requests(count)).catch((error: unknown) => error);
          assert(spending.cost <= most);
          assert(Array.isArray(outcome) || outcome instanceof SpendingStop);
          // A request of 5 bytes and 10 tokens may cost 5 + 64 + 16 + 40 millionths.
          if (outcome instanceof SpendingStop) assert(spending.cost + 125e-6 > most);
        }, { most });
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("HostedResponder counts what is odd about answers, and estimates tokens that nobody counted", async () => {
  const odd: ChatAnswer[] = [
    { content: "", finish: "content_filter", inputTokens: 5, outputTokens: 0, provider: null },
    { content: "abcdefg", finish: "length", inputTokens: null, outputTokens: null, provider: null },
  ];
  await withResponder(
    ({ seed }) => Promise.resolve(odd[seed] ?? answer({ seed })),
    async (responder, spending) => {
      const answers = await responder.respond(requests(3));
      assert.deepEqual(answers.map(({ tokens }) => tokens), [0, 3, 3]);
      const { empty, cut, filtered, uncounted } = responder.usage;
      assert.deepEqual({ empty, cut, filtered, uncounted }, { empty: 1, cut: 1, filtered: 1, uncounted: 1 });
      assert.equal(spending.unpriced, 1);
    },
  );
});

Deno.test("HostedResponder keeps to --max-cost where nobody counts tokens, and starts no more workers than it needs", async () => {
  const uncounted = (request: ChatRequest): ChatAnswer => ({ ...answer(request), outputTokens: null });
  for (const most of [100e-6, 500e-6]) {
    let asked = 0;
    const ask: Ask = (request) => {
      asked++;
      return Promise.resolve(uncounted(request));
    };
    await withResponder(ask, async (responder, spending) => {
      await assert.rejects(
        responder.respond(requests(40)),
        (error) => error instanceof SpendingStop && (asked === 0 || /not all tokens/.test(error.message)),
      );
      // 5 tokens in, as counted, and at most 10 out; the request that does not fit may cost 125 millionths.
      assert.equal(asked, Math.max(0, Math.floor((most * 1e6 - 125) / 45) + 1));
      assert.equal(spending.unpriced, asked);
    }, { most, concurrency: 1 });
  }
  await withResponder((request) => Promise.resolve(answer(request)), async (responder) => {
    assert.equal((await responder.respond(requests(3))).length, 3);
  }, { concurrency: Number.MAX_SAFE_INTEGER });
});

Deno.test("Spending keeps to no limit without a price", () => {
  assert.throws(() => new Spending(new Prices(null), 1), /Cannot keep to --max-cost without a price/);
  assert.equal(new Spending(new Prices(null), null).cost, 0);
});

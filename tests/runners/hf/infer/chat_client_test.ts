import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import type { Json } from "exitlab/lib/json.ts";
import { ChatClient } from "exitlab/runners/hf/infer/chat_client.ts";
import { type HostedAccess, routerHost, routeTo } from "exitlab/runners/hf/infer/hosted_model.ts";
import { badGateway, type Fault, noCredit, tooMany } from "../../../support/hub/faults.ts";
import { type Hub, withHub } from "../../../support/hub/hub_server.ts";
import { type Inference, inference, type InferenceOptions } from "../../../support/hub/inference_routes.ts";

const token = "hf_MARKEDtoken";
const request = {
  messages: [{ role: "user" as const, content: "What is 2 + 2?" }],
  maxTokens: 16,
  temperature: 0.5,
  topP: 0.9,
  seed: 7,
};

interface Place {
  readonly hub: Hub;
  readonly models: Inference;
  readonly retries: string[];
  client(access?: Partial<HostedAccess>, timeout?: number): ChatClient;
}

async function withModels(
  options: Partial<InferenceOptions> & { readonly faults?: readonly Fault[] },
  use: (place: Place) => Promise<void>,
): Promise<void> {
  const models = inference({ answer: () => "4", ...options });
  await withHub({ token, routes: [models.routes], faults: options.faults ?? [] }, async (hub) => {
    const retries: string[] = [];
    await use({
      hub,
      models,
      retries,
      client: (access = {}, timeout = 5_000) =>
        new ChatClient({
          model: "org/model",
          provider: null,
          endpoint: null,
          key: token,
          hub: hub.url,
          ...hub.access.wait === undefined ? {} : { wait: hub.access.wait },
          ...access,
        }, { timeout, onRetry: (why) => retries.push(why) }),
    });
  });
}

const path = /chat\/completions/;

Deno.test("ChatClient asks through the router, with all that decides a draw", async () => {
  await withModels({}, async ({ models, client }) => {
    assert.deepEqual(await client().ask(request), {
      content: "4",
      finish: "stop",
      inputTokens: 5,
      outputTokens: 2,
      provider: "together",
    });
    const [asked] = models.asked;
    assert.equal(asked?.authorization, `Bearer ${token}`);
    assert.deepEqual(asked?.body, {
      model: "org/model",
      messages: request.messages,
      "max_tokens": 16,
      temperature: 0.5,
      "top_p": 0.9,
      seed: 7,
    });
  });
});

Deno.test("ChatClient asks a provider by its own name for the model, and an endpoint as it is", async () => {
  await withModels({}, async ({ models, hub, client }) => {
    await client({ provider: "together" }).ask(request);
    assert.equal(models.asked[0]?.path, "/together/v1/chat/completions");
    assert.equal(models.asked[0]?.body.model, "together/model");
    await client({ endpoint: `${hub.url}/v1` }).ask(request);
    assert.equal(models.asked[1]?.path, "/v1/chat/completions");
    assert.equal(models.asked[1]?.body.model, "org/model");
    await assert.rejects(
      client({ provider: "nscale" }).ask(request),
      /Expected --provider to be one that has org\/model to chat with but found "nscale"/,
    );
    await assert.rejects(
      client({ model: "org/none", provider: "groq" }).ask(request),
      /Found no model org\/none/,
    );
    assert.throws(() => client({ provider: "nobody" }), /Expected --provider to be one of/);
  });
});

Deno.test("ChatClient asks again where what the Hub says of the providers is trouble", async () => {
  const faults = [{ path: /api\/models/, ...badGateway }, { path: /api\/models/, status: 200, body: "{" }];
  await withModels({ faults, models: [fresh] }, async ({ client, retries }) => {
    assert.equal((await client({ model: "org/fresh", provider: "groq" }).ask(request)).content, "4");
    assert.deepEqual(retries, ["status 502", "what the Hub says of the model's providers cannot be read"]);
  });
});

/** The library remembers what the Hub said of a model: each test of that needs another. */
const fresh = { id: "org/fresh", providers: [{ provider: "groq", status: "live" }] };

const passing: readonly [string, Fault, RegExp][] = [
  ["429", { path, ...tooMany, times: 2 }, /^status 429: Too many requests$/],
  ["502 with a page", { path, ...badGateway }, /^status 502$/],
  [
    "503",
    { path, status: 503, body: { error: { message: "Model is loading" } }, times: 3 },
    /Model is loading/,
  ],
  ["500 whose body is no JSON", { path, status: 500, body: "oops {" }, /status 500/],
  ["408", { path, status: 408 }, /status 408/],
  ["a cut connection", { path, cut: "before", times: 2 }, /no connection/],
  ["a cut connection after the answer", { path, cut: "after", times: 2 }, /no connection/],
];

for (const [name, fault, why] of passing) {
  Deno.test(`ChatClient asks again after ${name}`, async () => {
    await withModels({ faults: [{ ...fault }] }, async ({ client, retries }) => {
      assert.equal((await client().ask(request)).content, "4");
      // A connection that ends without an answer is made once more before we hear of it.
      assert(retries.length >= 1 && retries.length <= (fault.times ?? 1));
      for (const said of retries) assert.match(said, why);
    });
  });
}

Deno.test("ChatClient waits as long as the server asks, and all its requests do", async () => {
  await withModels({ faults: [{ path, ...tooMany }] }, async ({ hub, client }) => {
    await client().ask(request);
    assert.equal(hub.waits[0], 2000);
    hub.state.faults.push({ path, status: 429, headers: { "retry-after": "3600" } });
    await assert.rejects(client().ask(request), /asks to wait 3600 s \(status 429.*kept/);
  });
});

Deno.test("ChatClient backs off more and more, with jitter, and gives up with a sentence", async () => {
  await withModels({ faults: [{ path, status: 503, times: 100 }] }, async ({ hub, client }) => {
    const refused = client().ask(request);
    await assert.rejects(refused, UserError);
    await assert.rejects(
      refused,
      /gave no answer in 8 tries in a row \(status 503: Internal error\); all answers/,
    );
    assert.equal(hub.waits.length, 7);
    for (const [at, wait] of hub.waits.entries()) {
      const whole = Math.min(60_000, 1000 * 2 ** at);
      assert(wait >= whole / 2 && wait <= whole, `${wait}`);
    }
    assert.equal(hub.state.requests.length, 8);
  });
});

const refused: readonly [number, RegExp][] = [
  [401, /Expected HF_TOKEN to be valid for 127\.0\.0\.1:\d+ but/],
  [402, /There is no credit left to ask org\/model .*Payment required.*all answers so far are kept/],
  [403, /permission "Make calls to Inference Providers"/],
  [404, /Found no model org\/model/],
  [422, /refused a request for org\/model with status 422/],
];

for (const [status, sentence] of refused) {
  Deno.test(`ChatClient takes ${status} for an answer that will not change`, async () => {
    const body = status === 402 ? noCredit.body : { error: { message: `No, ${token}` } };
    await withModels({ faults: [{ path, status, body, times: 100 }] }, async ({ hub, client }) => {
      const error = await client().ask(request).catch((error: unknown) => error);
      assert(error instanceof UserError);
      assert.match(error.message, sentence);
      assert(!error.message.includes(token));
      assert.equal(hub.state.requests.length, 1);
    });
  });
}

Deno.test("ChatClient says how to go on where a request is too long", async () => {
  const body = { error: { message: "This model's maximum context length is 8192 tokens" } };
  await withModels({ faults: [{ path, status: 400, body }] }, async ({ client }) => {
    await assert.rejects(client().ask(request), /does not fit its context .*8192.*give --context N/);
  });
});

Deno.test("ChatClient asks again where there is no answer in the answer", async () => {
  const bodies = ["{", "[]", { choices: [] }, "<html></html>"];
  const answer = () => {
    const body = bodies.shift();
    return body === undefined ? "4" : { content: null, body };
  };
  await withModels({ answer }, async ({ client, retries }) => {
    assert.equal((await client().ask(request)).content, "4");
    assert.deepEqual(retries, [
      "its answer is no JSON",
      'its answer has no completion in it ("choices")',
      'its answer has no completion in it ("choices")',
      "its answer is no JSON",
    ]);
  });
});

Deno.test("ChatClient takes empty, cut, filtered and uncounted answers as they are", async () => {
  const answers = [
    { content: null, finish: "content_filter" },
    { content: "<think>2 + 2", finish: "length", reasoning: "hm", usage: null },
  ];
  await withModels({ answer: () => answers.shift() ?? "" }, async ({ client, retries }) => {
    const [filtered, cut] = [await client().ask(request), await client().ask(request)];
    assert.deepEqual([filtered.content, filtered.finish], ["", "content_filter"]);
    assert.deepEqual([cut.content, cut.finish, cut.outputTokens], ["<think>2 + 2", "length", null]);
    assert.deepEqual(retries, []);
  });
});

Deno.test("ChatClient keeps an answer whose count of tokens makes no sense, and asks once for it", async () => {
  const message = { role: "assistant", content: "4" };
  const counts: readonly Json[] = [
    { "prompt_tokens": -3, "completion_tokens": "7" },
    { "prompt_tokens": 2.5, "completion_tokens": 1e300 },
    "none",
    [],
  ];
  const left = [...counts];
  const answer = () => ({
    content: null,
    body: { choices: [{ message, "finish_reason": 9 }], usage: left.shift() ?? null },
  });
  await withModels({ answer }, async ({ client, retries, models }) => {
    for (const _ of counts) {
      const { content, finish, inputTokens, outputTokens } = await client().ask(request);
      assert.deepEqual({ content, finish, inputTokens, outputTokens }, {
        ...{ content: "4", finish: "", inputTokens: null, outputTokens: null },
      });
    }
    assert.deepEqual(retries, []);
    assert.equal(models.asked.length, counts.length);
  });
});

Deno.test("ChatClient reads an answer of megabytes, and refuses one without end", async () => {
  const long = "ab\u{1F600} ".repeat(1024 ** 2 / 4);
  await withModels({ answer: () => long }, async ({ client }) => {
    assert.equal((await client().ask(request)).content, long);
    let sent = 0;
    const endless = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull(controller) {
              sent++;
              controller.enqueue(new Uint8Array(1024 ** 2));
            },
          }),
        ),
      );
    const asked = client({ fetch: endless }).ask(request);
    await assert.rejects(asked, UserError);
    await assert.rejects(asked, /to answer with at most 32 MiB but found more/);
    assert(sent < 40, `${sent}`);
  });
});

Deno.test("ChatClient gives up on an answer that takes too long, and asks again", async () => {
  let first = true;
  const delay = () => {
    const slow = first;
    first = false;
    return slow ? 900 : 0;
  };
  await withModels({ delay }, async ({ client, retries }) => {
    // Time enough for the second answer on a busy machine.
    assert.equal((await client({}, 600).ask(request)).content, "4");
    assert.deepEqual(retries, ["no answer within 1 s"]);
    await new Promise((resolve) => setTimeout(resolve, 400));
  });
});

Deno.test("ChatClient follows nobody to another address", async () => {
  const headers = { location: "http://127.0.0.1:1/steal" };
  await withModels({ faults: [{ path, status: 307, headers, times: 9 }] }, async ({ client }) => {
    await assert.rejects(client().ask(request), /points to another address \(status 307\)/);
  });
});

Deno.test("ChatClient takes no token along where the Hub sends it on for what it says of a model", async () => {
  const seen: (string | null)[] = [];
  const elsewhere = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    seen.push(request.headers.get("authorization"));
    return Response.json({
      id: "org/moved",
      inferenceProviderMapping: [{
        ...{ provider: "groq", hfModelId: "org/moved", providerId: "moved" },
        ...{ status: "live", task: "conversational" },
      }],
    });
  });
  const headers = { location: `http://127.0.0.1:${elsewhere.addr.port}/moved` };
  await withModels({ faults: [{ path: /api\/models/, status: 307, headers }] }, async ({ client }) => {
    assert.equal((await client({ model: "org/moved", provider: "groq" }).ask(request)).content, "4");
    assert.deepEqual(seen, [null]);
  });
  await elsewhere.shutdown();
});

Deno.test("ChatClient ends with its signal, also while it waits", async () => {
  await withModels({ faults: [{ path, status: 503, times: 100 }] }, async ({ client, hub }) => {
    const controller = new AbortController();
    const stop = new Error("Stop");
    const wait = () => Promise.resolve(controller.abort(stop));
    await assert.rejects(client({ wait }).ask(request, controller.signal), stop);
    assert.equal(hub.state.requests.length, 1);
  });
});

Deno.test("ChatClient does not ask again what this process may not ask", async () => {
  await withModels({}, async ({ client, hub }) => {
    const denied = () => Promise.reject(new Deno.errors.NotCapable("Requires net access"));
    await assert.rejects(
      client({ fetch: denied }).ask(request),
      /No permission to call 127.0.0.1:\d+; add --net/,
    );
    assert.equal(hub.waits.length, 0);
  });
});

Deno.test("ChatClient calls no host but Hugging Face and the endpoint", () => {
  const url = new URL("https://api.example.com/v1/chat/completions");
  assert.throws(() => routeTo(url, { endpoint: null }), /Cannot call api.example.com/);
  assert.throws(() => routeTo(url, { endpoint: "https://example.com/v1" }), /Cannot call api.example.com/);
  assert.throws(() => routeTo(new URL(routerHost), { endpoint: "https://example.com" }), /Cannot call/);
  assert.equal(
    routeTo(new URL(`${routerHost}/v1/models?x=1`), { endpoint: null }).href,
    `${routerHost}/v1/models?x=1`,
  );
  const there = routeTo(new URL(`${routerHost}/groq/v1?x=1`), { endpoint: null, hub: "http://127.0.0.1:1" });
  assert.equal(there.href, "http://127.0.0.1:1/groq/v1?x=1");
});

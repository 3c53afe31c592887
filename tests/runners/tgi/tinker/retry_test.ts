import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { ServerLostError } from "exitlab/runners/tgi/tinker/failure.ts";
import { awaitFuture } from "exitlab/runners/tgi/tinker/future.ts";
import { Caller, defaultRules, ForgottenError, readObject } from "exitlab/runners/tgi/tinker/retry.ts";
import { Transport } from "exitlab/runners/tgi/tinker/transport.ts";
import { answer, cut, fine, poll, post, script } from "../../../support/tinker_script.ts";

Deno.test("Caller.call() asks again at once after 408, without using up its patience", async () => {
  const working = Array.from({ length: 8 }, () => answer(408, { type: "try_again" }));
  const { caller, waits, events, sent } = script([...working, fine], { patience: 0 });
  assert.deepEqual(await caller.call(poll, readObject), { ok: true });
  assert.deepEqual(waits, []);
  assert.equal(sent.length, 9);
  assert.ok(events.every(({ reason, wait }) => reason === "working" && wait === 0));
});

Deno.test("Caller.call() slows down where a server says 408 without waiting", async () => {
  const working = Array.from({ length: 30 }, () => answer(408, ""));
  const { caller, waits } = script([...working, fine]);
  await caller.call(poll, readObject);
  assert.deepEqual(waits.slice(0, 3), [100, 200, 300]);
  assert.equal(waits.at(-1), 1000);
});

Deno.test("Caller.call() backs off after 5xx and cuts: doubled, up to the longest wait", async () => {
  const troubles = [answer(500, "<html>"), cut, answer(502, ""), answer(503, "<html>"), cut];
  const { caller, waits, events } = script([...troubles, fine], { firstDelay: 100, longestDelay: 500 });
  await caller.call(post, readObject);
  assert.deepEqual(waits, [100, 200, 400, 500, 500]);
  assert.deepEqual(events.map(({ reason }) => reason), ["server", "cut", "server", "server", "cut"]);
  assert.equal(events[0]?.route, "POST /api/v1/optim_step");
});

Deno.test("Caller.call() waits as long as Retry-After says after 429, or longer", async () => {
  const { caller, waits, events } = script([
    answer(429, "", { "retry-after": "7" }),
    answer(429, "", { "retry-after": "0" }),
    answer(429, { error: "Busy" }),
    fine,
  ], { firstDelay: 100 });
  await caller.call(post, readObject);
  assert.deepEqual(waits, [7000, 200, 400]);
  assert.ok(events.every(({ reason }) => reason === "busy"));
});

Deno.test("Caller.call() understands a Retry-After that is a time of day", async () => {
  const soon = new Date(Date.now() + 3_600_000).toUTCString();
  const { caller, waits } = script([answer(429, "", { "retry-after": soon }), fine], { patience: Infinity });
  await caller.call(post, readObject);
  assert.ok((waits[0] ?? 0) > 3_500_000 && (waits[0] ?? 0) <= 3_600_000);
});

Deno.test("Caller.call() gives up when there is no progress for its patience", async () => {
  const { caller, waits } = script([answer(503, "<html>Down</html>")], { firstDelay: 100, patience: 1000 });
  await assert.rejects(
    caller.call(post, readObject),
    /^Error: http:\/\/server\/base makes no progress: it answered 503: "<html>Down<\/html>", for 1 s \(POST \/api\/v1\/optim_step\)$/,
  );
  assert.deepEqual(waits, [100, 200, 400]);
});

Deno.test("Caller.call() has all its patience again after a sign of life", async () => {
  const down = [cut, cut, cut];
  const answers = [...down, answer(408, ""), ...down, answer(408, ""), ...down, fine];
  const { caller } = script(answers, { firstDelay: 100, patience: 1000 });
  assert.deepEqual(await caller.call(poll, readObject), { ok: true });
});

Deno.test("Caller.call() gives up on a server that is at work for ever, and says on what", async () => {
  const rules = { firstDelay: 100, patience: 1000, longestWork: 10_000 };
  const working = answer(200, { type: "try_again" });
  for (const endless of [[working], [answer(408, "")]]) {
    const { caller, waits } = script(endless, rules);
    const pending = { route: "/api/v1/optim_step", requestId: "a", issueAgain: () => Promise.resolve("b") };
    await assert.rejects(
      awaitFuture(caller, pending, "application/json", readObject),
      /^Error: http:\/\/server\/base is still at work after 1\d s, which is given up \(POST \/api\/v1\/optim_step\): see the server's log, start it again if it hangs, and go on from the last checkpoint$/,
    );
    assert.ok(waits.reduce((sum, wait) => sum + wait, 0) <= 10_000);
  }
  const flickering = Array.from({ length: 100 }, (_, index) => index % 2 === 0 ? cut : answer(408, ""));
  await assert.rejects(script(flickering, rules).caller.call(poll, readObject), /at work after 1\d s/);
  assert.equal(defaultRules.longestWork, 3_600_000);
});

Deno.test("Caller.call() asks three times for what makes no sense, then names the route", async () => {
  for (
    const noise of [
      answer(400, ""),
      answer(400, "<html>proxy</html>"),
      answer(200, "<html>"),
      answer(200, "[1"),
    ]
  ) {
    const { caller, sent } = script([noise, noise, fine]);
    assert.deepEqual(await caller.call(post, readObject), { ok: true });
    assert.equal(sent.length, 3);
    const hopeless = script([noise]);
    await assert.rejects(
      hopeless.caller.call(post, readObject),
      /3 times in a row \(POST \/api\/v1\/optim_step\)$/,
    );
    assert.equal(hopeless.sent.length, 3);
  }
});

Deno.test("Caller.call() refuses at once what a server refuses in words", async () => {
  const cases = [
    {
      reply: answer(400, { error: "Expected a rank", category: "user" }),
      error: UserError,
      words: /\(400\): Expected a rank/,
    },
    { reply: answer(400, { error: "Broken", category: "server" }), error: Error, words: /Broken/ },
    {
      reply: answer(422, { detail: [{ loc: ["body", "data"], msg: "Field required" }] }),
      error: Error,
      words: /Field required \(body\.data\)/,
    },
    { reply: answer(415, { detail: "Unsupported media type" }), error: Error, words: /Unsupported/ },
    { reply: answer(413, "<html>Too large</html>"), error: Error, words: /413\): "<html>Too large/ },
    {
      reply: answer(409, { error: "Reused" }),
      error: Error,
      words: /has this request's number for another one: Reused/,
    },
    { reply: answer(302, "", { location: "http://elsewhere" }), error: Error, words: /refused \(302\)/ },
    { reply: answer(404, { detail: "Not Found" }), error: Error, words: /does not have this route/ },
    {
      reply: answer(404, { error: 'Unknown model "m"' }),
      error: ServerLostError,
      words: /Unknown model "m"/,
    },
    { reply: answer(410, { error: "The session is over" }), error: ServerLostError, words: /is over/ },
    { reply: answer(404, { error: "There is no checkpoint" }), error: UserError, words: /no checkpoint/ },
  ];
  for (const { reply, error, words } of cases) {
    const { caller, sent, waits } = script([reply]);
    await assert.rejects(caller.call(post, readObject), (thrown) => {
      assert.ok(thrown instanceof error);
      assert.equal(thrown instanceof UserError, error === UserError);
      assert.match(thrown.message, words);
      assert.match(thrown.message, /\(POST \/api\/v1\/optim_step\)$/);
      return true;
    });
    assert.deepEqual([sent.length, waits], [1, []]);
  }
});

Deno.test("Caller.call() refuses a refused key, which it does not repeat", async () => {
  for (const status of [401, 403]) {
    const { caller } = script(
      [answer(status, { error: "Expected the key but found tml-secret" })],
      {},
      "tml-secret",
    );
    await assert.rejects(caller.call(post, readObject), (thrown) => {
      assert.ok(thrown instanceof UserError);
      assert.match(thrown.message, /refuses the key .*found …/);
      return true;
    });
  }
});

Deno.test("Caller.call() sends the same request again, with the key and the idempotency key", async () => {
  const { caller, sent } = script([cut, answer(500, ""), fine], {}, "tml-secret");
  await caller.call({ ...post, body: '{"seq_id":4}', idempotencyKey: "once" }, readObject);
  const bodies = await Promise.all(sent.map((request) => request.text()));
  assert.deepEqual(bodies, ['{"seq_id":4}', '{"seq_id":4}', '{"seq_id":4}']);
  for (const { url, headers } of sent) {
    assert.equal(url, "http://server/base/api/v1/optim_step");
    assert.equal(headers.get("x-api-key"), "tml-secret");
    assert.equal(headers.get("x-idempotency-key"), "once");
  }
});

Deno.test("Caller.call() refuses an answer beyond the limit, and does not read it to its end", async () => {
  let pulled = 0;
  const endless = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(400));
        },
      }),
    );
  const { caller } = script([endless]);
  await assert.rejects(caller.call(post, readObject), /at most 1000 bytes but found a longer one \(POST/);
  assert.ok(pulled < 6);
});

Deno.test("Caller.call() ends with the signal's reason, also while it waits", async () => {
  const { caller } = script([cut]);
  const controller = new AbortController();
  const waiting = new Caller(
    new Transport({
      url: "http://server",
      timeout: 1000,
      mostReplyBytes: 1000,
      fetch: () => Promise.reject(cut()),
    }),
    {
      rules: defaultRules,
      signal: controller.signal,
      sleep: (_, signal) => {
        controller.abort(new Error("Enough"));
        return Promise.reject(signal.reason);
      },
      onRetry: () => undefined,
    },
  );
  await assert.rejects(waiting.call(post, readObject), /Enough/);
  await assert.rejects(caller.under(AbortSignal.abort(new Error("Before"))).call(post, readObject), /Before/);
});

Deno.test("Caller.call() ends with what an abort throws where no reason was given", async () => {
  const controller = new AbortController();
  const transport = new Transport({
    url: "http://server",
    key: "tml-secret",
    timeout: 1000,
    mostReplyBytes: 1000,
    fetch: () => {
      controller.abort();
      return Promise.reject(cut());
    },
  });
  const { caller } = script([fine]);
  const options = { rules: defaultRules, signal: controller.signal, onRetry: () => undefined };
  const aborted = new Caller(transport, { ...options, sleep: () => Promise.resolve() });
  await assert.rejects(aborted.call(post, readObject), { name: "AbortError" });
  await assert.rejects(caller.under(AbortSignal.abort()).call(post, readObject), { name: "AbortError" });
});

Deno.test("awaitFuture() issues a forgotten request again, and waits for the new result", async () => {
  const gone = answer(410, { error: 'Unknown request "a"' });
  const { caller, sent, waits } = script([gone, answer(404, { detail: "Future not found" }), fine], {
    firstDelay: 100,
  });
  const issued = ["b", "c"];
  const pending = {
    route: "/api/v1/optim_step",
    requestId: "a",
    issueAgain: () => Promise.resolve(issued.shift() ?? ""),
  };
  assert.deepEqual(await awaitFuture(caller, pending, "application/json", readObject), { ok: true });
  const asked = await Promise.all(sent.map((request) => request.json()));
  assert.deepEqual(asked, [{ request_id: "a" }, { request_id: "b" }, { request_id: "c" }]);
  assert.deepEqual(waits, [100]);
});

Deno.test("awaitFuture() gives up on a server that forgets again and again", async () => {
  const { caller } = script([answer(410, { error: "Unknown request" })], { reissues: 3 });
  let issues = 0;
  const pending = {
    route: "/api/v1/optim_step",
    requestId: "a",
    issueAgain: () => Promise.resolve(String(issues++)),
  };
  await assert.rejects(awaitFuture(caller, pending, "application/json", readObject), (thrown) => {
    assert.ok(thrown instanceof ServerLostError && !(thrown instanceof ForgottenError));
    assert.match(thrown.message, /forgot a request 4 times.*\(POST \/api\/v1\/optim_step\)/);
    return true;
  });
  assert.equal(issues, 3);
});

Deno.test("awaitFuture() polls while the server says try_again under status 200, and tells failures", async () => {
  const again = answer(200, { type: "try_again", queue_state: "paused_capacity" });
  const pending = { route: "/api/v1/optim_step", requestId: "a", issueAgain: () => Promise.resolve("b") };
  const { caller, events } = script([again, again, fine], { patience: 0 });
  assert.deepEqual(await awaitFuture(caller, pending, "application/json", readObject), { ok: true });
  assert.match(events[0]?.message ?? "", /paused_capacity/);
  for (const category of ["user", "server"]) {
    const failed = script([answer(200, { error: "The gradient is not finite", category })]);
    await assert.rejects(awaitFuture(failed.caller, pending, "application/json", readObject), (thrown) => {
      assert.ok(thrown instanceof Error && (thrown instanceof UserError) === (category === "user"));
      assert.match(thrown.message, /The gradient is not finite \(POST \/api\/v1\/optim_step\)/);
      return true;
    });
  }
});

Deno.test("what servers say when they have lost a model or a result is a ServerLostError", async () => {
  const lost = [
    answer(400, { detail: "Model model_1 not loaded (likely stale request from previous server)" }),
    answer(409, { detail: "Failed to retrieve future: Sequence conflict: expected 5, got 4" }),
    answer(200, { error: "future id result already retrieved" }),
    answer(200, { error: "future id was never seen by this server" }),
  ];
  for (const said of lost) {
    const { caller, sent } = script([said]);
    const pending = { route: "/api/v1/optim_step", requestId: "1", issueAgain: () => Promise.resolve("2") };
    await assert.rejects(awaitFuture(caller, pending, "application/json", readObject), ServerLostError);
    assert.equal(sent.length, 1);
  }
});

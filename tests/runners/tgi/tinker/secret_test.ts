import assert from "node:assert/strict";
import { TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import { awaitFuture, readRequestId } from "exitlab/runners/tgi/tinker/future.ts";
import { readObject } from "exitlab/runners/tgi/tinker/retry.ts";
import { answer, post, script } from "../../../support/tinker_script.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

const key = "tml-0123456789-secret";
/** What a careless proxy shows: the request that it was sent. */
const echo = `POST /api/v1/optim_step HTTP/1.1 x-api-key: ${key}`;

/** Everything that can be read of an error. */
function wholeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message}\n${error.stack}\n${error.cause === undefined ? "" : wholeText(error.cause)}`;
}

function checkSecret(error: unknown): true {
  // Nor half of it, where an excerpt ends.
  assert.ok(!wholeText(error).includes(key.slice(0, 8)), wholeText(error));
  return true;
}

const echoes = {
  "a failed result": answer(200, { error: echo, category: "server" }),
  "a lost result": answer(200, { error: `future id was never seen: ${echo}` }),
  "a queue's word": answer(200, { type: "try_again", queue_state: echo }),
  "a page under status 200": answer(200, `<html>${echo}</html>`),
  "a page with the key where the excerpt ends": answer(200, `<html>${"x".repeat(172)} ${key}</html>`),
  "a list": answer(200, [echo]),
  "a refusal": answer(422, { detail: echo }),
  "a refusal by page": answer(413, `<html>${"x".repeat(172)} ${key}</html>`),
  "a bare 400": answer(400, `<html>${echo}</html>`),
  "a page of 502": answer(502, `<html>${echo}</html>`),
  "a busy server": answer(429, { error: echo }),
  "a conflict": answer(409, { error: echo }),
  "a lost model": answer(404, { error: echo }),
  "no route": answer(405, echo),
};

for (const [name, echoed] of Object.entries(echoes)) {
  Deno.test(`Caller.call() and awaitFuture() keep the key out of errors: ${name}`, async () => {
    const rules = { patience: 1000, longestWork: 1000, reissues: 1 };
    const pending = { route: "/api/v1/optim_step", requestId: "1", issueAgain: () => Promise.resolve("2") };
    const waiting = script([echoed], rules, key);
    await assert.rejects(awaitFuture(waiting.caller, pending, "application/json", readObject), checkSecret);
    const asking = script([echoed], rules, key);
    await assert.rejects(asking.caller.call(post, readRequestId), checkSecret);
    const told = [...waiting.events, ...asking.events].map(({ message }) => message).join();
    assert.ok(!told.includes(key.slice(0, 8)), told);
  });
}

Deno.test("Caller.call() keeps a key out of errors that JSON writes in another way", async () => {
  const quoted = 'tml-012"345\\678';
  for (
    const echoed of [
      answer(200, [quoted]),
      answer(422, { detail: [quoted] }),
      answer(422, JSON.stringify(quoted)),
    ]
  ) {
    await assert.rejects(script([echoed], {}, quoted).caller.call(post, readObject), checkSecret);
  }
});

Deno.test("Caller.call() keeps the key out of what a reader says of an answer", async () => {
  const { caller } = script([answer(200, { echo })], {}, key);
  const quote = () => {
    throw new Error(`Expected a number but found ${echo}`, { cause: new Error(echo) });
  };
  await assert.rejects(caller.call(post, quote), checkSecret);
});

Deno.test("TinkerClient keeps the key out of what it says of a server that gives it back", async () => {
  const json = (value: unknown) => ({
    status: 200,
    type: "application/json",
    body: JSON.stringify(value),
  });
  const blocks = [{ protocol: echo }, { protocol: 1, vocabulary: { echo } }, {
    protocol: 1,
    vocabulary: echo,
  }];
  for (const exitlab of blocks) {
    const server = await TinkerServer.start({
      intercept: (route) => route.includes("capabilities") ? json({ "supported_models": [], exitlab }) : null,
    });
    try {
      await assert.rejects(TinkerClient.connect({ url: server.url, key }), checkSecret);
    } finally {
      await server.stop();
    }
  }
  let isEcho = false;
  const server = await TinkerServer.start({
    intercept: (route) => isEcho && route.endsWith("retrieve_future") ? json({ path: { echo } }) : null,
  });
  const client = await TinkerClient.connect({ url: server.url, key });
  try {
    const model = await client.openModel({ model: "table", rank: 8, seed: 1 });
    await model.publish();
    isEcho = true;
    await assert.rejects(model.save("a"), checkSecret);
    await assert.rejects(model.publish(), checkSecret);
    await assert.rejects(client.openModel({ model: "table", rank: 8, seed: 2 }), checkSecret);
    isEcho = false;
  } finally {
    await client.close();
    await server.stop();
  }
});

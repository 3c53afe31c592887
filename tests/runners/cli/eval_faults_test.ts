import assert from "node:assert/strict";
import { join } from "node:path";
import { improve } from "exitlab/lib/operator/improve.ts";
import { ChatClient } from "exitlab/runners/hf/infer/chat_client.ts";
import { runHostedEvaluation } from "exitlab/runners/hf/infer/hosted_evaluation.ts";
import { HostedResponder } from "exitlab/runners/hf/infer/hosted_responder.ts";
import { Prices } from "exitlab/runners/hf/infer/prices.ts";
import { ResponseCache } from "exitlab/runners/hf/infer/response_cache.ts";
import { Spending } from "exitlab/runners/hf/infer/spending.ts";
import { digits } from "../../support/digit_domain.ts";
import {
  all,
  cachedAnswers,
  command,
  directRows,
  experiment,
  place,
  run,
  sql,
  storedRows,
  tellsToken,
  token,
} from "../../support/eval_place.ts";

Deno.test("deno task eval killed in the middle asks nothing twice, and gives the same rows", async () => {
  await using at = await place({ delay: () => 15 });
  const kills = 2;
  for (let kill = 0; kill < kills; kill++) {
    const child = command(at, [experiment, ...all, "--concurrency", "3"]).spawn();
    const over = child.output();
    const goal = at.models.asked.length + 8;
    while (at.models.asked.length < goal) {
      const ended = await Promise.race([over, new Promise<void>((resolve) => setTimeout(resolve, 5))]);
      if (ended) assert.fail(new TextDecoder().decode(ended.stderr));
    }
    child.kill("SIGKILL");
    await over;
  }
  const kept = await cachedAnswers(at);
  assert(kept >= kills * (8 - 3), `${kept} answers were kept`);
  const { code, stderr } = await run(at, experiment, ...all);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  // Nothing that was kept is asked again: what is lost is at most what was under way.
  const lost = at.models.asked.length - 60;
  assert(lost >= 0 && lost <= 3 * kills, `${lost} answers were lost by ${kills} kills`);
});

Deno.test("deno task eval without credit keeps what was answered, shows no token, and goes on", async () => {
  await using at = await place();
  const path = /chat\/completions/;
  at.hub.state.faults.push(
    { path, status: 402, skip: 25, times: 100, body: { error: { message: `Bearer ${token}: no credit` } } },
  );
  const stopped = await run(at, experiment, ...all);
  assert.equal(stopped.code, 2, stopped.stderr);
  assert.match(stopped.stderr, /There is no credit left .*Bearer …: no credit.*all answers so far are kept/);
  assert.equal(at.models.asked.length, 25);
  const [[status, warned]] = await sql(
    at,
    "select status, message from runs, events where kind = 'interrupted'",
  ) as [string[]];
  assert.equal(status, "interrupted");
  assert.match(warned ?? "", /There is no credit left/);
  for (const text of [stopped.stdout, stopped.stderr]) assert(!text.includes(token));
  assert.equal(await tellsToken(at), false);
  at.hub.state.faults.length = 0;
  const { code, stdout } = await run(at, experiment, ...all);
  assert.equal(code, 0);
  assert.match(stdout, /60 answers \(25 from the cache\)/);
  assert.equal(at.models.asked.length, 60);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
});

Deno.test("a hosted evaluation comes through faults of every passing kind with the same rows", async () => {
  await using at = await place();
  const path = /chat\/completions/;
  at.hub.state.faults.push(
    { path, status: 429, headers: { "retry-after": "0" }, skip: 3, times: 2 },
    { path, status: 502, body: "<html>Bad gateway</html>", skip: 9 },
    { path, cut: "before", skip: 15 },
    { path, cut: "after", skip: 20 },
    { path, status: 200, body: "{", skip: 30 },
  );
  const retries: string[] = [];
  const model = { model: "org/model", provider: null, endpoint: null, hub: at.hub.url };
  const { wait } = at.hub.access;
  const client = new ChatClient({ ...model, key: token, ...wait === undefined ? {} : { wait } }, {
    timeout: 30_000,
    onRetry: (why) => retries.push(why),
  });
  const cache = await ResponseCache.open(join(at.folder, "answers.jsonl"));
  const responder = new HostedResponder({
    ...{ model, client, cache, context: Infinity, concurrency: 8 },
    spending: new Spending(new Prices(null), null),
    signal: new AbortController().signal,
  });
  const evaluation = { every: 0, steps: 4, samples: 2, tasks: 6, temperature: 0.7, topP: 1, resamples: 0 };
  await runHostedEvaluation({
    ...{ experiment: "faults", domain: digits(), operators: [improve()], evaluation },
    ...{ maxTokens: 1024, context: null, seed: 5, model },
  }, { runs: join(at.folder, "runs"), responder, remarks: () => [] });
  cache.close();
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  assert(retries.length >= 4 && retries.length <= 6, retries.join("\n"));
});

Deno.test("deno task eval on Ctrl-C ends what is under way, and the same command goes on", async () => {
  // Slow from the 17th on, so that it is not over before the signal comes, however busy the machine is.
  let [started, isSlow] = [0, true];
  await using at = await place({ delay: () => isSlow && ++started > 16 ? 700 : 0 });
  const child = command(at, [experiment, ...all]).spawn();
  const over = child.output();
  while (at.models.asked.length < 16) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGINT");
  const { code, stdout } = await over;
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stdout), /the same command goes on/);
  assert.equal(await cachedAnswers(at), at.models.asked.length, "what was under way is kept");
  isSlow = false;
  const { code: last, stderr } = await run(at, experiment, ...all);
  assert.equal(last, 0, stderr);
  assert.equal(at.models.asked.length, 60);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
});

Deno.test("deno task eval on Ctrl-C waits for no other try", async () => {
  await using at = await place();
  at.hub.state.faults.push({
    path: /chat\/completions/,
    status: 429,
    headers: { "retry-after": "300" },
    times: 999,
  });
  const child = command(at, [experiment, ...all]).spawn();
  const over = child.output();
  while (at.hub.state.requests.filter(({ status }) => status === 429).length < 8) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGINT");
  assert.equal((await over).code, 130);
});

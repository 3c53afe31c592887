import assert from "node:assert/strict";
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
  let [answered, lost] = [0, 0];
  for (let kills = 0; kills < 3; kills++) {
    const child = command(at, [experiment, ...all, "--concurrency", "3"]).spawn();
    const over = child.output();
    const goal = answered + 8;
    while (at.models.asked.length < goal) {
      const ended = await Promise.race([over, new Promise<void>((resolve) => setTimeout(resolve, 5))]);
      if (ended) assert.fail(new TextDecoder().decode(ended.stderr));
    }
    child.kill("SIGKILL");
    await over;
    // What was under way reaches the stand-in all the same.
    await new Promise((resolve) => setTimeout(resolve, 100));
    answered = at.models.asked.length;
    lost = answered - await cachedAnswers(at);
    assert(lost <= 3 * (kills + 1), `${lost} answers were lost by ${kills + 1} kills`);
  }
  const { code, stderr } = await run(at, experiment, ...all);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  assert.equal(at.models.asked.length, 60 + lost, "what was kept is not asked again");
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

Deno.test("deno task eval comes through faults of every passing kind with the same rows", async () => {
  await using at = await place();
  const path = /chat\/completions/;
  at.hub.state.faults.push(
    { path, status: 429, headers: { "retry-after": "0" }, skip: 3, times: 2 },
    { path, status: 502, body: "<html>Bad gateway</html>", skip: 9 },
    { path, cut: "before", skip: 15 },
    { path, cut: "after", skip: 20 },
    { path, status: 200, body: "{", skip: 30 },
  );
  const { code, stdout, stderr } = await run(at, experiment, ...all);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  assert.match(stdout, /60 answers \(0 from the cache\).* [4-6] retries/);
});

Deno.test("deno task eval on Ctrl-C ends what is under way, and the same command goes on", async () => {
  await using at = await place({ delay: () => 20 });
  const child = command(at, [experiment, ...all]).spawn();
  const over = child.output();
  while (at.models.asked.length < 16) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGINT");
  const { code, stdout } = await over;
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stdout), /the same command goes on/);
  assert.equal(await cachedAnswers(at), at.models.asked.length, "what was under way is kept");
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

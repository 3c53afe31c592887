import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "exitlab/lib/errors.ts";
import { parseCommandLine } from "exitlab/runners/cli/command.ts";
import { evalCommand } from "exitlab/runners/cli/eval.ts";
import { task } from "../../support/command_line.ts";
import {
  all,
  directRows,
  experiment,
  place,
  run,
  sql,
  storedRows,
  tellsToken,
  token,
} from "../../support/eval_place.ts";
import { guess } from "../../support/hub/guesser.ts";
import { inference } from "../../support/hub/inference_routes.ts";

Deno.test("deno task eval gives the rows of the evaluation itself, and what they cost", async () => {
  await using at = await place();
  const { code, stdout, stderr } = await run(at, experiment, ...all);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^Solved share of held-out tasks after k self-improvement steps, latest iterate \(± one/m,
  );
  assert.match(stdout, /org\/model +6 /);
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  const [[status, policy, arm, name]] = await sql(at, "select status, policy, arm, experiment from runs") as [
    string[],
  ];
  assert.deepEqual([status, policy, arm, name], ["finished", "hosted", "org/model", "hosted"]);
  assert.equal(at.models.asked.length, 6 * 2 * 5);
  assert(
    at.models.asked.every(({ path, body }) => path === "/v1/chat/completions" && body.temperature === 0.7),
  );
  const [[message]] = await sql(at, "select message from events where kind = 'hosted-usage'") as [string[]];
  const usage = JSON.parse(message ?? "");
  const inputs = at.models.asked.map(({ body }) =>
    body.messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0)
  );
  const input = inputs.reduce((sum, tokens) => sum + tokens, 0);
  assert.equal(usage.input_tokens, input);
  // $0.5 in and $2 out at the provider that the router took.
  assert(Math.abs(usage.known_cost_usd - (input * 0.5 + usage.output_tokens * 2) / 1e6) < 1e-12);
  const [[tokens]] = await sql(at, "select sum(tokens) from evaluations") as [number[]];
  assert.equal(usage.output_tokens, Number(tokens));

  const again = await run(at, experiment, ...all);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /Already measured/);
  assert.match(again.stdout, /org\/model +6 /);
  assert.equal(at.models.asked.length, 60, "nothing is asked again");

  const compared = await task("compare", join(at.folder, "runs"));
  assert.equal(compared.code, 0, compared.stderr);
  assert.match(compared.stdout, /org\/model/);
  for (const text of [stdout, stderr, again.stdout]) assert(!text.includes(token));
  assert.equal(await tellsToken(at), false);
});

Deno.test("deno task eval stops before --max-cost is exceeded, and goes on with a higher one", async () => {
  await using at = await place();
  const words = [experiment, ...all, "--max-tokens", "100"];
  const first = await run(at, ...words, "--max-cost", "0.001");
  assert.equal(first.code, 2, first.stdout);
  assert.match(first.stderr, /Stopped before --max-cost \$0.001/);
  const asked = at.models.asked.length;
  assert(asked > 0 && asked < 60, `${asked}`);
  const [[status]] = await sql(at, "select status from runs") as [string[]];
  assert.equal(status, "interrupted");
  const same = await run(at, ...words, "--max-cost", "0.001");
  assert.equal(same.code, 2);
  const later = at.models.asked.length;
  assert(later - asked <= 8);
  const second = await run(at, ...words, "--max-cost", "1");
  assert.equal(second.code, 0, second.stderr);
  assert.equal(at.models.asked.length, 60, "each request was made once");
  assert.deepEqual(await storedRows(at), await directRows({ steps: 4, samples: 2, tasks: 6 }));
  const cost = /cost \$([\d.]+)/.exec(second.stdout)?.[1];
  const [[message]] = await sql(at, "select message from events where kind = 'hosted-usage'") as [string[]];
  assert(Math.abs(Number(cost) - JSON.parse(message ?? "").known_cost_usd) < 1e-5);
});

Deno.test("deno task eval plays a domain of several turns at a provider of one's choice", async () => {
  await using at = await place();
  const { code, stdout, stderr } = await run(
    at,
    "tests/support/digit_file.ts",
    ...["--model", "org/model", "--provider", "groq"],
    ...["--steps", "2", "--tasks", "3", "--temperature", "0.7", "--seed", "5"],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /org\/model:groq/);
  assert(
    at.models.asked.every(({ path, body }) =>
      path.startsWith("/groq/") && path.endsWith("/v1/chat/completions") && body.model === "groq/model"
    ),
  );
  assert.deepEqual(await storedRows(at), await directRows({ steps: 2, samples: 1, tasks: 3, turns: 2 }));
});

Deno.test("deno task eval says that a search shows the best so far", async () => {
  await using at = await place();
  const { code, stdout, stderr } = await run(
    ...[at, "experiments/paper_mle.ts", "--quick", "--model", "org/model", "--run", "/bin/sh"] as const,
    ...["--steps", "1", "--tasks", "1"],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Solved share .* steps, best so far by validation \(± one/m);
});

Deno.test("deno task eval sends no token to an endpoint of one's own", async () => {
  await using at = await place();
  const models = inference({ answer: guess });
  const seen: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    seen.push(request.headers.get("authorization"));
    return await models.routes(request, new URL(request.url), at.hub.state) ??
      new Response(null, { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/v1`;
  const words = [experiment, ...all, "--url", url, "--steps", "1", "--tasks", "2"];
  const { code, stdout, stderr } = await run(at, ...words);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /cost unknown/);
  assert.equal(seen.length, 2 * 2 * 2);
  assert(seen.every((header) => header === null));
  const limited = await run(at, ...words, "--max-cost", "1", "--seed", "6");
  assert.equal(limited.code, 2);
  assert.match(limited.stderr, /give --price IN,OUT/);
  const priced = await run(at, ...words, "--max-cost", "1", "--seed", "6", "--price", "1,2");
  assert.equal(priced.code, 0, priced.stderr);
  await server.shutdown();
});

Deno.test("deno task eval says in one sentence what is wrong", async () => {
  const own = [...all, "--url", "http://127.0.0.1:1"];
  const cases: readonly [string[], RegExp][] = [
    [[experiment], /Expected --model to be a model such as Qwen\/Qwen3-8B but found none/],
    [own, /Expected a FILE/],
    [[experiment, ...own, "--steps", "-1"], /Expected --steps to be followed by its value/],
    [[experiment, ...own, "--steps", "many"], /Expected --steps to be a whole number of at least 0/],
    [[experiment, ...own, "--top-p", "1.5"], /Expected --top-p to be a number in \(0, 1\] but found "1.5"/],
    [[experiment, ...own, "--tasks", "9"], /Expected --tasks to be at most 8/],
    [
      [experiment, ...own, "--steps", "9007199254740991"],
      /Expected at most 10,000,000 answers but found .*, for 6 tasks, 2 samples, 9007199254740991 steps and 0 resamples/,
    ],
    [[experiment, ...own, "--arm", "exti"], /has no arm "exti" \(did you mean "exit"\?/],
    [[experiment, ...own, "--provider", "groq"], /found both/],
    [[experiment, ...own, "--max-cost", "free"], /Expected --max-cost to be a sum in US dollars/],
    [[experiment, ...all, "--url", "http://me:secret@127.0.0.1:1"], /without a name, password or query/],
    [["tests/support/digit_file.ts", ...own], /Cannot use --arm with the domain/],
  ];
  for (const [words, expected] of cases) {
    const refused = async () => await evalCommand.run(parseCommandLine(evalCommand, words));
    await assert.rejects(refused, (error) => error instanceof UserError && expected.test(error.message));
  }
});

Deno.test("deno task eval sends a token over no open line", async () => {
  await using at = await place();
  const { code, stderr } = await run(at, experiment, ...all, "--hub", "http://example.com");
  assert.equal(code, 2);
  assert.match(stderr, /^error: Expected the Hub's address to begin with "https:\/\/"/);
});

Deno.test("deno task eval shows less of a response where --context is small, and draws anew on request", async () => {
  const long = "1 or 2, said at length. ".repeat(40);
  await using at = await place({ answer: () => long });
  const words = [experiment, ...all, "--steps", "1", "--tasks", "2", "--max-tokens", "50"];
  const { code, stderr } = await run(at, ...words, "--context", "250", "--resamples", "3");
  assert.equal(code, 0, stderr);
  const [[shortened, whole]] = await sql(
    at,
    "select count_if(shortened > 0 and step = 1), count_if(shortened = 0 and step = 0) from evaluations",
  ) as [number[]];
  assert.deepEqual([Number(shortened), Number(whole)], [4, 4]);
  for (const { body } of at.models.asked) {
    const characters = body.messages.reduce((sum, { content }) => sum + content.length, 0);
    assert(characters / 3 + 50 <= 250, `${characters}`);
  }
  const [[draws]] = await sql(at, "select count(*) from resamples") as [number[]];
  assert.equal(Number(draws), 2 * 3);
});

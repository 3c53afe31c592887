import assert from "node:assert/strict";
import { join } from "node:path";
import type { Command } from "../../../runners/cli/command.ts";
import { compareCommand } from "../../../runners/cli/compare.ts";
import { pullCommand } from "../../../runners/cli/pull.ts";
import { pushCommand } from "../../../runners/cli/push.ts";
import { sqlCommand } from "../../../runners/cli/sql.ts";
import { allRows } from "../../support/all_rows.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { task } from "../../support/command_line.ts";
import { withStorageHub } from "../../support/hub/storage_routes.ts";
import { batch, begin, inFolder } from "../../lib/metrics/fabricate.ts";

const token = "hf_MARKED0token";

/** Runs a command with a token in the environment, or with none. */
async function command(what: Command, secret: string | undefined, ...words: string[]): Promise<Captured> {
  const before = Deno.env.get("HF_TOKEN");
  if (secret === undefined) Deno.env.delete("HF_TOKEN");
  else Deno.env.set("HF_TOKEN", secret);
  try {
    return await captured(what, ...words);
  } finally {
    if (before === undefined) Deno.env.delete("HF_TOKEN");
    else Deno.env.set("HF_TOKEN", before);
  }
}

async function assertMistake(work: Promise<Captured>, wanted: RegExp): Promise<void> {
  const { code, error } = await work;
  assert.equal(code, 2, error);
  assert.match(error, wanted);
  assert.doesNotMatch(error, /\n\s+at /);
  assert.ok(!error.includes(token));
}

/** No file below a folder has the token in it. */
async function assertNowhere(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await assertNowhere(path);
    else assert.ok(!new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(token), path);
  }
}

Deno.test("deno task push and pull carry a real run to another folder, where compare says the same", async () => {
  await inFolder(async (folder) => {
    const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")];
    const small = ["tests/support/small_experiment.ts", "--quick", "--seed", "1", "--seed", "2"];
    const made = await task("run", ...small, "--runs", mine);
    assert.equal(made.code, 0, made.stderr);
    await withStorageHub({ token }, async ({ url, state }) => {
      const pushed = await command(
        pushCommand,
        token,
        mine,
        "--to",
        "me/metrics",
        "--runs",
        mine,
        "--hub",
        url,
      );
      assert.equal(pushed.code, 0, pushed.error);
      assert.match(
        pushed.error,
        /^Uploading 2 runs \(\d+ files, [\d.]+ \w+\) to the new private dataset me\/metrics\n$/,
      );
      assert.match(
        pushed.out,
        /^Pushed 2 of 2 runs there \(.*\): http:\S+\/datasets\/me\/metrics\nBring them /,
      );
      const pulled = await command(pullCommand, token, "me/metrics", "--runs", theirs, "--hub", url);
      assert.equal(pulled.code, 0, pulled.error);
      assert.match(
        pulled.out,
        /^Pulled 2 runs into \S+theirs \(0 left as they are, 0 refused\), of commit [0-9a-f]{12}\n/,
      );
      assert.deepEqual(await allRows(theirs), await allRows(mine));
      const compared = await captured(compareCommand, "--runs", theirs, "--json");
      assert.equal(compared.code, 0, compared.error);
      assert.deepEqual(
        JSON.parse(compared.out),
        JSON.parse((await captured(compareCommand, "--runs", mine, "--json")).out),
      );
      const query = "select arm, seed, step, round(avg(solved), 9) s from curves group by all order by all";
      const asked = await captured(sqlCommand, query, "--runs", theirs, "--format", "csv");
      assert.equal(asked.out, (await captured(sqlCommand, query, "--runs", mine, "--format", "csv")).out);
      const again = await command(pullCommand, token, "me/metrics", "--runs", theirs, "--hub", url);
      assert.match(again.error, /^note: Run "small-exit-s1-\w+" is left as it is: .* exists$/m);
      const resumed = await task("run", ...small, "--runs", theirs);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal(resumed.stderr.match(/already run/g)?.length, 2);
      for (const { out, error } of [pushed, pulled, again]) assert.ok(!`${out}${error}`.includes(token));
      await assertNowhere(folder);
      await assertNowhere(state.folder);
    });
  });
});

Deno.test("deno task push refuses what it cannot push, in a sentence", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    (await begin(runs, "live")).close();
    const store = await begin(runs, "good");
    await store.write(batch(1));
    await store.finish("finished");
    await withStorageHub({ token }, async ({ url, state }) => {
      const push = (...words: string[]) =>
        command(pushCommand, token, ...words, "--runs", runs, "--hub", url);
      await assertMistake(
        push("good"),
        /^error: Expected the dataset repository as --to ORG\/NAME but found none$/m,
      );
      await assertMistake(
        push("--to", "me/x"),
        /^error: Expected runs to push, as ids or folders, but found none/m,
      );
      await assertMistake(
        push("good", "--to", "x"),
        /^error: Expected a name on the Hub as ORG\/NAME but found "x"$/m,
      );
      await assertMistake(
        push("live", "--to", "me/x"),
        /^error: Expected run "live" to have ended but found no runs/m,
      );
      await assertMistake(
        push("goof", "--to", "me/x"),
        /^error: Found no run "goof".*did you mean "good"\?/m,
      );
      await assertMistake(
        push("good", "--to", "me/x", "--license", "A B"),
        /^error: Expected --license to be a name/m,
      );
      await assertMistake(
        command(pushCommand, undefined, "good", "--to", "me/x", "--runs", runs, "--hub", url),
        /^error: Expected a Hugging Face token with write access in the environment variable HF_TOKEN but found none/m,
      );
      await assertMistake(
        command(
          pushCommand,
          token,
          "good",
          "--to",
          "me/x",
          "--runs",
          runs,
          "--hub",
          "http://hub.example.org",
        ),
        /^error: Expected the Hub's address to begin with "https:\/\/"/m,
      );
      assert.deepEqual(state.requests, []);
      await assertMistake(
        command(pushCommand, "hf_other", "good", "--to", "me/x", "--runs", runs, "--hub", url),
        /^error: Expected a token in HF_TOKEN that is valid and has not expired/m,
      );
      const { code, error } = await push(runs, "--to", "me/x", "--public", "--license", "mit");
      assert.equal(code, 0, error);
      assert.match(
        error,
        /^Run "live" is left out: it is running\nUploading 1 run .* to the new public dataset me\/x$/m,
      );
      assert.match(await Deno.readTextFile(join(state.folder, "datasets/me/x/README.md")), /^license: mit$/m);
      const theirs = join(folder, "theirs");
      const pulled = await command(pullCommand, undefined, "me/x", "--runs", theirs, "--hub", url);
      assert.equal(pulled.code, 0, pulled.error);
    });
  });
});

Deno.test("deno task pull refuses what it cannot pull, in a sentence", async () => {
  await inFolder(async (folder) => {
    await withStorageHub({ token }, async ({ url }) => {
      const pull = (...words: string[]) =>
        command(pullCommand, token, ...words, "--runs", folder, "--hub", url);
      await assertMistake(pull(), /^error: Expected one dataset repository as ORG\/NAME but found none$/m);
      await assertMistake(
        pull("a/b", "c/d"),
        /^error: Expected one dataset repository .* found "a\/b c\/d"$/m,
      );
      await assertMistake(
        pull("../b"),
        /^error: Expected a name on the Hub as ORG\/NAME but found "\.\.\/b"$/m,
      );
      await assertMistake(
        pull("me/none"),
        /^error: Expected something that exists .* 404 "Repository not found"/m,
      );
    });
  });
});

import assert from "node:assert/strict";
import { watchCommand } from "../../../runners/cli/watch.ts";
import { batch, begin, inFolder } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";

Deno.test("watch explains what cannot be watched", () =>
  inFolder(async (runs) => {
    await Deno.writeTextFile(`${runs}/file`, "");
    const mistakes = [
      [["--port", "x"], 'Expected --port to be a whole number from 0 to 65535 but found "x"'],
      [["--port", "70000"], 'Expected --port to be a whole number from 0 to 65535 but found "70000"'],
      [["--runs", `${runs}/file`], `Expected a folder of runs but found the file "${runs}/file"`],
      [["none", "--runs", runs], `Found no run "none", neither as a path nor in "${runs}"`],
    ] as const;
    for (const [words, message] of mistakes) {
      const { code, error } = await captured(watchCommand, ...words);
      assert.deepEqual([code, error], [2, `error: ${message}\n`]);
    }
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const { code, error } = await captured(watchCommand, "--runs", runs, "--port", String(port));
    assert.deepEqual([code, error], [
      2,
      `error: Port ${port} is in use; give another with --port, or 0 for a free one\n`,
    ]);
  }));

Deno.test("deno task watch serves with its own permissions until it is told to stop, and changes nothing", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    await using child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        `--allow-run=${Deno.execPath()}`,
        "runners/cli/launch.ts",
        "watch",
      ]
        .concat(["--runs", runs, "--port", "0"]),
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await output.read();
    const [url = ""] = /^http:\/\/127\.0\.0\.1:\d+/.exec(value) ?? [];
    const page = await (await fetch(`${url}/run?run=one`)).text();
    assert.match(page, /<h1>Run one<\/h1>/);
    await store.write(batch(2));
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
    await output.cancel();
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(`${runs}/one`))).map(({ name }) => name).toSorted(),
      ["events.jsonl", "run.duckdb", "run.duckdb.wal"],
    );
    await store.finish("finished");
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { openDataset } from "exitlab/runners/hf/hub/dataset_repo.ts";
import { parseYaml } from "exitlab/lib/yaml.ts";
import { allRows } from "../../support/all_rows.ts";
import type { Routes } from "../../support/hub/hub_server.ts";
import { id, pull, push, refusal, run, setting, stored } from "../../support/hub/pushed_runs.ts";
import { begin } from "../../lib/metrics/fabricate.ts";

Deno.test("pushRuns() and pullRuns() carry runs to another folder, row by row", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "one");
    await run(mine, "two", "grpo", 2);
    const told: string[] = [];
    const pushed = await push(hub.access, mine, ["one", "two"], { tell: (message) => told.push(message) });
    assert.deepEqual({ runs: pushed.runs, all: pushed.all }, { runs: ["one", "two"], all: 2 });
    assert.match(
      told[0] ?? "",
      /^Uploading 2 runs \(22 files, \d+\.\d kB\) to the new private dataset me\/metrics$/,
    );
    const pulled = await pull(hub.access, theirs);
    assert.deepEqual({ ...pulled, revision: "" }, {
      runs: ["one", "two"],
      skipped: [],
      refused: [],
      revision: "",
    });
    assert.deepEqual(await allRows(theirs), await allRows(mine));
    assert.deepEqual([...Deno.readDirSync(join(theirs, ".cache", "pull"))], []);
    assert.ok(Deno.statSync(join(theirs, "one", "finished")).isFile);
    const note = JSON.parse(await Deno.readTextFile(join(theirs, "one", "pulled.json")));
    assert.deepEqual(note, { dataset: id, revision: pulled.revision });
  });
});

Deno.test("pushRuns() sends no path of the machine", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "one", "exit", 1, { file: "/home/somebody/secret/tasks.jsonl" });
    await push(hub.access, mine, ["one"]);
    assert.deepEqual([...Deno.readDirSync(join(mine, ".cache", "push"))], []);
    for (const path of ["README.md", "runs/one/plan.json", "runs/one/summary.json"]) {
      const text = await Deno.readTextFile(stored(hub, path));
      assert.doesNotMatch(text, /home|somebody|exitlab-test-/, path);
    }
    const plan = JSON.parse(await Deno.readTextFile(stored(hub, "runs/one/plan.json")));
    assert.deepEqual(plan.experiment, { file: null, overrides: { set: ["a.file=…/x"] } });
    await pull(hub.access, theirs);
    const [there, here] = [await allRows(theirs), await allRows(mine)];
    assert.doesNotMatch(JSON.stringify(there), /somebody/);
    assert.match(JSON.stringify(there.runs), /…\/tasks\.jsonl/);
    assert.deepEqual({ ...there, runs: [] }, { ...here, runs: [] });
  });
});

Deno.test("pushRuns() keeps what others pushed and wrote on the card", async () => {
  await setting(async (hub, mine) => {
    await run(mine, "one", "exit", 1, { solved: 2 });
    await run(mine, "two", "grpo", 2);
    await push(hub.access, mine, ["one"], { license: "cc-by-4.0" });
    const first = await Deno.readTextFile(stored(hub, "README.md"));
    const own = first.replace("tags:", "pretty_name: Mine\ntags:\n  - math").replace(
      "configs:",
      "configs:\n  - config_name: extra\n    data_files: extra.csv",
    ) + "\n## Notes\n\nWritten by hand.\n";
    await openDataset(hub.access, id).upload(
      [{ path: "README.md", content: new TextEncoder().encode(own) }],
      "Notes",
    );
    await push(hub.access, mine, ["two"]);
    const card = await Deno.readTextFile(stored(hub, "README.md"));
    const [, yaml = ""] = /^---\n(.*?)\n---\n/s.exec(card) ?? [];
    assert.deepEqual(parseYaml(yaml, "card"), {
      license: "cc-by-4.0",
      "pretty_name": "Mine",
      tags: ["math", "exitlab"],
      configs: [
        { "config_name": "runs", "data_files": "runs/*/runs.parquet", default: true },
        ...["steps", "groups", "rollouts", "starts", "evaluations", "nodes", "resamples", "events"].map((
          name,
        ) => ({
          "config_name": name,
          "data_files": `runs/*/${name}.parquet`,
        })),
        { "config_name": "extra", "data_files": "extra.csv" },
      ],
    });
    assert.match(card, /^# me\/metrics$/m);
    assert.match(
      card,
      /^\| `one` +\| +exit \| +1 \| 9,000,000,000 \| 0\.667 \| 0\.000 \| +4 \| +3 \|.* +curriculum exit \|$/m,
    );
    assert.match(card, /^\| `two` +\| +grpo \| +2 \|.* +curriculum grpo \|$/m);
    assert.match(card, /of the last evaluation \(latest iterate\); tokens are/);
    assert.match(card, /^deno task pull me\/metrics$/m);
    assert.match(card, /exitlab \(0\.1\.0\)/);
    assert.match(card, /## Notes\n\nWritten by hand\.\n$/);
    assert.equal(card.match(/made from the runs/g)?.length, 1);
  });
});

Deno.test("pushRuns() lets no text of a run become markup", async () => {
  await setting(async (hub, mine) => {
    const arm =
      `![x](http://evil/) www.evil.example a@evil.example <script>|\n# [a](b) <!-- exitlab: end --> ${
        "long ".repeat(80)
      }`;
    await run(mine, "one", arm);
    await push(hub.access, mine, ["one"]);
    const card = await Deno.readTextFile(stored(hub, "README.md"));
    assert.doesNotMatch(card, /!\[|\]\(|(?<!\\)<script|^# .*a.*b|\/\/evil|www\.evil|@evil/m);
    assert.equal(card.match(/^<!-- exitlab: end -->$/gm)?.length, 1);
    assert.ok(card.split("\n").filter((line) => line.startsWith("| `one`")).length === 1);
  });
});

Deno.test("pushRuns() leaves out of the card what is no summary, and says so", async () => {
  await setting(async (hub, mine) => {
    await run(mine, "one");
    await push(hub.access, mine, ["one"]);
    const good = JSON.parse(await Deno.readTextFile(stored(hub, "runs/one/summary.json")));
    const summaries: Readonly<Record<string, string>> = {
      text: "no JSON",
      other: JSON.stringify(good),
      odd: JSON.stringify({ ...good, run: "odd", seed: "1" }),
      large: " ".repeat(4 * 1024 ** 2 + 1),
      deep: JSON.stringify({ ...good, run: "deep", settings: {} }).replace(
        '"settings":{}',
        () => `"settings":{"a":${'{"b":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
      ),
      strange: JSON.stringify({ ...good, run: "strange", settings: { a: [{ kind: { toString: 1 } }] } }),
      "..up": JSON.stringify({ ...good, run: "..up" }),
      fine: JSON.stringify({ ...good, run: "fine" }),
    };
    for (const [name, text] of Object.entries(summaries)) {
      await Deno.mkdir(stored(hub, `runs/${name}`));
      await Deno.writeTextFile(stored(hub, `runs/${name}/summary.json`), text);
    }
    const told: string[] = [];
    const { all } = await push(hub.access, mine, ["one"], { tell: (message) => told.push(message) });
    assert.equal(all, 2);
    const left = told.filter((message) =>
      /^The card leaves a run out: Expected (a summary|runs\/large\/)/.test(message)
    );
    assert.equal(left.length, 7, told.join("\n"));
    const listed = (await Deno.readTextFile(stored(hub, "README.md"))).match(/^\| `.*?`/gm);
    assert.deepEqual(listed, ["| `fine`", "| `one`"]);
  });
});

Deno.test("pushRuns() does not write over a card that it cannot read", async () => {
  await setting(async (hub, mine) => {
    await run(mine, "one");
    const dataset = openDataset(hub.access, id);
    await dataset.create();
    const long = new Uint8Array(4 * 1024 ** 2 + 1).fill(65);
    await dataset.upload([{ path: "README.md", content: long }], "Long");
    assert.match(
      await refusal(push(hub.access, mine, ["one"])),
      /^Expected README\.md of datasets\/me\/metrics to have at most 4194304 bytes but found 4194305$/,
    );
    const content = new TextEncoder().encode("---\n[1\n---\nMine");
    await dataset.upload([{ path: "README.md", content }], "Mine");
    assert.match(
      await refusal(push(hub.access, mine, ["one"])),
      /^Cannot read README\.md of me\/metrics:2:\d+ as YAML/,
    );
    assert.deepEqual((await dataset.list("")).map(({ path }) => path), ["README.md"]);
  });
});

Deno.test("pushRuns() refuses what is not a finished run, before anything is sent", async () => {
  await setting(async (hub, mine) => {
    await run(mine, "one");
    const live = await begin(mine, "live");
    live.close();
    const stopped = await begin(mine, "stopped");
    await stopped.finish("interrupted");
    await run(mine, "renamed");
    await Deno.rename(join(mine, "renamed"), join(mine, "other"));
    await run(mine, "torn");
    await Deno.writeTextFile(join(mine, "torn", "steps.parquet"), "no Parquet");
    const cases: Readonly<Record<string, RegExp>> = {
      live: /^Expected run "live" to have ended but found no runs\.parquet in it$/,
      stopped: /^Expected run "stopped" to be finished but found it interrupted$/,
      other: /^Expected the folder of run "renamed" to have its name but found ".*other"$/,
      torn: /^Expected Parquet files of run "torn" but found others: /,
    };
    for (const [name, sentence] of Object.entries(cases)) {
      assert.match(await refusal(push(hub.access, mine, ["one", name])), sentence);
    }
    assert.deepEqual(hub.state.requests, []);
  });
});

Deno.test("pushRuns() pushes to a public dataset only when that is asked for", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "one");
    await push(hub.access, mine, ["one"], { public: true });
    assert.match(
      await refusal(push(hub.access, mine, ["one"])),
      /^Expected --public, as everybody can see the dataset me\/metrics \(http/,
    );
    const told: string[] = [];
    await push(hub.access, mine, ["one"], { public: true, tell: (message) => told.push(message) });
    assert.match(told.join("\n"), /to the public dataset me\/metrics\nReplacing one$/);
    const stranger = { ...hub.access, token: undefined };
    assert.deepEqual((await pull(stranger, theirs)).runs, ["one"]);
  });
});

Deno.test("pushRuns() lists the runs that somebody else pushes at the same moment", async () => {
  let isFirst = true;
  const meanwhile: { then?: () => Promise<unknown> } = {};
  const routes: Routes[] = [async (request, url) => {
    if (request.method === "POST" && url.pathname.endsWith("/commit/main") && isFirst) {
      isFirst = false;
      await meanwhile.then?.();
    }
    return undefined;
  }];
  await setting(async (hub, mine) => {
    await run(mine, "one");
    await run(mine, "two", "grpo", 2);
    meanwhile.then = () => push(hub.access, mine, ["two"]);
    assert.equal((await push(hub.access, mine, ["one"])).all, 2);
    const card = await Deno.readTextFile(stored(hub, "README.md"));
    assert.match(card, /`one`/);
    assert.match(card, /`two`/);
  }, { routes });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openDataset } from "exitlab/runners/hf/hub/dataset_repo.ts";
import { HubError } from "exitlab/runners/hf/hub/hub_client.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { id, pull, push, refusal, run, setting, stored } from "../../support/hub/pushed_runs.ts";

Deno.test("pullRuns() leaves runs that are there as they are, and takes those of a pattern and a revision", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "one");
    await run(mine, "two", "grpo", 2);
    await push(hub.access, mine, ["one"]);
    const { revision } = await pull(hub.access, theirs);
    await push(hub.access, mine, ["two"]);
    await Deno.writeTextFile(join(theirs, "one", "mark"), "mine");
    const again = await pull(hub.access, theirs, { revision });
    assert.deepEqual(again.runs, []);
    assert.match(again.skipped.join(), /^Run "one" is left as it is: .*one exists$/);
    assert.deepEqual((await pull(hub.access, theirs, { glob: "t?o" })).runs, ["two"]);
    assert.equal(await Deno.readTextFile(join(theirs, "one", "mark")), "mine");
    assert.match(
      await refusal(pull(hub.access, theirs, { glob: "x*" })),
      /^Expected --run to match a run of me\/metrics but found "x\*"; there are one, two$/,
    );
    assert.match(
      await refusal(pull(hub.access, theirs, { revision: "no-such" })),
      /but found 404 "Invalid rev id"/,
    );
  });
});

Deno.test("pullRuns() takes nothing from hostile names, and refuses what is no run", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "good");
    await push(hub.access, mine, ["good"]);
    const copy = async (to: string, change?: (folder: string) => Promise<unknown>): Promise<void> => {
      const folder = stored(hub, `runs/${to}`);
      await Deno.mkdir(folder, { recursive: true });
      for (const { name } of Deno.readDirSync(stored(hub, "runs/good"))) {
        await Deno.copyFile(stored(hub, `runs/good/${name}`), join(folder, name));
      }
      await change?.(folder);
    };
    /** Makes a table anew as a query over itself. */
    const alter = (table: string, query: string) => async (folder: string): Promise<void> => {
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      const path = join(folder, `${table}.parquet`);
      await connection.run(`create table t as from '${path}'; copy (${query}) to '${path}'`);
      connection.closeSync();
      instance.closeSync();
    };
    const renamed = (name: string) => async (folder: string): Promise<void> => {
      for (const table of [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".parquet"))) {
        await alter(table.name.slice(0, -8), `select * replace ('${name}' as run) from t`)(folder);
      }
    };
    const cases: Readonly<Record<string, readonly [(folder: string) => Promise<unknown>, RegExp]>> = {
      "text": [
        (folder) => Deno.writeTextFile(join(folder, "events.parquet"), "text"),
        /^Expected Parquet files of run "text" but found others: /,
      ],
      "lacking": [
        alter("steps", "select * exclude (tokens) from t"),
        /^Expected steps\.parquet of run "lacking" to have the column "tokens" but found none$/,
      ],
      "newer": [
        alter("steps", "select *, 1 as more from t"),
        /^Expected steps\.parquet of run "newer" to have columns that this exitlab knows but found "more"; /,
      ],
      "typed": [
        alter("steps", "select * replace ('x' as tokens) from t"),
        /^Expected column "tokens" in steps\.parquet of run "typed" to be BIGINT but found VARCHAR$/,
      ],
      "mixed": [
        async (folder) => {
          await renamed("mixed")(folder);
          await alter("evaluations", "select * replace ('mine' as run) from t")(folder);
        },
        /^Expected rows of run "mixed" alone in its evaluations\.parquet but found others$/,
      ],
      "double": [
        alter("runs", "from t union all from t"),
        /^Expected runs\.parquet of run "double" to have one row but found other rows$/,
      ],
      "live": [
        alter("runs", "select * replace ('running' as status) from t"),
        /^Expected run "live" to be finished but found it unfinished$/,
      ],
      "bare": [
        (folder) => Deno.remove(join(folder, "runs.parquet")),
        /^Expected run "bare" to have runs\.parquet but found none$/,
      ],
      "short": [
        (folder) => Deno.remove(join(folder, "starts.parquet")),
        /^Expected run "short" to have starts\.parquet but found none$/,
      ],
      "stolen": [
        () => Promise.resolve(),
        /^Expected the files of run "stolen" in its folder but found those of "good"$/,
      ],
      "unset": [
        alter("runs", "select * replace ('[1' as settings) from t"),
        /^Expected run "unset" to have settings as JSON but found another text$/,
      ],
      "strange": [
        alter("runs", `select * replace ('{"a": [{"kind": {"toString": 1}}]}' as settings) from t`),
        /^Expected run "strange" to have settings as JSON but found another text$/,
      ],
      "planless": [
        async (folder) => {
          await renamed("planless")(folder);
          await Deno.writeTextFile(join(folder, "plan.json"), "[1]");
        },
        /^Expected plan\.json of run "planless" to be a plan but found another file$/,
      ],
    };
    for (const [name, [change]] of Object.entries(cases)) await copy(name, change);
    for (const name of ["..x", ".hidden", "a b", "-flag", "x\u0007", "ü"]) await copy(name);
    await Deno.writeTextFile(stored(hub, "runs/good/evil.sh"), "rm");
    await Deno.mkdir(stored(hub, "runs/good/deep"));
    await Deno.writeTextFile(stored(hub, "runs/good/deep/runs.parquet"), "x");
    const pulled = await pull(hub.access, theirs);
    assert.deepEqual(pulled.runs, ["good"]);
    assert.deepEqual(pulled.skipped, []);
    assert.equal(pulled.refused.length, Object.keys(cases).length, pulled.refused.join("\n"));
    for (const [name, [, sentence]] of Object.entries(cases)) {
      assert.equal(
        pulled.refused.filter((text) => sentence.test(text)).length,
        1,
        `${name}: ${pulled.refused}`,
      );
    }
    assert.deepEqual([...Deno.readDirSync(theirs)].map(({ name }) => name).toSorted(), [".cache", "good"]);
    assert.deepEqual([...Deno.readDirSync(join(theirs, ".cache", "pull"))], []);
    assert.ok(
      ![...Deno.readDirSync(join(theirs, "good"))].some(({ name }) => /evil|deep|summary/.test(name)),
    );
    const reader = await openRuns(theirs);
    assert.deepEqual(reader.warnings, []);
    reader.close();
  });
});

Deno.test("pullRuns() leaves nothing behind when the Hub fails in the middle", async () => {
  await setting(async (hub, mine, theirs) => {
    await run(mine, "one");
    await push(hub.access, mine, ["one"]);
    hub.state.faults.push({ path: /resolve\/.*starts\.parquet/, status: 500, times: Infinity });
    const error: unknown = await pull(hub.access, theirs).catch((error: unknown) => error);
    assert.ok(error instanceof HubError);
    assert.deepEqual([...Deno.readDirSync(theirs)].map(({ name }) => name), [".cache"]);
    assert.deepEqual([...Deno.readDirSync(join(theirs, ".cache", "pull"))], []);
    await openDataset(hub.access, id).remove(
      (await openDataset(hub.access, id).list("")).map(({ path }) => path),
    );
    assert.match(
      await refusal(pull(hub.access, theirs)),
      /^Expected runs in the dataset me\/metrics but found none$/,
    );
  });
});

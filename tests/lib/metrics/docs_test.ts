import assert from "node:assert/strict";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { tables, wallClockColumns } from "../../../lib/metrics/schema.ts";
import { views } from "../../../lib/metrics/views.ts";
import { batch, begin, inFolder } from "./fabricate.ts";

const root = new URL("../../../", import.meta.url);
/** The page, its tables without padding. */
const page = (await Deno.readTextFile(new URL("docs/metrics.md", root))).replaceAll(/ +\|/g, " |");

Deno.test("docs/metrics.md holds queries that run and find something", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (let n = 1; n <= 4; n++) await store.write(batch(n));
    const message = JSON.stringify({ split: "test", step: 0, words_length: 2 });
    const figures = {
      iteration: 4,
      time: new Date(0).toISOString(),
      level: "info",
      kind: "domain-figures",
      message,
    };
    await store.write({ events: [figures] });
    await store.finish("finished");
    const queries = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, query]) => query ?? "");
    assert.ok(queries.length >= 8);
    for await (const { name } of Deno.readDir(new URL("experiments/queries", root))) {
      queries.push(await Deno.readTextFile(new URL(`experiments/queries/${name}`, root)));
    }
    const reader = await openRuns(runs);
    for (const query of queries) assert.ok((await reader.query(query)).rows.length > 0, query);
    reader.close();
  }));

Deno.test("docs/metrics.md names every table, view and column, and marks the wall clock", () => {
  for (const { name } of views) assert.ok(page.includes(`| \`${name}\` |`), name);
  for (const { name, columns } of Object.values(tables)) {
    const line = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
    for (
      const column of columns.map(({ name }) => name).filter((name) => !["run", "arm", "seed"].includes(name))
    ) {
      const marked = wallClockColumns[name]?.includes(column) === true;
      assert.equal(line.includes(`\`${column}\`${marked ? "\\*" : ""}`), true, `${name}.${column}`);
    }
  }
});

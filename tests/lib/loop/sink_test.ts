/** A run with a sink: whatever that does, the run is the same. */
import assert from "node:assert/strict";
import { compile } from "exitlab/lib/experiment/compile.ts";
import { runJobs } from "exitlab/lib/loop/run_jobs.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { SinkFeed } from "exitlab/lib/metrics/sink_feed.ts";
import { allRows } from "../../support/all_rows.ts";
import { silentObserver } from "../../support/silent_observer.ts";
import { stubEngine } from "../../support/stub_engine.ts";
import { inFolders, variants } from "./job_variants.ts";

async function run(runs: string, sink?: SinkFeed): Promise<void> {
  const { plan, jobs } = compile(variants.ahead);
  await runJobs(stubEngine(), jobs, {
    ...{ runs, plan, resume: false, signal: new AbortController().signal, observer: silentObserver },
    ...sink === undefined ? {} : { sink },
  });
}

Deno.test("runJobs() forwards every step to a sink; one that fails is a warning among the events", () =>
  inFolders(2, async ([plain = "", watched = ""]) => {
    await run(plain);
    const sink = await SinkFeed.open(
      new URL(
        `data:text/javascript,${
          encodeURIComponent("export default { step: () => { throw new Error('full'); } };")
        }`,
      ),
    );
    try {
      await run(watched, sink);
    } finally {
      sink.close();
    }
    const reader = await openRuns(watched);
    const { rows } = await reader.query(
      "select level, message from events where kind = 'sink' order by all desc",
    );
    const [[steps] = []] = (await reader.query("select count(*) from steps")).rows;
    reader.close();
    assert.deepEqual(rows, [
      ["warning", "The sink failed (full); the run goes on"],
      ["warning", `In all, ${steps} of ${steps} steps were not forwarded to the sink`],
    ]);
    const [without, withSink] = [await allRows(plain), await allRows(watched)];
    for (const all of [without, withSink]) {
      all["events"] = (all["events"] ?? []).filter((row) => !row.includes("sink"));
    }
    assert.deepEqual(withSink, without);
  }));

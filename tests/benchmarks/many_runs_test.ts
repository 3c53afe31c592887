/** The generator of many runs: what it says it makes is there, the same each time, and whole. */
import assert from "node:assert/strict";
import { makeManyRuns, rolloutsPerRun } from "../../benchmarks/many_runs.ts";
import { collectResults } from "../../lib/metrics/collect_results.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { inFolder } from "../lib/metrics/fabricate.ts";

Deno.test("makeManyRuns() makes whole runs with as many rollouts as it says, the same each time", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await makeManyRuns(`${folder}/first`, 2), ["many-grpo-s1", "many-chain-s1"]);
    await makeManyRuns(`${folder}/second`, 1);
    const reader = await openRuns(`${folder}/first`);
    assert.deepEqual(
      (await reader.query("select run, count(*) from rollouts group by all order by all")).rows,
      [
        ["many-chain-s1", rolloutsPerRun],
        ["many-grpo-s1", rolloutsPerRun],
      ],
    );
    const { results, notes } = await collectResults(reader);
    assert.deepEqual(notes, []);
    assert.deepEqual(results.map(({ tasks, steps, draws }) => [tasks.length, steps, draws]), [
      [256, 16, 17],
      [256, 16, 17],
    ]);
    reader.close();
    const again = await openRuns(`${folder}/second`);
    assert.deepEqual((await collectResults(again)).results, results.slice(1));
    again.close();
  }));

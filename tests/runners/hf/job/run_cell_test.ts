import assert from "node:assert/strict";
import { join } from "node:path";
import { reserve, runCell } from "exitlab/runners/hf/job/run_cell.ts";
import { smallCell } from "../../../support/hub/small_submission.ts";

Deno.test("runCell() stops by itself before its time is up, and goes on from there in another container", async () => {
  const { plan, jobs: [job] } = smallCell(1_000_000);
  assert.ok(job);
  const folder = await Deno.makeTempDir();
  const said: string[] = [];
  const run = async (name: string, signal: AbortSignal): Promise<string> => {
    const work = join(folder, name);
    await Deno.mkdir(work);
    return await runCell({
      cell: {
        format: "exitlab.cell/1",
        run: job.id,
        plan: "exitlab-plan.json",
        engine: null,
        programs: [],
        hosts: [],
        seconds: 2,
      },
      plan,
      job,
      work,
      folder: join(folder, "bucket"),
      began: Date.now(),
      print: (line) => said.push(line),
      signal,
    });
  };
  assert.equal(await run("first", new AbortController().signal), "interrupted");
  assert.ok(said.includes("The job's time is nearly up: saving, to go on in another job"));
  said.length = 0;
  assert.equal(await run("second", AbortSignal.abort()), "interrupted");
  assert.match(said[0] ?? "", /^Brought back iteration \d+ \(unfinished\)$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("reserve() leaves half a minute to ten, and never more than half of the time", () => {
  assert.deepEqual([10, 60, 600, 3600, 86_400].map(reserve), [5, 30, 30, 180, 600]);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { allRows } from "../../support/all_rows.ts";
import { filesWith, markedToken, submitted, withSession } from "../../support/hub/jobs_session.ts";
import { localRows, smallCell } from "../../support/hub/small_submission.ts";

const cell = ["--arm", "exit", "--seed", "1", "--set", "budget.iterations=14"];

Deno.test("run --runner hf ends with the rows of a local run, through a lost connection and a time-out, and leaves no token", async () => {
  await withSession({
    faults: [
      { method: "POST", path: /^\/api\/jobs\/me$/, status: 500, carriedOut: true },
      { path: /\/logs/, log: { cutAfterEvents: 4 } },
    ],
    watch: (line, number, id, state) => {
      if (number === 1 && line.startsWith("iteration 10")) state.jobs.timeOut(id);
    },
  }, async (session) => {
    const { state, runs, folder, task } = session;
    const words = submitted(session, ...cell, "--secret", "HF_TOKEN");
    const { code, said } = await task("run", ...words);
    assert.equal(code, 0, said);
    assert.match(said, /ended as ERROR \(Job timed out\) with iteration \d+ saved; another job goes on/);
    assert.match(said, /Solved share of held-out tasks/);
    assert.equal(state.jobs.list.length, 2);
    assert.deepEqual(await allRows(runs), await localRows(join(folder, "local"), smallCell(14)));

    // The same again finds it finished, and makes no job.
    const again = await task("run", ...words);
    assert.equal(again.code, 0, again.said);
    assert.equal(state.jobs.list.length, 2);

    for (const place of [state.folder, folder]) assert.deepEqual(await filesWith(place, markedToken), []);
    assert.ok(!said.includes(markedToken) && !again.said.includes(markedToken));
    const told = state.jobs.list.map(({ spec: { secrets, ...spec }, log, labels }) => {
      assert.deepEqual(secrets, { HF_TOKEN: markedToken });
      return { spec, log, labels };
    });
    assert.ok(!JSON.stringify(told).includes(markedToken));
  });
});

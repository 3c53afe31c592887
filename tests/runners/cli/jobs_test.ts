import assert from "node:assert/strict";
import type { Fault } from "../../support/hub/hub_server.ts";
import { type Session, submitted, withSession } from "../../support/hub/jobs_session.ts";
import { task as localTask } from "../../support/command_line.ts";
import { allRows } from "../../support/all_rows.ts";
import { localRows, smallCell } from "../../support/hub/small_submission.ts";
import { join } from "node:path";

const cell = ["--arm", "exit", "--seed", "1", "--set", "budget.iterations=14"];
const long = ["--arm", "exit", "--seed", "1", "--set", "budget.iterations=100000"];

/** Waits until a command has said something, and interrupts it. */
async function interruptOnce(
  child: Deno.ChildProcess,
  words: RegExp,
): Promise<{ code: number; said: string }> {
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (words.test(said)) {
        words = /(?!)/;
        child.kill("SIGTERM");
      }
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: (await child.status).code, said };
}

const stages = ({ state }: Session): string[] => state.jobs.list.map(({ stage }) => stage);

Deno.test("jobs follow takes up what run --detach submitted, and brings it home", async () => {
  await withSession({}, async (session) => {
    const { runs, folder, task, state } = session;
    const detached = await task("run", ...submitted(session, ...cell, "--detach"));
    assert.equal(detached.code, 0, detached.said);
    assert.match(detached.said, /small-exit-s1-\w+ {2}submitted as http/);
    const again = await task("run", ...submitted(session, ...cell, "--detach"));
    assert.equal(state.jobs.list.length, 1, again.said);
    const listed = await task("jobs", "--all");
    assert.match(listed.said, /small-exit-s1-\w+ +6a2b\w+ \(1\) +(running|completed) +cpu-/);
    const followed = await task("jobs", "follow");
    assert.equal(followed.code, 0, followed.said);
    assert.match(followed.said, /All are here/);
    assert.deepEqual(await allRows(runs), await localRows(join(folder, "local"), smallCell(14)));
    assert.match((await task("jobs")).said, /No jobs of exitlab are under way in me/);
    // Nothing is fetched or submitted twice, whatever is asked for next.
    const more = await task("jobs", "follow");
    assert.deepEqual([more.code, more.said.trim()], [0, "All are here already"]);
    const detachedAgain = await task("run", ...submitted(session, ...cell, "--detach"));
    assert.match(detachedAgain.said, /small-exit-s1-\w+ {2}is finished and here/);
    await Deno.remove(runs, { recursive: true });
    const elsewhere = await task("run", ...submitted(session, ...cell, "--detach"));
    assert.match(elsewhere.said, /is finished, and not here yet/);
    assert.equal(state.jobs.list.length, 1);
  });
});

Deno.test("run --runner hf leaves its job alone on Ctrl-C, and cancels it when asked to", async () => {
  await withSession({}, async (session) => {
    const { start } = session;
    const left = await interruptOnce(start("run", ...submitted(session, ...long)), /submitted as http/);
    assert.equal(left.code, 130, left.said);
    assert.match(left.said, /The jobs go on\. Follow them with: deno task jobs follow/);
    assert.deepEqual(stages(session), ["RUNNING"]);
    const here = await localTask("run", "tests/support/small_experiment.ts", ...long, "--runs", session.runs);
    assert.equal(here.code, 2);
    assert.match(
      here.stderr,
      /was submitted to http.*; bring it home with deno task jobs follow small-exit-s1/,
    );
    const cancelled = await interruptOnce(
      start("run", ...submitted(session, ...long, "--cancel")),
      /follows http/,
    );
    assert.equal(cancelled.code, 130, cancelled.said);
    assert.match(cancelled.said, /Cancelled\. What was saved is kept/);
    assert.deepEqual(stages(session), ["CANCELED"]);
  });
});

Deno.test("jobs cancel and jobs sweep end what they name", async () => {
  await withSession({}, async (session) => {
    const { task, state, runs } = session;
    await task("run", ...submitted(session, ...long, "--detach"));
    const missing = await task("jobs", "cancel", "nothing");
    assert.equal(missing.code, 2);
    assert.match(missing.said, /Found no job under way for "nothing"/);
    assert.match((await task("jobs", "cancel")).said, /Expected the RUN or job id to cancel, or --all/);
    assert.match((await task("jobs", "list", "--weights")).said, /Cannot use --weights with jobs list/);
    assert.match((await task("jobs", "sweep")).said, /No orphans in me/);
    await Deno.remove(runs, { recursive: true });
    const listed = await task("jobs", "sweep", "--cancel");
    assert.match(listed.said, /is of no run in this folder/);
    assert.deepEqual(stages(session), ["RUNNING"]);
    assert.match((await task("jobs", "sweep", "--cancel", "--all")).said, /Cancelled 6a2b/);
    assert.deepEqual(state.jobs.list.map(({ stage }) => stage), ["CANCELED"]);
  });
});

Deno.test("run --runner hf says what is wrong in one sentence", async () => {
  const refused: readonly (readonly [Fault | null, readonly string[], RegExp])[] = [
    [
      { method: "POST", path: /^\/api\/jobs\/me$/, status: 402, body: { error: "No credit" } },
      cell,
      /credit/,
    ],
    [{ path: /whoami/, status: 401, body: { error: "Token expired" } }, cell, /HF_TOKEN.*expired/],
    [null, [...cell, "--max-cost", "0.0001"], /max-cost/],
    [null, [...cell, "--url", "http://127.0.0.1:1"], /Cannot use --url on the runner hf/],
    [null, [...cell, "--detach", "--at-once", "1"], /Cannot use --at-once with --detach/],
    [null, [...cell, "--model", "runners/tgi/trainer/tiny_llama"], /Cannot use --model .* embedded engine/],
    [null, [...cell, "--include", "no/such/folder"], /Cannot find .*no\/such\/folder/],
    [null, [...cell, "--secret", "EXITLAB_NOT_SET"], /Expected the secret EXITLAB_NOT_SET/],
    [null, [...cell, "--flavor", "h900"], /h900/],
  ];
  for (const [fault, words, message] of refused) {
    await withSession({ faults: fault === null ? [] : [{ ...fault, times: 9 }] }, async (session) => {
      const { code, said } = await session.task("run", ...submitted(session, ...words));
      assert.equal(code, 2, said);
      assert.match(said, message);
      assert.doesNotMatch(said, /\n {4}at /);
      assert.equal(session.state.jobs.list.length, 0);
    });
  }
});

/** An experiment that lies outside of exitlab's folder and reads a file when it is loaded. */
const outside = `
import { defineExperiment, grpo, sudoku, tinyTransformer, uniform } from "exitlab";
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("./data/sizes.json", import.meta.url)));
export default defineExperiment({
  name: "outside",
  domain: sudoku({ trainingTasks: tasks, testTasks: 2 }),
  policy: tinyTransformer({ width: 16, layers: 1, heads: 2, context: 64, warmStart: { steps: 1, batch: 2 } }),
  objective: grpo({ groups: 2, groupSize: 2 }),
  curriculum: uniform(),
  budget: { iterations: 1 },
  evaluate: { every: 0, steps: 0, samples: 1, tasks: 2 },
});
`;

Deno.test("run --runner hf takes a plan file, and an experiment outside of the checkout with what it reads", async () => {
  await withSession({}, async (session) => {
    const { folder, task, state, runs } = session;
    const data = join(folder, "mine/data");
    await Deno.mkdir(data, { recursive: true });
    await Deno.writeTextFile(join(folder, "mine/outside.ts"), outside);
    await Deno.writeTextFile(join(data, "sizes.json"), '{ "tasks": 8 }');
    const plan = join(folder, "mine/plan.json");
    const planned = await localTask(
      "plan",
      join(folder, "mine/outside.ts"),
      ...[
        "--runner",
        "hf",
        "--hardware",
        join(folder, "hardware.json"),
        "--out",
        plan,
      ],
    );
    assert.equal(planned.code, 0, planned.stderr);
    const closed = await task("run", plan);
    assert.equal(closed.code, 2);
    assert.match(closed.said, /Cannot reach http.* without --runner hf/);
    const { code, said } = await task("run", plan, "--runner", "hf", "--include", data);
    assert.equal(code, 0, `${said}\n${state.jobs.list[0]?.log.map(({ data }) => data).join("\n")}`);
    const { steps = [] } = await allRows(runs);
    assert.equal(steps.length, 1);
  });
});

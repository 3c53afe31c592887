/** Forwarding of step metrics: in order, never waited for, and whatever a sink does the run goes on. */
import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors.ts";
import type { StepRow } from "../../../lib/metrics/rows.ts";
import { SinkFeed, type SinkPatience } from "../../../lib/metrics/sink_feed.ts";
import { batch } from "./fabricate.ts";

const run = { run: "one", arm: "exit", seed: 1, experiment: "exit-math", directory: "/nowhere" };

function step(iteration: number): StepRow {
  const made = batch(iteration).step;
  assert.ok(made !== undefined);
  return made;
}

/** A module with some text; what it collects it must say by throwing, as it shares nothing with this thread. */
function moduleOf(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

async function forwarded(
  text: string,
  steps: number,
  patience: SinkPatience = {},
): Promise<string[]> {
  const feed = await SinkFeed.open(moduleOf(text), patience);
  try {
    feed.begin(run);
    for (let iteration = 1; iteration <= steps; iteration++) feed.step(step(iteration));
    await feed.end();
    return feed.takeProblems();
  } finally {
    feed.close();
  }
}

Deno.test("SinkFeed forwards every step in order, one after the other", async () => {
  const problems = await forwarded(
    `const seen = []; let busy = false;
    export default {
      begin: (run) => { seen.push(run.run); },
      step: async ({ iteration }, run) => {
        if (busy) throw new Error("two at once");
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 1));
        busy = false;
        seen.push(iteration + run.arm);
      },
      end: () => { throw new Error(seen.join(" ")); },
    };`,
    5,
  );
  assert.deepEqual(problems, ["The sink failed (one 1exit 2exit 3exit 4exit 5exit); the run goes on"]);
});

Deno.test("SinkFeed tells a failure once and counts the steps that did not arrive", async () => {
  const problems = await forwarded(
    'export default { step: ({ iteration }) => { if (iteration > 2) throw new Error("full at " + iteration); } };',
    5,
  );
  assert.deepEqual(problems, [
    "The sink failed (full at 3); the run goes on",
    "In all, 3 of 5 steps were not forwarded to the sink",
  ]);
});

Deno.test("SinkFeed leaves steps out while a sink is too far behind", async () => {
  const problems = await forwarded(
    "export default { step: () => new Promise((resolve) => setTimeout(resolve, 20)) };",
    6,
    { steps: 2 },
  );
  assert.deepEqual(problems, [
    "The sink is 2 steps behind; steps are left out until it has caught up",
    "In all, 4 of 6 steps were not forwarded to the sink",
  ]);
});

Deno.test("SinkFeed stops a sink that never ends, in its thread's own loop or in waiting", async () => {
  for (const forever of ["for (;;);", "return new Promise(() => {});"]) {
    const problems = await forwarded(`export default { step: () => { ${forever} } };`, 3, {
      endSeconds: 0.2,
    });
    assert.deepEqual(problems, [
      "The sink was stopped: it did not come to an end in time; the run goes on",
      "In all, 3 of 3 steps were not forwarded to the sink",
    ]);
  }
});

Deno.test("SinkFeed survives what a sink leaves unhandled", async () => {
  const problems = await forwarded(
    `export default {
      step: async ({ iteration }) => {
        if (iteration === 1) Promise.reject(new Error("a promise"));
        if (iteration === 2) setTimeout(() => { throw new Error("a timer"); });
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    };`,
    2,
  );
  assert.deepEqual(problems, [
    "The sink failed (a promise); the run goes on",
    "The sink failed (a timer); the run goes on",
  ]);
});

Deno.test("SinkFeed.open() refuses what is no sink, in one sentence", async () => {
  const mistakes: readonly (readonly [text: string, message: RegExp, patience?: SinkPatience])[] = [
    ["export default {};", /Expected its default export to be an object with a method step$/],
    ["export default {", /loading it failed/],
    // Only here is time to run out, and it may before the thread has begun.
    ["await new Promise(() => {});", /it took too long to load|loading it failed/, { openSeconds: 0.2 }],
    // What is thrown beside the import: no run has begun that could go on.
    [
      'queueMicrotask(() => { throw new Error("early"); }); await new Promise((done) => setTimeout(done, 1e9));',
      /but loading it failed: .*early$/,
    ],
  ];
  for (const [text, message, patience] of mistakes) {
    await assert.rejects(
      SinkFeed.open(moduleOf(text), patience),
      (error) => error instanceof UserError && message.test(error.message) && !error.message.includes("\n"),
    );
  }
});

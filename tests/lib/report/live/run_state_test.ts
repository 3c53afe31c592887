import assert from "node:assert/strict";
import type { JsonObject } from "../../../../lib/json.ts";
import { toColumns } from "../../../../lib/metrics/columns.ts";
import type { StartRow, StepRow } from "../../../../lib/metrics/rows.ts";
import { tables } from "../../../../lib/metrics/schema.ts";
import type { TailRecord } from "../../../../lib/metrics/tail.ts";
import { RunState } from "../../../../lib/report/live/run_state.ts";
import { batch, runRow } from "../../metrics/fabricate.ts";

function record(
  step: Partial<StepRow> & { iteration: number },
  starts: readonly (Partial<StartRow> & { id: string })[] = [],
): TailRecord {
  const made = batch(2);
  const [start] = made.starts ?? [];
  const time = new Date(1e12 + 1000 * step.iteration).toISOString();
  return {
    steps: toColumns(tables.steps, [{ ...made.step, time, ...step } satisfies JsonObject]),
    starts: toColumns(tables.starts, starts.map((own) => ({ ...start, ...own } satisfies JsonObject))),
  };
}

function begun(settings: JsonObject): RunState {
  const state = new RunState();
  state.take({ runs: toColumns(tables.runs, [{ ...runRow, settings, status: "running", ended: null }]) });
  return state;
}

Deno.test("RunState says how much of the budget is used, and how long the rest takes at that pace", () => {
  const state = begun({ budget: { iterations: 100, tokens: 1e6, rollouts: null } });
  assert.equal(state.now(0).progress, 0);
  assert.equal(state.now(0).secondsLeft, null);
  for (let iteration = 1; iteration <= 30; iteration++) {
    state.take(record({ iteration, tokens: 1000 * iteration }));
  }
  assert.equal(state.now(0).progress, 0.3);
  assert.equal(Math.round(state.now(0).secondsLeft ?? 0), 70);
  state.take({ runs: { status: ["finished"] } });
  const ended = state.now(0);
  assert.deepEqual([ended.status, ended.experiment, ended.progress, ended.secondsLeft], [
    ...["finished", "exit-math", 0.3, null],
  ]);
  assert.equal(begun({}).now(0).progress, null);
});

Deno.test("RunState sees entropy collapse and a stale task space, from the rows of a run", () => {
  const state = begun({});
  const found = { parent: "root", born: 1, updated: 1 };
  state.take(
    record({ iteration: 1, entropy: 1 }, ["a", "b", "c"].map((id) => ({ ...found, id, active: true }))),
  );
  for (let iteration = 2; iteration <= 101; iteration++) {
    state.take(record({ iteration, entropy: iteration <= 20 ? 1 : 0.01, zeroVariance: 0.5, samplerGap: 0 }));
  }
  assert.deepEqual(state.now(0).alerts.map(({ kind }) => kind), ["entropy-collapse"]);
  state.take(record({ iteration: 102, entropy: 0.01 }, [{ ...found, id: "a", updated: 102, active: true }]));
  assert.equal(state.now(0).space?.stale, 2 / 3);
  assert.deepEqual(state.now(0).alerts.map(({ kind }) => kind), ["entropy-collapse", "stale-space"]);
  state.take(
    record({ iteration: 103, entropy: 0.01 }, ["b", "c"].map((id) => ({ ...found, id, active: false }))),
  );
  assert.deepEqual([state.now(0).space?.starts, state.now(0).space?.stale], [1, 0]);
  assert.deepEqual(state.now(400).alerts.map(({ kind }) => kind), ["entropy-collapse", "silent"]);
});

Deno.test("RunState is no larger after many iterations", () => {
  const state = begun({});
  const size = (): number => JSON.stringify(state.now(0)).length;
  let [before, at] = [0, 0];
  const event = {
    time: "2025-01-01T00:00:00Z",
    level: "info",
    kind: "checkpoint",
    message: "m".repeat(5000),
  };
  for (let iteration = 1; iteration <= 6000; iteration++) {
    state.take(record({ iteration }, [
      { id: `${iteration}`, parent: "r", born: iteration, active: true },
      { id: `${iteration - 50}`, active: false },
    ]));
    state.take({ events: toColumns(tables.events, [{ ...event, iteration }]) });
    if (iteration === 1000) [before, at] = [size(), iteration];
  }
  assert.equal(at, 1000);
  assert(size() < 1.4 * before, `${size()} after ${before}`);
});

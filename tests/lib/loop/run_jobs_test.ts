import assert from "node:assert/strict";
import type { Engine, Policy } from "exitlab/lib/engine/engine.ts";
import { EngineLostError } from "exitlab/lib/engine/engine_lost.ts";
import { compile } from "exitlab/lib/experiment/compile.ts";
import { runJobs } from "exitlab/lib/loop/run_jobs.ts";
import { allRows } from "../../support/all_rows.ts";
import { silentObserver } from "../../support/silent_observer.ts";
import { stubEngine } from "../../support/stub_engine.ts";
import { inFolders, variants } from "./job_variants.ts";

/** The stub engine, which is lost before these of its optimiser steps, counted over all its policies. */
function losing(steps: readonly number[]): Engine & { readonly opened: number } {
  const inner = stubEngine();
  let taken = 0;
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    capabilities: () => inner.capabilities(),
    open: async (part, seed): Promise<Policy> => {
      opened++;
      const policy = await inner.open(part, seed);
      return {
        ...policy,
        optimStep: (options) => {
          if (steps.includes(++taken)) return Promise.reject(new EngineLostError("It was started anew"));
          return policy.optimStep(options);
        },
      };
    },
  };
}

/** Runs the job of a way on an engine; resolves to what was told of losses. */
async function run(engine: Engine, runs: string): Promise<string[]> {
  const { plan, jobs } = compile(variants.ahead);
  const lost: string[] = [];
  await runJobs(engine, jobs, {
    runs,
    plan,
    resume: false,
    signal: new AbortController().signal,
    observer: { ...silentObserver, lost: (_, message) => lost.push(message) },
  });
  return lost;
}

Deno.test("runJobs() goes on from the latest checkpoint when the engine is lost, and gives the same rows", async () => {
  await inFolders(2, async ([whole = "", broken = ""]) => {
    assert.deepEqual(await run(losing([]), whole), []);
    // In the first iteration, between checkpoints, and right after one.
    const engine = losing([1, 6, 12]);
    assert.deepEqual(await run(engine, broken), Array(3).fill("It was started anew"));
    assert.equal(engine.opened, 4);
    assert.deepEqual(await allRows(broken), await allRows(whole));
  });
});

Deno.test("runJobs() does not go on with an engine that came back as another build", async () => {
  await inFolders(1, async ([runs = ""]) => {
    const engine = losing([6]);
    const other: Engine = {
      capabilities: async () => ({ ...await engine.capabilities(), build: `build ${engine.opened}` }),
      open: (part, seed) => engine.open(part, seed),
    };
    await assert.rejects(
      run(other, runs),
      /was begun by the engine "build 1" and cannot be continued by "build 2"/,
    );
  });
});

Deno.test("runJobs() gives up on an engine that is lost again and again before a step is done", async () => {
  await inFolders(1, async ([runs = ""]) => {
    const engine = losing(Array.from({ length: 100 }, (_, at) => at + 1));
    await assert.rejects(run(engine, runs), EngineLostError);
    assert.equal(engine.opened, 6);
  });
});

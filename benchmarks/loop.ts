/**
 * What the loop itself costs: rollouts a second with an engine that answers at once, real puzzles and verdicts, the
 * ExIt curriculum, and every text logged to DuckDB.
 *
 * @module
 */
import { compile, defineExperiment, exit, grpo, improve, sudoku, tinyTransformer } from "exitlab";
import { runJobs } from "../lib/loop/run_jobs.ts";
import { silentObserver } from "../tests/support/silent_observer.ts";
import { stubEngine } from "../tests/support/stub_engine.ts";
import { row } from "./row.ts";

const iterations = 60;

/** Measures one run and prints its row. */
export async function benchLoop(): Promise<void> {
  const { plan, jobs } = compile(defineExperiment({
    name: "bench-loop",
    domain: sudoku(),
    policy: tinyTransformer({ warmStart: { steps: 0 } }),
    objective: grpo(),
    curriculum: exit(),
    operators: [improve()],
    budget: { iterations },
    evaluate: { every: 0, steps: 0, samples: 1, tasks: 1 },
  }));
  const runs = await Deno.makeTempDir();
  const times: number[] = [];
  let rollouts = 0;
  try {
    await runJobs(stubEngine(), jobs, {
      runs,
      plan,
      resume: false,
      signal: new AbortController().signal,
      observer: {
        ...silentObserver,
        event: (_, event) => {
          if (event.kind !== "step") return;
          times.push(performance.now());
          rollouts = event.step.rollouts;
        },
      },
    });
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
  // The first half warms up; checkpoints every 25 iterations are part of it.
  const half = Math.floor(times.length / 2);
  const seconds = ((times.at(-1) ?? 0) - (times[half - 1] ?? 0)) / 1000;
  const perSecond = (times.length - half) * (rollouts / iterations) / seconds;
  row("loop with an instant engine, text logged", `${Math.round(perSecond).toLocaleString("en")} rollouts/s`);
}

if (import.meta.main) await benchLoop();

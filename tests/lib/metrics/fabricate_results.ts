/** Made-up results of runs. */
import type { RunResults } from "../../../lib/metrics/run_results.ts";

/** The results of a run with one chain a task, solved as a rule says; no step copies, and nothing was drawn anew. */
export function results(
  arm: string,
  seed: number,
  solved: (task: number, step: number) => boolean,
  { tasks = 6, steps = 4, ...others }:
    & Partial<Omit<RunResults, "tasks" | "steps">>
    & { readonly tasks?: number; readonly steps?: number } = {},
): RunResults {
  const places = Array.from({ length: tasks * (steps + 1) }, (_, at) => at);
  const taskOf = (at: number): number => Math.floor(at / (steps + 1));
  const stepOf = (at: number): number => at % (steps + 1);
  const now = (at: number): boolean => solved(taskOf(at), stepOf(at));
  const count = (holds: (at: number) => boolean): number[] => places.map((at) => Number(holds(at)));
  return {
    ...{ run: `${arm}-${seed}`, experiment: "made-up", arm, variant: "abcdef", seed, status: "finished" },
    ...{ started: `2025-06-01 12:00:0${seed % 10}`, planHash: "p".repeat(64), jobHash: "j".repeat(64) },
    ...{ exitlabVersion: "0.1.0", engine: "none", settings: { curriculum: { kind: arm, options: {} } } },
    training: {
      ...{ iterations: 10, tokens: 1000, rollouts: 100, startDepth: 1, promptDepth: 1, deepest: 2 },
      ...{ replayed: 0.5, starts: 10, roots: 5, staleness: 3, effectiveShare: 0.5, modes: [] },
    },
    iteration: 10,
    tasks: Array.from({ length: tasks }, (_, task) => `t${String(task).padStart(3, "0")}`),
    benchmarks: Array.from({ length: tasks }, () => "test"),
    steps,
    chains: {
      chains: places.map(() => 1),
      solved: count(now),
      quality: count(now),
      gained: count((at) => now(at) && !solved(taskOf(at), 0)),
      gainedStep: count((at) => stepOf(at) > 0 && now(at) && !now(at - 1)),
      copiedSolved: places.map(() => 0),
      copiedUnsolved: places.map(() => 0),
      solvedSoFar: count((at) => [...Array(stepOf(at) + 1).keys()].some((step) => solved(taskOf(at), step))),
    },
    ...{ draws: 0, drawn: { solved: [], same: [], pickedSolved: [], pickedQuality: [] } },
    tokens: [{ benchmark: "test", chains: places.length * 3, draws: 0 }],
    ...others,
  };
}

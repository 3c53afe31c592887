import type { RunResults } from "./run_results.ts";

/**
 * The runs with those held-out tasks and self-improvement steps that all of them have, so that their figures speak of
 * the same things.
 *
 * @param steps The last step to keep; at most the least of the runs'.
 */
export function narrowRuns(runs: readonly RunResults[], steps: number): RunResults[] {
  const [first, ...others] = runs.map(({ tasks }) => new Set(tasks));
  const common = others.reduce((tasks, other) => tasks.intersection(other), first ?? new Set<string>());
  return runs.map((run) =>
    run.tasks.length === common.size && run.steps === steps ? run : narrow(run, common, steps)
  );
}

/** The run with the tasks of one benchmark alone. */
export function onlyBenchmark(run: RunResults, name: string): RunResults {
  const tasks = new Set(run.tasks.filter((_, at) => run.benchmarks[at] === name));
  return {
    ...narrow(run, tasks, run.steps),
    tokens: run.tokens.filter(({ benchmark }) => benchmark === name),
  };
}

function narrow(run: RunResults, tasks: ReadonlySet<string>, steps: number): RunResults {
  const kept = run.tasks.flatMap((task, at) => tasks.has(task) ? [at] : []);
  const links = kept.flatMap((task) =>
    Array.from({ length: steps + 1 }, (_, step) => task * (run.steps + 1) + step)
  );
  const attempts = kept.flatMap((task) =>
    Array.from({ length: run.draws }, (_, draw) => task * run.draws + draw)
  );
  const { chains, drawn } = run;
  return {
    ...run,
    tasks: pick(run.tasks, kept),
    benchmarks: pick(run.benchmarks, kept),
    steps,
    chains: {
      chains: pick(chains.chains, links),
      solved: pick(chains.solved, links),
      quality: pick(chains.quality, links),
      gained: pick(chains.gained, links),
      gainedStep: pick(chains.gainedStep, links),
      copiedSolved: pick(chains.copiedSolved, links),
      copiedUnsolved: pick(chains.copiedUnsolved, links),
      solvedSoFar: pick(chains.solvedSoFar, links),
    },
    drawn: {
      solved: pick(drawn.solved, attempts),
      same: pick(drawn.same, attempts),
      pickedSolved: pick(drawn.pickedSolved, attempts),
      pickedQuality: pick(drawn.pickedQuality, attempts),
    },
  };
}

function pick<T>(values: readonly T[], places: readonly number[]): T[] {
  return places.flatMap((place) => values.slice(place, place + 1));
}

/**
 * Counterfactual selection on a run's log, teacher-forced: in each iteration a curriculum is asked for starts as the run's
 * own was, and is then told what became of the logged starts, whatever it picked itself.
 *
 * @module
 */
import type { Curriculum, CurriculumPart, RootSource } from "../curriculum/curriculum.ts";
import { rootStart, type Start } from "../curriculum/start.ts";
import { deepFreeze } from "../domain/finding.ts";
import { errorMessage } from "../errors.ts";
import { Random } from "../random.ts";
import { expectPicks, PicksError } from "./expect_picks.ts";
import { figureEstimates, type Figures, PickTally } from "./figures.ts";
import type { LoggedRound, LoggedRun } from "./logged_run.ts";
import { pickedStarts } from "./picked_starts.ts";
import type { IterationFigures, ReplayDifference, RunReplay, SubjectReplay } from "./replay_results.ts";

/** A curriculum to replay. */
export interface ReplaySubject {
  /** What it is called. */
  readonly name: string;
  /** The curriculum. */
  readonly part: CurriculumPart;
  /** Whether it is the run's own with its own options, so that its first draw must give the logged starts. */
  readonly own: boolean;
}

/** How a replay is drawn. */
export interface ReplayOptions {
  /** R, how often each curriculum is replayed: first with the run's own stream, then with others. At least 1. */
  readonly draws: number;
  /** Told how many iterations were replayed. */
  readonly progress?: (iteration: number) => void;
}

/** Replays curricula on a run's log, all in one pass. */
export async function replayRun(
  log: LoggedRun,
  subjects: readonly ReplaySubject[],
  { draws, progress }: ReplayOptions,
): Promise<RunReplay> {
  const replays = subjects.map((subject) => new Replay(log, subject, draws));
  let selections = 0;
  for await (const { iteration, rounds } of log.read()) {
    // All curricula are told the same objects: one that changed them would mislead the others.
    deepFreeze(rounds);
    for (const replay of replays) replay.step(iteration, rounds);
    selections += rounds.reduce((sum, { starts }) => sum + starts.length, 0);
    progress?.(iteration);
  }
  const { run, experiment, arm, seed, iterations } = log;
  return {
    run,
    experiment,
    arm,
    seed,
    iterations,
    selections,
    subjects: replays.map((each) => each.result()),
  };
}

/**
 * The roots of a log as a source, frozen. Those that were never drawn have a stand-in of their own.
 *
 * @param log Its roots, and how many there are.
 */
export function loggedRoots(
  { roots, trainingTasks }: Pick<LoggedRun, "roots" | "trainingTasks">,
): RootSource {
  return {
    size: trainingTasks,
    at: (index) => deepFreeze(roots.get(index) ?? rootStart(index, `unlogged ${index}`, null)),
  };
}

/** A curriculum under way, in as many draws as are wanted. */
class Replay {
  readonly #log: LoggedRun;
  readonly #subject: ReplaySubject;
  readonly #curricula: readonly Curriculum[];
  readonly #tallies: readonly PickTally[];
  readonly #series: IterationFigures[] = [];
  #compared = 0;
  #difference: ReplayDifference | null = null;
  #failure: string | null = null;

  constructor(log: LoggedRun, subject: ReplaySubject, draws: number) {
    this.#log = log;
    this.#subject = subject;
    const roots = loggedRoots(log);
    const numbers = Array.from({ length: draws }, (_, draw) => draw);
    this.#tallies = numbers.map(() => new PickTally(log));
    this.#curricula = this.#guarded("create()", () =>
      numbers.map((draw) =>
        subject.part.create({
          roots,
          // The name that the run itself gave its curriculum's stream.
          random: draw === 0
            ? new Random(log.seed, "curriculum")
            : new Random(log.seed, "curriculum", "replay", draw),
          iterates: log.iterates,
        })
      )) ?? [];
  }

  /** Replays an iteration. */
  step(iteration: number, rounds: readonly LoggedRound[]): void {
    if (this.#failure !== null) return;
    const logged = rounds.flatMap(({ starts }) => starts);
    const figures = this.#curricula.map((curriculum, draw): Figures => {
      const picks = rounds.flatMap((round) => this.#round(curriculum, iteration, round, draw === 0));
      const batch = new PickTally(this.#log);
      batch.add(picks, logged, iteration);
      this.#tallies[draw]?.add(picks, logged, iteration);
      return batch.figures();
    });
    if (this.#failure === null) this.#series.push({ iteration, figures: figureEstimates(figures) });
  }

  result(): SubjectReplay {
    const { name, own, part: { kind, options } } = this.#subject;
    const tallies = this.#failure === null ? this.#tallies : [];
    return {
      ...{ name, kind, options, own, failure: this.#failure },
      reproduction: own ? { selections: this.#compared, difference: this.#difference } : null,
      figures: figureEstimates(tallies.map((tally) => tally.figures())),
      series: this.#series,
      picked: pickedStarts(tallies.map((tally) => tally.picked()), this.#log),
    };
  }

  #round(curriculum: Curriculum, iteration: number, round: LoggedRound, first: boolean): readonly Start[] {
    if (this.#failure !== null) return [];
    const at = `in iteration ${iteration}`;
    // That the run's own gave another number than it should is no difference to the log.
    const asked = this.#subject.own ? null : round.asked;
    const picks = this.#guarded(`next() ${at}`, () => expectPicks(curriculum.next(round.asked), asked)) ?? [];
    if (this.#subject.own && first) this.#compare(picks, iteration, round);
    this.#guarded(`observe() ${at}`, () => curriculum.observe(round.outcomes));
    return picks;
  }

  #compare(picks: readonly Start[], iteration: number, { round, starts }: LoggedRound): void {
    if (this.#difference !== null) return;
    for (let place = 0; place < Math.max(picks.length, starts.length); place++) {
      const [picked, logged] = [picks[place]?.id ?? null, starts[place]?.id ?? null];
      if (picked === logged) {
        this.#compared++;
        continue;
      }
      this.#difference = { iteration, round, place, picked, logged };
      return;
    }
  }

  /** Runs a curriculum's code, which may not take outcomes of starts that it did not pick, or may change them. */
  #guarded<Result>(what: string, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#failure = `Curriculum "${this.#subject.name}" cannot be replayed: ${what} ` +
        (error instanceof PicksError
          ? error.message
          : `threw "${
            errorMessage(error)
          }"; in a replay it is told of starts that it did not pick, which it may ` +
            "not change, and a start's state and feedback are null");
      return undefined;
    }
  }
}

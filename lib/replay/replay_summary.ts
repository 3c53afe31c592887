import { canonicalJson, type JsonObject } from "../json.ts";
import { figureDifferences, type FigureEstimates, figureEstimates, figureMeans } from "./figures.ts";
import { mergedStarts, type PickedStart } from "./picked_starts.ts";
import type { IterationFigures, Reproduction, RunReplay, SubjectReplay } from "./replay_results.ts";

/** What a curriculum would have picked, over the seeds of an arm. */
export type SubjectSummary = {
  /** What it is called. */
  readonly name: string;
  /** The curriculum's kind. */
  readonly kind: string;
  /** Every option in force. */
  readonly options: JsonObject;
  /** Whether it is the runs' own. */
  readonly own: boolean;
  /** Over all picks; intervals are over runs where there are several, else over draws. */
  readonly figures: FigureEstimates;
  /**
   * Over runs, its figures minus those of the runs' own curriculum on the same log, run by run; `null` of a single run, and
   * of the own curriculum itself.
   */
  readonly minusOwn: FigureEstimates | null;
  /** The same by iteration. */
  readonly series: readonly IterationFigures[];
  /** The starts that it picks most often, up to 100; picks are means over runs. */
  readonly picked: readonly PickedStart[];
};

/** The replays of one arm: runs with the same settings of their curriculum. */
export type ReplaySummary = {
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** What intervals are over. */
  readonly over: "runs" | "draws";
  /** Its runs; of each whether its own curriculum, where that was replayed, gives the logged starts. */
  readonly runs: readonly {
    readonly run: string;
    readonly seed: number;
    readonly iterations: number;
    readonly selections: number;
    readonly reproduction: Reproduction | null;
  }[];
  /** One a curriculum, those that could be replayed on all runs, in order. */
  readonly subjects: readonly SubjectSummary[];
  /** Why others could not; a sentence each. */
  readonly failures: readonly string[];
};

/** Replays by arm, in the order in which arms first come. */
export function summariseReplays(replays: readonly RunReplay[]): ReplaySummary[] {
  const arms = Map.groupBy(replays, ({ experiment, arm, subjects }) => {
    const own = subjects.find((subject) => subject.own);
    return canonicalJson([experiment, arm, own?.kind ?? null, own?.options ?? null]);
  });
  return [...arms.values()].flatMap((runs) => {
    const [first] = runs;
    return first === undefined ? [] : [summariseArm(first, runs)];
  });
}

function summariseArm(first: RunReplay, runs: readonly RunReplay[]): ReplaySummary {
  const all = runs.flatMap(({ run, subjects }) => subjects.map((subject) => ({ run, subject })));
  const replayed = first.subjects.map(({ name }) =>
    all.flatMap(({ subject }) => subject.name === name ? [subject] : [])
  ).filter((subjects) => subjects.every(({ failure }) => failure === null));
  const own = replayed.find(([subject]) => subject?.own === true);
  return {
    experiment: first.experiment,
    arm: first.arm,
    over: runs.length > 1 ? "runs" : "draws",
    runs: runs.map(({ run, seed, iterations, selections, subjects }) => ({
      ...{ run, seed, iterations, selections },
      reproduction: subjects.find(({ own, failure }) => own && failure === null)?.reproduction ?? null,
    })),
    subjects: replayed.flatMap((subjects) => summariseSubject(subjects, own)),
    failures: all.flatMap(({ run, subject: { failure } }) =>
      failure === null ? [] : [`Run "${run}": ${failure}`]
    ),
  };
}

/**
 * A curriculum over its runs.
 *
 * @param ownRuns The runs' own curriculum, run by run, where that was replayed.
 */
function summariseSubject(
  runs: readonly SubjectReplay[],
  ownRuns: readonly SubjectReplay[] | undefined,
): SubjectSummary[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { name, kind, options, own } = first;
  if (runs.length === 1) {
    const { figures, series, picked } = first;
    return [{ name, kind, options, own, figures, minusOwn: null, series, picked }];
  }
  const iterations = Map.groupBy(runs.flatMap(({ series }) => series), ({ iteration }) => iteration);
  return [{
    ...{ name, kind, options, own },
    figures: figureEstimates(runs.map(({ figures }) => figureMeans(figures))),
    minusOwn: ownRuns === undefined || own ? null : figureEstimates(
      runs.flatMap(({ figures }, at) => {
        const same = ownRuns[at];
        return same === undefined ? [] : [figureDifferences(figureMeans(figures), figureMeans(same.figures))];
      }),
    ),
    picked: mergedStarts(runs.map(({ picked }) => picked)),
    series: [...iterations].toSorted(([a], [b]) => a - b).map(([iteration, each]) => ({
      iteration,
      figures: figureEstimates(each.map(({ figures }) => figureMeans(figures))),
    })),
  }];
}

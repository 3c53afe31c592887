/**
 * What other curricula would have picked in logged runs, as tables and in words.
 *
 * @module
 */
import type { FigureName } from "../replay/figures.ts";
import type { ReplaySummary, SubjectSummary } from "../replay/replay_summary.ts";
import type { Block } from "./document.ts";
import { change, count, nothing, percent, plural, share, withInterval } from "./figures.ts";
import { type FigureBin, figureBins } from "./replay_bins.ts";
import { terminalChart } from "./terminal_chart.ts";

/** Where it is read: a page has room for all intervals. */
export type ReplayMedium = "terminal" | "page";

/** Below this share of measured picks, the log says little of a curriculum. */
const wellMeasured = 0.5;

/** The most places of the chart in a terminal. */
const terminalBins = 9;

/** The report on one arm. */
export function replayReport(summary: ReplaySummary, medium: ReplayMedium): Block[] {
  const { subjects, runs } = summary;
  const iterations = runs.reduce((sum, run) => sum + run.iterations, 0);
  const intro: Block = {
    kind: "paragraph",
    text: `${plural(runs.length, "run")} (${runs.map(({ seed }) => `seed ${seed}`).join(", ")}), ` +
      `${
        plural(iterations, "training iteration")
      }. Each curriculum was asked for starts as the run's own was, and told ` +
      `what became of the logged ones. ${intervalWords(summary)}`,
  };
  return [
    intro,
    ...list([...reproductionWords(summary), ...summary.failures]),
    ...subjects.length === 0 ? [] : figureBlocks(subjects, medium),
    ...list(cautions(summary)),
    ...medium === "page" || subjects.length === 0 ? [] : learnabilityChart(subjects),
  ];
}

function figureBlocks(subjects: readonly SubjectSummary[], medium: ReplayMedium): Block[] {
  return [
    { kind: "table", rows: pickRows(subjects, medium) },
    {
      kind: "paragraph",
      text:
        "Learnability: mean variance of rewards of the picks that were measured, by the measurement nearest in " +
        "time; fresh: by one of the same iteration or later, which no curriculum had seen when it picked. Between: the " +
        "mean over all picks if those never measured had no variance, or the most. Flat: measured picks without " +
        "variance, which teach nothing. Histories: partial histories. Roots: different roots of a batch. Overlap: " +
        "picks that are in the logged batch.",
    },
    ...differenceBlocks(subjects),
    { kind: "table", rows: supportRows(subjects) },
    {
      kind: "paragraph",
      text:
        "What the log can answer: picks by whether their start was measured in the same iteration, in another " +
        "(age: how many iterations away), never but as a partial history that a logged rollout left behind, or not " +
        "at all. Effective starts: 1 / Σ p² over the run.",
    },
  ];
}

/** What other curricula have over the runs' own, where there are several runs to pair. */
function differenceBlocks(subjects: readonly SubjectSummary[]): Block[] {
  const rows = subjects.flatMap(({ name, minusOwn }) =>
    minusOwn === null ? [] : [[
      name,
      ...differences.map(([figure]) => withInterval(minusOwn[figure], change)),
    ]]
  );
  if (rows.length === 0) return [];
  return [
    { kind: "paragraph", text: "Minus the runs' own curriculum on the same log, run by run:" },
    { kind: "table", rows: [["curriculum", ...differences.map(([, words]) => words)], ...rows] },
  ];
}

/** The figures whose differences are shown. */
const differences: readonly (readonly [figure: FigureName, words: string])[] = [
  ["learnability", "learnability"],
  ["freshLearnability", "fresh"],
  ["flat", "flat"],
  ["depth", "depth"],
];

function list(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

function intervalWords({ over, subjects }: ReplaySummary): string {
  if (subjects.every(({ figures }) => (figures.depth?.low ?? null) === null)) {
    return "One run in one draw has no intervals: further seeds give them, or --draws 20.";
  }
  return `Intervals are of 95 %, over ${
    over === "runs" ? "runs" : "draws of the curriculum's random choices"
  }.`;
}

/** Whether the log is what ran, in words. */
export function reproductionWords({ runs, subjects }: ReplaySummary): string[] {
  const own = subjects.find((subject) => subject.own)?.name ?? "the run's own curriculum";
  const checked = runs.filter(({ reproduction }) => reproduction !== null);
  const differing = checked.flatMap(({ run, reproduction }) => {
    const difference = reproduction?.difference ?? null;
    return difference === null ? [] : [{ run, difference }];
  });
  const sound = checked.filter(({ reproduction }) => reproduction?.difference === null);
  const selections = sound.reduce((sum, { reproduction }) => sum + (reproduction?.selections ?? 0), 0);
  return [
    ...sound.length === 0 ? [] : [
      `${own} reproduces all ${count(selections)} selections of ${
        sound.length === 1 ? `run "${sound[0]?.run}"` : plural(sound.length, "run")
      }.`,
    ],
    ...differing.map(({ run, difference: { iteration, round, place, picked, logged } }) =>
      `Run "${run}": ${own} does not reproduce the log. In iteration ${iteration}, round ${round}, place ${place}, it ` +
      `picks ${picked ?? nothing} where the log has ${
        logged ?? nothing
      }: the log or the code is not what ran.`
    ),
  ];
}

function cautions({ subjects }: ReplaySummary): string[] {
  return subjects.flatMap(({ name, figures: { same, other } }) => {
    const measured = (same?.mean ?? 0) + (other?.mean ?? 0);
    return measured >= wellMeasured
      ? []
      : [`The log measured only ${percent(measured)} of the picks of ${name}: it says little of them.`];
  });
}

function pickRows(subjects: readonly SubjectSummary[], medium: ReplayMedium): string[][] {
  return [
    [
      ...[
        "curriculum",
        "learnability",
        "fresh",
        "between",
        "flat",
        "depth",
        "histories",
        "roots",
      ],
      "overlap",
    ],
    ...subjects.map(({ name, figures }) => {
      const precise = (figure: FigureName): string => withInterval(figures[figure], share);
      const short = (figure: FigureName): string =>
        medium === "page" ? precise(figure) : share(figures[figure]?.mean ?? null);
      return [
        ...[name, precise("learnability"), precise("freshLearnability")],
        `${share(figures.least?.mean ?? null)}–${share(figures.most?.mean ?? null)}`,
        ...[short("flat"), short("depth"), short("replayed"), short("roots"), short("overlap")],
      ];
    }),
  ];
}

function supportRows(subjects: readonly SubjectSummary[]): string[][] {
  return [
    [
      "curriculum",
      "same iteration",
      "another",
      "age",
      "never, inherited",
      "unknown",
      "starts",
      "effective starts",
    ],
    ...subjects.map(({ name, figures }) => {
      const part = (figure: FigureName): string => percent(figures[figure]?.mean ?? null);
      const number = (figure: FigureName): string => count(figures[figure]?.mean ?? null);
      return [
        ...[name, part("same"), part("other"), number("age"), part("inherited"), part("unknown")],
        ...[number("distinct"), number("effective")],
      ];
    }),
  ];
}

/** Learnability over iterations, in characters; nothing if no place has a value of each line. */
function learnabilityChart(subjects: readonly SubjectSummary[]): Block[] {
  const lines = subjects.map(({ name, series }) => ({
    name,
    bins: figureBins(series, "learnability", terminalBins),
  }));
  const meanAt = (bins: readonly FigureBin[], from: number): number | undefined =>
    bins.find((bin) => bin.from === from)?.mean ?? undefined;
  // A chart in characters has no gaps: places where one line has no value are left out.
  const kept = (lines[0]?.bins ?? []).filter(({ from }) =>
    lines.every(({ bins }) => meanAt(bins, from) !== undefined)
  );
  if (kept.length === 0) return [];
  const chart = terminalChart(
    kept.map(({ from, to }) => from === to ? `${from}` : `${from}–${to}`),
    lines.map(({ name, bins }) => ({ name, values: kept.map(({ from }) => meanAt(bins, from) ?? 0) })),
  );
  return [{ kind: "code", language: "", text: `Learnability of batches by training iteration\n\n${chart}` }];
}

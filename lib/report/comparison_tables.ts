/**
 * The tables of a comparison; the first row of each is its head.
 *
 * @module
 */
import type { ArmFigures, Figure } from "../metrics/arm_figures.ts";
import type { BenchmarkFigures } from "../metrics/benchmark_figures.ts";
import type { Comparison } from "../metrics/comparison.ts";
import { change, count, nothing, percent, share, withError, withInterval } from "./figures.ts";

/** Rows of cells. */
export type Rows = string[][];

/** The k that a table shows: 0, the powers of two, and the last. */
export function shownSteps(steps: number): number[] {
  const powers = Array.from(
    { length: 1 + Math.floor(Math.log2(Math.max(1, steps))) },
    (_, power) => 2 ** power,
  );
  return [...new Set([0, ...powers.filter((step) => step <= steps), steps])];
}

/** The latest answer after k steps, as `write` writes each figure. */
export function curveRows({ arms, steps }: Comparison, write: (figure: Figure) => string): Rows {
  const shown = shownSteps(steps);
  return [
    ["arm", "seeds", ...shown.map((step) => `k = ${step}`)],
    ...arms.map(({ label, seeds, curve }) => [
      label,
      String(seeds.length),
      ...shown.map((step) => {
        const at = curve[step];
        return at === undefined ? nothing : write(at);
      }),
    ]),
  ];
}

/** What the chain gains, with intervals. */
export function gainRows({ arms, steps }: Comparison): Rows {
  return [
    ["arm", `k = ${steps}`, `Δ${steps}`, "curve area"],
    ...arms.map(({ label, curve, gain, area }) => [
      label,
      withInterval(curve.at(-1) ?? null, share),
      withInterval(gain, change),
      withInterval(area, change),
    ]),
  ];
}

/** A benchmark by itself: the first answer, the last and what the chain gains, with intervals. */
export function benchmarkRows({ benchmark, arms }: BenchmarkFigures, steps: number): Rows {
  return [
    [benchmark, "k = 0", `k = ${steps}`, `Δ${steps}`],
    ...arms.map(({ label, first, last, gain }) => [
      label,
      withInterval(first, share),
      withInterval(last, share),
      withInterval(gain, change),
    ]),
  ];
}

/** The differences with their intervals and p-values. */
export function differenceRows({ differences, steps }: Comparison): Rows {
  return [
    ["difference", "seeds", `at k = ${steps}`, "± over seeds", "p", "Holm's p", `of Δ${steps}`],
    ...differences.map(({ arm, against, seeds, value, standardError, holm, gain }) => [
      `${arm} - ${against}`,
      String(seeds.length),
      withInterval(value, change),
      share(standardError),
      share(value?.p ?? null),
      share(holm),
      withInterval(gain, change),
    ]),
  ];
}

/** Corrections after the last step. */
export function correctionRows({ arms }: Comparison): Rows {
  return [
    [
      "arm",
      "net corrections",
      "wrong → right",
      "right → wrong",
      "wrong → right, last step",
      "right → wrong, last step",
    ],
    ...arms.map(({ label, corrections }) => {
      const last = corrections.at(-1);
      return [
        label,
        signed(last?.net),
        count(last?.gained ?? null),
        count(last?.lost ?? null),
        count(last?.gainedStep ?? null),
        count(last?.lostStep ?? null),
      ];
    }),
  ];
}

/** Copy rates by step, and at the last step by whether the answer before was solved. */
export function copyRows({ arms, steps }: Comparison): Rows {
  const shown = shownSteps(steps).filter((step) => step > 0);
  return [
    ["copies", ...shown.map((step) => `k = ${step}`), `of solved, k = ${steps}`, `of unsolved, k = ${steps}`],
    ...arms.map(({ label, copies }) => [
      label,
      ...shown.map((step) => percent(copies[step - 1]?.all ?? null)),
      percent(copies.at(-1)?.solved ?? null),
      percent(copies.at(-1)?.unsolved ?? null),
    ]),
  ];
}

/** The chain beside as many independent first attempts. */
export function controlRows({ arms }: Comparison): Rows {
  return [
    [
      "arm",
      "answers",
      "latest of the chain",
      "majority of draws",
      "best of draws (oracle)",
      "best of the chain (oracle)",
      "tokens, chain / draws",
    ],
    ...arms.flatMap(({ label, controls }) =>
      controls === null ? [] : [[
        label,
        String(controls.attempts),
        withError(controls.latest, share),
        withError(controls.majority, share),
        withError(controls.bestOfDraws, share),
        withError(controls.bestSoFar, share),
        `${count(controls.chainTokens)} / ${count(controls.drawTokens)}`,
      ]]
    ),
  ];
}

/** The chain's latest answer minus what as many independent first attempts give, with intervals. */
export function controlDifferenceRows({ arms }: Comparison): Rows {
  return [
    ["arm", "latest - majority of draws", "latest - best of draws (oracle)"],
    ...arms.flatMap(({ label, controls }) =>
      controls === null ? [] : [[
        label,
        withInterval(controls.latestMinusMajority, change),
        withInterval(controls.latestMinusBest, change),
      ]]
    ),
  ];
}

/** What searches found beside as many independent drafts, with intervals. */
export function draftRows({ arms }: Comparison): Rows {
  return [
    ["arm", "responses", "found by search", "best of drafts", "search - drafts"],
    ...arms.flatMap(({ label, drafts }) =>
      drafts === null ? [] : [[
        label,
        String(drafts.attempts),
        withInterval(drafts.found, share),
        withInterval(drafts.drafts, share),
        withInterval(drafts.difference, change),
      ]]
    ),
  ];
}

/** What the curriculum gave to train on. */
export function trainingRows({ arms }: Comparison): Rows {
  return [
    [
      "arm",
      "depth of starts",
      "behind a prompt",
      "deepest",
      "replayed",
      "distinct starts",
      "per root task",
      "staleness",
      "effective share",
    ],
    ...arms.map(({ label, training }) => [
      label,
      twoDecimals(training.startDepth),
      twoDecimals(training.promptDepth),
      count(training.deepest),
      percent(training.replayed),
      count(training.starts),
      training.starts === null || training.roots === null
        ? nothing
        : twoDecimals(training.starts / training.roots),
      count(training.staleness),
      percent(training.effectiveShare),
    ]),
  ];
}

/** The share of groups without variance, by mode. */
export function modeRows({ arms }: Comparison): Rows {
  const modes = [...new Set(arms.flatMap(({ training }) => training.modes.map(({ mode }) => mode)))];
  return [
    ["arm", ...modes],
    ...arms.map(({ label, training }) => [
      label,
      ...modes.map((mode) => {
        const found = training.modes.find((each) => each.mode === mode);
        return found === undefined || found.groups === 0
          ? nothing
          : `${percent(found.zeroVariance)} (${count(found.groups)})`;
      }),
    ]),
  ];
}

/** What each arm spent on training. */
export function computeRows({ arms }: Comparison): Rows {
  return [
    ["arm", "seeds", "generated tokens", "rollouts", "iterations"],
    ...arms.map(({ label, seeds, compute }) => [
      label,
      seeds.join(", "),
      ...[compute.tokens, compute.rollouts, compute.iterations].map(count),
    ]),
  ];
}

/** Whether any arm has first attempts drawn anew. */
export function hasControls(arms: readonly ArmFigures[]): boolean {
  return arms.some(({ controls }) => controls !== null);
}

function twoDecimals(value: number | null): string {
  return value === null ? nothing : value.toFixed(2);
}

function signed(value: number | undefined): string {
  return value === undefined ? nothing : `${value > 0 ? "+" : ""}${count(value)}`;
}

/**
 * In what two runs differ, and what came of it.
 *
 * @module
 */
import { canonicalJson, type Json, type JsonObject } from "../json.ts";
import { benchmarkNames } from "../metrics/benchmarks.ts";
import type { RunDifference } from "../metrics/run_difference.ts";
import type { RunResults } from "../metrics/run_results.ts";
import { scaffoldOf } from "../metrics/scaffold.ts";
import type { Measure } from "../metrics/task_figures.ts";
import type { Block } from "./document.ts";
import { change, compact, count, macroCaption, nothing, plural, share, withInterval } from "./figures.ts";
import { answerWords } from "./scaffold_words.ts";
import { flatSettings } from "./settings_report.ts";

/** One of two runs. */
export type DiffedRun = {
  /** What it is called here. */
  readonly label: string;
  /** What it is, by the words that stand in the table; `null` where it is not known. */
  readonly identity: { readonly [name: string]: string | null };
  /** Every option in force. */
  readonly settings: JsonObject;
  /** The versions of its parts, such as `domain`, as its plan has them; empty if it has no plan. */
  readonly versions: { readonly [part: string]: string };
  /** What it reached; `undefined` if it has no evaluation on held-out tasks. */
  readonly results: RunResults | undefined;
};

/** A setting in which two runs differ; `undefined` for one that a run does not have. */
export type SettingDifference = {
  /** Its dotted path, as `--set` takes it; `domain.version` and the like are versions of parts. */
  readonly path: string;
  /** The first run's. */
  readonly first: Json | undefined;
  /** The second run's. */
  readonly second: Json | undefined;
};

/**
 * The settings and versions in which two runs differ, those of the first in its order, and then what only the second has.
 *
 * @example
 * ```ts
 * import { differSettings } from "exitlab/lib/report/diff_report.ts";
 * import assert from "node:assert/strict";
 *
 * const first = { settings: { curriculum: { kind: "exit", options: { kappa: 2 } } }, versions: { domain: "1" } };
 * const second = { settings: { curriculum: { kind: "uniform", options: {} } }, versions: { domain: "1" } };
 * assert.deepEqual(differSettings(first, second), [
 *   { path: "curriculum", first: "exit", second: "uniform" },
 *   { path: "curriculum.kappa", first: 2, second: undefined },
 * ]);
 * ```
 */
export function differSettings(
  first: Pick<DiffedRun, "settings" | "versions">,
  second: Pick<DiffedRun, "settings" | "versions">,
): SettingDifference[] {
  const [a, b] = [allSettings(first), allSettings(second)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path) => {
    const [one, other] = [a.get(path), b.get(path)];
    return written(one) === written(other) ? [] : [{ path, first: one, second: other }];
  });
}

function allSettings({ settings, versions }: Pick<DiffedRun, "settings" | "versions">): Map<string, Json> {
  const all = flatSettings(settings);
  for (const [part, version] of Object.entries(versions)) all.set(`${part}.version`, version);
  return all;
}

/** A value in a form in which equal ones are equal. */
function written(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

/** The report; `outcome` is `undefined` unless both runs were evaluated. */
export function diffReport(
  first: DiffedRun,
  second: DiffedRun,
  outcome: RunDifference | undefined,
  measure: Measure = "solved",
): Block[] {
  const settings = differSettings(first, second);
  return [
    { kind: "heading", text: "What they are" },
    identityTable(first, second),
    { kind: "heading", text: "Settings" },
    ...settingBlocks(first, second, settings),
    { kind: "heading", text: "Outcome" },
    ...outcomeBlocks(first, second, outcome, measure),
  ];
}

function identityTable(first: DiffedRun, second: DiffedRun): Block {
  const names = [...new Set([...Object.keys(first.identity), ...Object.keys(second.identity)])];
  return {
    kind: "table",
    rows: [
      ["", first.label, second.label, ""],
      ...names.map((name) => {
        const [one, other] = [first.identity[name] ?? nothing, second.identity[name] ?? nothing];
        return [name, one, other, one === other ? "same" : "differs"];
      }),
    ],
  };
}

function settingBlocks(
  first: DiffedRun,
  second: DiffedRun,
  settings: readonly SettingDifference[],
): Block[] {
  const planless = [first, second].filter(({ versions }) => Object.keys(versions).length === 0);
  const all = new Set([...allSettings(first).keys(), ...allSettings(second).keys()]).size;
  const show = (value: Json | undefined): string =>
    value === undefined ? nothing : typeof value === "string" ? value : JSON.stringify(value);
  return [
    {
      kind: "paragraph",
      text: settings.length === 0
        ? `All ${count(all)} settings and versions of parts are the same.`
        : `They differ in ${settings.length} of ${plural(all, "setting")} and versions of parts:`,
    },
    ...settings.length === 0 ? [] : [
      {
        kind: "table",
        rows: [
          ["setting", first.label, second.label],
          ...settings.map(({ path, first, second }) => [path, show(first), show(second)]),
        ],
      } as const,
    ],
    ...planless.map(({ label }): Block => ({
      kind: "paragraph",
      text: `${label} has no plan beside it, so that the versions of its parts are not known.`,
    })),
  ];
}

function outcomeBlocks(
  first: DiffedRun,
  second: DiffedRun,
  outcome: RunDifference | undefined,
  measure: Measure,
): Block[] {
  const blind = [first, second].filter(({ results }) => results === undefined);
  if (first.results === undefined || second.results === undefined || outcome === undefined) {
    return blind.map(({ label }) => ({
      kind: "paragraph",
      text: `${label} has no evaluation on held-out tasks, so that there is nothing to compare.`,
    }));
  }
  const runs = [first.results, second.results];
  const training: Block = {
    kind: "table",
    rows: [
      ["training", first.label, second.label],
      ["iterations", ...runs.map(({ training }) => count(training.iterations))],
      ["generated tokens", ...runs.map(({ training }) => compact(training.tokens))],
      ["rollouts", ...runs.map(({ training }) => compact(training.rollouts))],
      ["evaluated after iteration", ...runs.map(({ iteration }) => count(iteration))],
    ],
  };
  const last = outcome.steps.at(-1);
  if (last === undefined) {
    return [training, { kind: "paragraph", text: "They have no held-out task in common." }];
  }
  const what = measure === "solved" ? "Solved share" : "Mean quality";
  const benchmarks = benchmarkNames(first.results.benchmarks).length;
  return [
    training,
    {
      kind: "paragraph",
      text:
        `${what}${macroCaption(benchmarks)} of the ${plural(outcome.tasks, "held-out task")} that both have${
          outcome.of.some((tasks) => tasks !== outcome.tasks) ? ` (of ${outcome.of.join(" and ")})` : ""
        }, ${
          answerWords[scaffoldOf([first.settings, second.settings])]
        }, and the second minus the first with a 95 % ` +
        "interval. It is over tasks alone: one run each says nothing of other seeds, for which deno task compare takes " +
        "several.",
    },
    {
      kind: "table",
      rows: [
        ["k", first.label, second.label, "difference"],
        ...outcome.steps.filter(({ step }) => isShown(step, last.step)).map((each) => [
          ...[String(each.step), share(each.first), share(each.second)],
          withInterval(each.difference, change),
        ]),
      ],
    },
    { kind: "paragraph", text: reading(first, second, outcome, last) },
  ];
}

/** A long curve is told at powers of two and at its end. */
function isShown(step: number, last: number): boolean {
  return last <= 8 || step === last || (step & (step - 1)) === 0;
}

function reading(
  first: DiffedRun,
  second: DiffedRun,
  { steps }: RunDifference,
  { step, difference }: RunDifference["steps"][number],
): string {
  const { low, high } = difference;
  const equal = steps.every((each) => each.first === each.second) && isSameOutcome(first, second);
  if (equal) return "On held-out tasks the two are equal, task by task.";
  if (low === null || high === null || (low <= 0 && high >= 0)) {
    return `No difference is shown at k = ${step}: the interval includes 0.`;
  }
  return `At k = ${step} ${
    low > 0 ? second.label : first.label
  } is ahead on these tasks; whether its settings or its ` +
    "seed did that, two runs cannot tell.";
}

function isSameOutcome({ results: a }: DiffedRun, { results: b }: DiffedRun): boolean {
  return JSON.stringify([a?.tasks, a?.chains]) === JSON.stringify([b?.tasks, b?.chains]);
}

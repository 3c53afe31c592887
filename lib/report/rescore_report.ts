/**
 * Old runs under a new verdict rule, for a terminal.
 *
 * @module
 */
import type { ChangedVerdict } from "../replay/rescore_changes.ts";
import type { RescoredArm, RescoredDifference, TrainingFigure } from "../replay/rescore_figures.ts";
import type { Rescored } from "../replay/rescore.ts";
import { type AnswerTable, answerTables } from "../replay/rescore_run.ts";
import { mostSearched } from "../replay/rescore_tasks.ts";
import { addTallies, type LoggedVerdict, reasons, type Tally } from "../replay/rescore_tally.ts";
import type { Block } from "./document.ts";
import { change, count, nothing, plural, share, withError, withInterval } from "./figures.ts";

const names: { readonly [table in AnswerTable]: string } = {
  evaluations: "evaluations",
  resamples: "first attempts",
  nodes: "searches",
  rollouts: "rollouts",
};

const why: { readonly [reason in (typeof reasons)[number]]: string } = {
  task: `the domain lacks their task (of tasks without end the first ${count(mostSearched)} are searched)`,
  start: "the state that they were given in cannot be rebuilt, or comes after the end of the episode",
  turns: "an old log does not tell their turns apart",
  response: "the log has no text of them",
};

/** The most ids that are named, and characters of a response that are shown. */
const [mostNamed, mostCharacters] = [4, 48];

/** Whether no verdict changed. */
export function isUnchanged({ verdicts }: Pick<Rescored, "verdicts">): boolean {
  const { judged, same } = addTallies(Object.values(verdicts));
  return judged === same;
}

/** The report. */
export function rescoreReport(rescored: Rescored): Block[] {
  const { arms, verdicts, changed } = rescored;
  const all = addTallies(Object.values(verdicts));
  if (isUnchanged(rescored)) {
    return [
      { kind: "paragraph", text: unchangedText(all) },
      ...remarks(rescored, all),
    ];
  }
  const evaluated = arms.filter(({ curve }) => curve.length > 0);
  const trained = arms.filter(({ training }) => training !== null);
  return [
    { kind: "heading", text: "Verdicts" },
    {
      kind: "paragraph",
      text: `${count(all.judged - all.same)} of ${plural(all.judged, "verdict")} changed.`,
    },
    verdictTable(rescored),
    ...evaluated.length === 0 ? [] : [
      { kind: "heading", text: "Held-out tasks, old → new" } as const,
      ...evaluated.every(isAsItWas)
        ? [{ kind: "paragraph", text: "All solved shares and mean qualities are as they were." } as const]
        : evaluated.map(curveTable),
      ...orderBlocks(rescored),
    ],
    ...trained.length === 0 ? [] : [
      { kind: "heading", text: "Groups of training, old → new" } as const,
      groupTable(trained),
    ],
    ...changed.length === 0 ? [] : [
      { kind: "heading", text: "Verdicts that changed" } as const,
      changeTable(changed),
    ],
    ...remarks(rescored, all),
  ];
}

function unchangedText({ judged, rows }: Tally): string {
  if (judged === 0) return `The new rule answers for none of ${plural(rows, "verdict")}.`;
  return judged === 1 ? "The one verdict is as it was." : `All ${count(judged)} verdicts are as they were.`;
}

function isAsItWas({ curve }: RescoredArm): boolean {
  return curve.every(({ solved, quality }) =>
    [solved, quality].every((figure) =>
      figure === null || (figure.difference.mean === 0 && !figure.difference.low && !figure.difference.high)
    )
  );
}

function verdictTable({ runs, arms }: Rescored): Block {
  const labelled = runs.map((run) => ({
    ...run,
    label: arms.find((arm) => arm.runs.includes(run.run))?.label ?? run.arm,
  }));
  const labels = new Set([...arms, ...labelled].map(({ label }) => label));
  const rows = [...labels].flatMap((label) => {
    const own = labelled.filter((run) => run.label === label);
    return answerTables.flatMap((table) => {
      const tally = addTallies(own.map(({ verdicts }) => verdicts[table]));
      if (tally.rows === 0) return [];
      return [[
        ...[label, names[table], count(tally.judged), count(tally.same)],
        ...[tally.stillSolved, tally.lost, tally.gained, tally.stillUnsolved, tally.quality, tally.reward]
          .map(count),
      ]];
    });
  });
  return {
    kind: "table",
    rows: [
      [
        ...["arm", "of", "verdicts", "as they were"],
        ...["solved still", "no more", "now", "still not", "other quality", "reward"],
      ],
      ...rows,
    ],
  };
}

function curveTable({ label, curve, runs, tasks }: RescoredArm): Block {
  const last = curve.at(-1)?.step ?? 0;
  return {
    kind: "table",
    rows: [
      [
        `${label} (${plural(runs.length, "seed")}, ${plural(tasks, "task")})`,
        "solved",
        "difference",
        "quality",
        "",
      ],
      ...curve.filter(({ step }) => last <= 8 || step === last || (step & (step - 1)) === 0).map((
        { step, solved, quality },
      ) => [
        `k = ${step}`,
        `${share(solved.old)} → ${share(solved.now)}`,
        withInterval(solved.difference, change),
        quality === null ? nothing : `${share(quality.old)} → ${share(quality.now)}`,
        quality === null ? nothing : withInterval(quality.difference, change),
      ]),
    ],
  };
}

function orderBlocks({ ranking, differences }: Rescored): Block[] {
  if (ranking === null) return [];
  const { step, old, now } = ranking;
  const stays = JSON.stringify(old) === JSON.stringify(now);
  return [
    {
      kind: "paragraph",
      text: `By the solved share after ${plural(step, "step")} the order of the arms ${
        stays ? `stays: ${old.join(", ")}.` : `changes: it was ${old.join(", ")}, and is ${now.join(", ")}.`
      }`,
    },
    {
      kind: "table",
      rows: [
        ["solved share minus that of", "old", "new", "shown"],
        ...differences.map(({ old, now }) => [
          `${old.arm} − ${old.against}`,
          ...[old, now].map(({ value }) => withInterval(value, change)),
          findingText({ old, now }),
        ]),
      ],
    },
  ];
}

function findingText({ old, now }: RescoredDifference): string {
  const word = ({ finding }: RescoredDifference["old"]): string => finding === "none" ? "nothing" : finding;
  return old.finding === now.finding ? word(old) : `${word(old)} → ${word(now)}`;
}

function groupTable(arms: readonly RescoredArm[]): Block {
  const cells = (figure: TrainingFigure): string[] => [
    `${share(figure.old)} → ${share(figure.now)}`,
    withError(figure.difference, change),
  ];
  return {
    kind: "table",
    rows: [
      ["arm", "groups", "learnability", "", "without variance", ""],
      ...arms.flatMap(({ label, training }) =>
        training === null ? [] : [[
          label,
          training.groups === training.of
            ? count(training.groups)
            : `${count(training.groups)} of ${count(training.of)}`,
          ...cells(training.learnability),
          ...cells(training.zeroVariance),
        ]]
      ),
    ],
  };
}

function changeTable(changed: readonly ChangedVerdict[]): Block {
  return {
    kind: "table",
    rows: [
      ["task", "arm", "of", "response", "old", "new"],
      ...changed.map(({ task, arm, table, responses, old, now }) => [
        cut(task.replaceAll(/\s+/g, " "), mostCharacters / 2),
        ...[arm, names[table], cut(JSON.stringify(responses.join(" ⏎ ")), mostCharacters)],
        ...[old, now].map((verdict) =>
          verdictText(verdict, old.reward !== null && old.reward !== now.reward)
        ),
      ]),
    ],
  };
}

function verdictText({ quality, solved, reward, failed }: LoggedVerdict, rewarded: boolean): string {
  return [
    share(quality),
    ...rewarded ? [`reward ${share(reward)}`] : [],
    ...solved ? ["solved"] : [],
    ...failed === true ? ["failed"] : [],
  ].join(" ");
}

/** What could not be answered, and what else is to be known. */
function remarks({ missing, broken, notes, runs }: Rescored, all: Tally): Block[] {
  const items = [
    ...reasons.filter((reason) => all.unanswered[reason] > 0).map((reason) =>
      `No answer for ${plural(all.unanswered[reason], "verdict")}: ${why[reason]}${
        reason === "task" ? ` (${named(missing)})` : ""
      }`
    ),
    ...all.endedEarly > 0
      ? [
        `${
          plural(all.endedEarly, "episode")
        } end earlier under the new rule: what was said after does not count`,
      ]
      : [],
    ...all.unended > 0
      ? [`${plural(all.unended, "episode")} would go on under the new rule: their verdict is as it stands`]
      : [],
    ...all.broken > 0
      ? [`At ${plural(all.broken, "response")} the new rule gives no verdict:`, ...broken]
      : [],
    ...notes,
    ...runs.flatMap(({ run, written }) => written === null ? [] : [`Run ${run} is written to ${written}`]),
  ];
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, mostNamed).map((id) => cut(id, mostCharacters)).join(", ");
  return ids.length > mostNamed ? `${shown} and ${count(ids.length - mostNamed)} more` : shown;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/**
 * A comparison of arms as a report: tables, and in plain words what they show and what they do not.
 *
 * @module
 */
import type { Comparison } from "../metrics/comparison.ts";
import type { Difference } from "../metrics/differences.ts";
import type { ComputeUnit } from "../metrics/equal_compute.ts";
import {
  benchmarkRows,
  computeRows,
  controlDifferenceRows,
  controlRows,
  copyRows,
  correctionRows,
  curveRows,
  differenceRows,
  draftRows,
  gainRows,
  hasControls,
  modeRows,
  type Rows,
  trainingRows,
} from "./comparison_tables.ts";
import type { Block } from "./document.ts";
import { answerWords } from "./scaffold_words.ts";
import { compact, count, macroCaption, percent, plural, share, withError, withInterval } from "./figures.ts";

/** Where it is read: a terminal has room for standard errors where a page has intervals. */
export type Medium = "terminal" | "page";

/** The report, without the settings behind it. */
export function comparisonReport(comparison: Comparison, medium: Medium): Block[] {
  const { steps, scaffold } = comparison;
  return [
    ...answerBlocks(comparison, medium),
    ...differenceBlocks(comparison),
    heading(scaffold === "search" ? "What the search does" : "What the chain does"),
    paragraph(
      `Solved answers after ${
        plural(steps, "step")
      } that were not solved at first, those that no longer are, and the ` +
        "same against the step before; over all tasks and chains, mean over seeds. Below, how often a step returns the " +
        `answer that it was shown${
          scaffold === "chain" ? "" : ", or a search finds none that is better by validation"
        }. ${computeCaption(comparison)}`,
    ),
    table(correctionRows(comparison)),
    table(copyRows(comparison)),
    ...draftBlocks(comparison),
    ...controlBlocks(comparison),
    heading("What was trained on"),
    paragraph(
      "Means over all training, then over seeds. Depth counts self-improvement steps: of the starts that the curriculum " +
        "chose, and behind any prompt, those within a fixed-depth chain included. Staleness is in iterations since a " +
        "replayed start was found. Effective share: the effective sample size of the curriculum's choice over the size " +
        `of the task space. ${computeCaption(comparison)}`,
    ),
    table(trainingRows(comparison)),
    paragraph(
      "Groups without any variance of rewards, which teach nothing, by what was asked (groups a run):",
    ),
    table(modeRows(comparison)),
    paragraph("Training compute of a run, mean over seeds:"),
    table(computeRows(comparison)),
  ];
}

function answerBlocks(comparison: Comparison, medium: Medium): Block[] {
  const { arms, measure, level, notes, benchmarks, scaffold } = comparison;
  const what = measure === "solved" ? "Solved share" : "Mean quality";
  const warning = computeWarning(comparison);
  const single = arms.every(({ seeds }) => seeds.length === 1);
  const spread = medium === "page"
    ? `mean and ${percent(level)} interval`
    : `mean ± one standard error over ${single ? "tasks" : "seeds"}`;
  const tasks = [...new Set(arms.map((arm) => count(arm.tasks)))].join(" or ");
  const chains = [...new Set(arms.map((arm) => count(arm.chains)))].join(" or ");
  return [
    paragraph(
      `${plural(arms.length, "arm")}, ${seedsOf(arms)}, ${tasks} held-out tasks${
        benchmarks.length === 0 ? "" : ` of ${benchmarks.length} benchmarks`
      }, ${chains} ${chains === "1" ? "chain" : "chains"} each.`,
    ),
    ...warning === undefined ? [] : [paragraph(`Warning: ${warning}`)],
    ...notes.length === 0 ? [] : [list(notes)],
    paragraph(
      `${what} of held-out tasks${macroCaption(benchmarks.length)}, ${answerWords[scaffold]}: ${spread}. ${
        computeCaption(comparison)
      }`,
    ),
    table(
      curveRows(
        comparison,
        (figure) => medium === "page" ? withInterval(figure, share) : withError(figure, share),
      ),
    ),
    paragraph(
      `With ${
        percent(level)
      } intervals: the last step, its gain Δ over the first answer, and the area under the curve ` +
        `of gains, a step. ${computeCaption(comparison)}`,
    ),
    table(gainRows(comparison)),
    ...benchmarkBlocks(comparison),
  ];
}

/** What the benchmarks say by themselves, where there are several. */
function benchmarkBlocks({ benchmarks, steps, level }: Comparison): Block[] {
  if (benchmarks.length === 0) return [];
  return [
    heading("Benchmarks"),
    paragraph(
      `All figures but counts and copy rates are macro-averages over ${benchmarks.length} benchmarks (${
        benchmarks.map(({ benchmark, tasks }) => `${benchmark} ${count(tasks)}`).join(", ")
      } tasks): each weighs the same, however many tasks it has. Each by itself, with ${
        percent(level)
      } intervals:`,
    ),
    ...benchmarks.map((each) => table(benchmarkRows(each, steps))),
  ];
}

function differenceBlocks(comparison: Comparison): Block[] {
  const { differences, level, steps } = comparison;
  if (differences.length === 0) return [paragraph("One arm: there is nothing to compare it with.")];
  const against = [...new Set(differences.map((difference) => difference.against))].join(" and ");
  return [
    heading(`Differences at k = ${steps}`),
    paragraph(
      `Each arm minus ${against}, paired by seed and by held-out task, with ${percent(level)} intervals. ${
        computeCaption(comparison)
      }`,
    ),
    table(differenceRows(comparison)),
    list(differences.map((difference) => reading(difference, steps))),
    paragraph(countSentence(comparison)),
  ];
}

/** What a difference shows, in words. */
export function reading({ arm, against, seeds, value, finding, holds }: Difference, steps: number): string {
  if (value === null) {
    return `${arm} and ${against}: not compared, for their runs share no ${
      seeds.length === 0 ? "seed" : "held-out task"
    }`;
  }
  if (value.low === null) return `${arm} and ${against}: one seed and one task show nothing`;
  if (finding === "none") return `${arm} and ${against}: the interval includes zero: no difference shown`;
  return `${arm} is ${finding} than ${against} at k = ${steps}: the interval excludes zero${
    holds ? ", also after adjustment" : "; after adjustment for the number of comparisons it would not"
  }`;
}

/** How many seeds and comparisons there were, and what follows. */
export function countSentence({ differences, arms, resamples, level }: Comparison): string {
  const most = Math.max(...differences.map(({ seeds }) => seeds.length));
  const tasks = [...new Set(differences.map((difference) => difference.tasks))];
  const unequal = arms.some((arm) => arm.seeds.join() !== arms[0]?.seeds.join());
  return [
    `${plural(differences.length, "comparison")} on ${seedsOf(differences)} and ${
      tasks.join(" or ")
    } held-out tasks.`,
    unequal
      ? `Not all arms have the same seeds (${
        arms.map(({ label, seeds }) => `${label}: ${seeds.join(", ")}`).join("; ")
      }): only the seeds that both arms of a pair have are compared.`
      : "",
    `Intervals are of ${count(resamples)} resamples of ${
      most === 1 ? "tasks" : "seeds and tasks"
    } and hold for one comparison each: of twenty arms that do not differ, about one would be off zero at ${
      percent(level)
    }. Holm's p-values are adjusted for ${
      differences.length === 1 ? "this one" : `all ${count(differences.length)}`
    }.`,
    most === 1
      ? "One seed cannot rank arms: the intervals do not know how much another seed would move them."
      : most < 5
      ? "With so few seeds intervals are rough, and too narrow where seeds differ much."
      : "",
  ].filter((sentence) => sentence !== "").join(" ");
}

/** Whether a search is worth more than choosing among drafts. */
function draftBlocks(comparison: Comparison): Block[] {
  const { arms, measure, level } = comparison;
  if (arms.every(({ drafts }) => drafts === null)) return [];
  return [
    heading("Search beside drafts alone"),
    paragraph(
      `${
        measure === "solved" ? "Solved share" : "Mean quality"
      } of what a search found, beside the best by validation of ` +
        "as many first attempts, drawn independently from the same policy: chosen in the same way, and without an oracle. " +
        `With ${percent(level)} intervals. ${computeCaption(comparison)}`,
    ),
    table(draftRows(comparison)),
  ];
}

function controlBlocks(comparison: Comparison): Block[] {
  const { scaffold } = comparison;
  if (!hasControls(comparison.arms)) return [];
  return [
    heading("The same tokens spent on independent attempts"),
    paragraph(
      "Solved share of a chain's latest answer beside that of as many first attempts, drawn independently from the same " +
        "policy: their most common one, and the best of them. What is marked (oracle) presumes someone who knows which " +
        `answer is right. ${
          scaffold === "chain" ? "" : "Of a search, the latest is the best so far by validation. "
        }± one standard error. ${computeCaption(comparison)}`,
    ),
    table(controlRows(comparison)),
    table(controlDifferenceRows(comparison)),
  ];
}

const unitNames: Readonly<Record<ComputeUnit, string>> = {
  tokens: "generated training tokens",
  rollouts: "training rollouts",
  iterations: "training iterations",
};

/** With more arms than this, captions give the range of their tokens; the table of compute has each. */
const namedArms = 8;

/** What was equal between the arms, and what each generated. */
export function computeCaption({ compute: { equalIn }, arms }: Comparison): string {
  const order = arms.map(({ compute }) => compute.tokens ?? 0).toSorted((a, b) => a - b);
  const tokens = arms.length > namedArms
    ? `${compact(order[0] ?? 0)} to ${compact(order.at(-1) ?? 0)}`
    : arms.map(({ label, compute }) => `${label} ${compact(compute.tokens)}`).join(", ");
  if (arms.length === 1) return `Generated training tokens a run: ${tokens}.`;
  const equal = equalIn === null ? "At unequal compute" : `At equal ${unitNames[equalIn]}`;
  return equalIn === "tokens" ? `${equal} (${tokens}).` : `${equal} (generated training tokens: ${tokens}).`;
}

/** The warning that arms did not generate as many tokens; `undefined` if they did. */
export function computeWarning({ compute: { equalIn, excess }, arms }: Comparison): string | undefined {
  if (arms.length < 2 || equalIn === "tokens") return undefined;
  if (excess.tokens === null) return "not all runs tell how many tokens they generated in training";
  const order = arms.toSorted((a, b) => (a.compute.tokens ?? 0) - (b.compute.tokens ?? 0));
  const [least, most] = [order[0], order.at(-1)];
  return `the arms were not trained on the same number of tokens: ${most?.label} generated ${
    percent(excess.tokens)
  } more than ${least?.label}. ${
    equalIn === null ? "Nothing else was equal either." : `Equal were the ${unitNames[equalIn]}.`
  }`;
}

/** How many seeds there are, such as `5 to 8 seeds`. */
function seedsOf(each: readonly { readonly seeds: readonly number[] }[]): string {
  const counts = each.map(({ seeds }) => seeds.length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? plural(most, "seed") : `${fewest} to ${most} seeds`;
}

function heading(text: string): Block {
  return { kind: "heading", text };
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

function list(items: readonly string[]): Block {
  return { kind: "list", items };
}

function table(rows: Rows): Block {
  return { kind: "table", rows };
}

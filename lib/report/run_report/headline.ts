import { computeCaption, computeWarning, countSentence, reading } from "../comparison_report.ts";
import { change, compact, macroCaption, nothing, percent, share, withInterval } from "../figures.ts";
import { type Html, html } from "../page/html.ts";
import { table } from "../page/table.ts";
import { swatch } from "../page/theme.ts";
import { answerWords, axisWords } from "../scaffold_words.ts";
import { type Gallery, type ReportSource, type Section, smallPicture } from "./parts.ts";

/** What was reached, with intervals, and what that shows. */
export function headline({ comparison }: ReportSource): Section {
  const { arms, steps, measure, level, benchmarks, differences, scaffold, notes } = comparison;
  const against = [...new Set(differences.map((difference) => difference.against))];
  const warning = computeWarning(comparison);
  const rows = [
    [
      "arm",
      "seeds",
      "tokens a run",
      "k = 0",
      ...steps === 0 ? [] : [`k = ${steps}`, `Δ${steps}`],
      ...against.flatMap((reference) => [`minus ${reference}`, "Holm's p"]),
    ],
    ...arms.map(({ label, seeds, compute, curve, gain }) => [
      label,
      String(seeds.length),
      compact(compute.tokens),
      withInterval(curve[0] ?? null, share),
      ...steps === 0 ? [] : [withInterval(curve.at(-1) ?? null, share), withInterval(gain, change)],
      ...against.flatMap((reference) => {
        const found = differences.find((each) => each.arm === label && each.against === reference);
        return found === undefined
          ? [nothing, nothing]
          : [withInterval(found.value, change), share(found.holm)];
      }),
    ]),
  ];
  const what = measure === "solved" ? "Solved share" : "Mean quality";
  return {
    id: "headline",
    title: "What was reached",
    body: html`${warning === undefined ? "" : html`<p class="warn">Warning: ${warning}</p>`}
${notes.length === 0 ? "" : html`<ul class="warn">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<p>${what} of held-out tasks${macroCaption(benchmarks.length)}, ${answerWords[scaffold]}: mean and ${
      percent(level)
    } interval. ${computeCaption(comparison)}</p>
<div id="headline-table">${table(rows, { marks: arms.map((_, place) => swatch(place)) })}</div>
${verdict(comparison)}`,
  };
}

function verdict(comparison: ReportSource["comparison"]): Html {
  const { differences, steps, arms } = comparison;
  if (differences.length === 0) {
    return html`<p>One arm: there is nothing to compare it with${
      arms[0]?.seeds.length === 1 ? ", and one seed does not tell how another would do" : ""
    }.</p>`;
  }
  return html`<ul>${differences.map((each) => html`<li>${reading(each, steps)}</li>`)}</ul>
<p class="faint">${countSentence(comparison)}</p>`;
}

/** Self-improvement curves, and which steps mend and spoil answers. */
export function curves({ comparison }: ReportSource, gallery: Gallery): Section {
  const { arms, measure, benchmarks, scaffold, level } = comparison;
  const what = measure === "solved" ? "solved share" : "mean quality";
  const ticks = {
    label: "k, self-improvement steps",
    scale: "sqrt",
    ticks: [0, 1, 2, 4, 8, 16, 32],
  } as const;
  const shownTicks = { ...ticks, ticks: ticks.ticks.filter((tick) => tick <= comparison.steps), format: "d" };
  const picture = gallery.lines(
    "curves",
    {
      title: `After k self-improvement steps: ${what}`,
      series: arms.map(({ label, curve }) => ({
        name: label,
        points: curve.map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high })),
      })),
      x: shownTicks,
      y: `${what}${axisWords[scaffold]}`,
      width: 560,
      height: 360,
    },
    `${what[0]?.toUpperCase()}${what.slice(1)} of held-out tasks${macroCaption(benchmarks.length)}, ${
      answerWords[scaffold]
    }, at the last evaluation. Bands are ${
      percent(level)
    } intervals of each arm by itself: whether two arms differ is ` +
      "told by the interval of their difference, above.",
  );
  return { id: "curves", title: "Self-improvement curves", body: html`${picture}` };
}

/** Answers that a step mends, and those that it spoils. */
export function flips({ comparison }: ReportSource, gallery: Gallery): Section {
  const { arms } = comparison;
  const counted = (name: string, title: string, pick: "net" | "gainedStep" | "lostStep", caption: string) =>
    gallery.lines(
      name,
      {
        title,
        series: arms.map(({ label, corrections }) => ({
          name: label,
          points: corrections.map((at) => ({ x: at.step, y: at[pick] })),
        })),
        x: "k, self-improvement steps",
        y: "chains a run",
        ...smallPicture,
      },
      caption,
    );
  return {
    id: "flips",
    title: "Answers that flip",
    body: html`
      <p>Chains over all held-out tasks, mean over seeds. Net corrections are answers that turned right since the
      first attempt less those that turned wrong.</p>${table([
        ["arm", "net corrections", "wrong → right", "right → wrong"],
        ...arms.map(({ label, corrections }) => {
          const last = corrections.at(-1);
          return [
            label,
            ...[last?.net, last?.gained, last?.lost].map((value) =>
              value === undefined ? nothing : compact(value)
            ),
          ];
        }),
      ], { marks: arms.map((_, place) => swatch(place)) })}<div
        class="grid">${counted(
          "net_corrections",
          "Net corrections after k steps",
          "net",
          "Net corrections against the first attempt.",
        )}${counted(
          "mended",
          "Wrong to right at step k",
          "gainedStep",
          "Answers that turned right at this very step.",
        )}${counted(
          "spoiled",
          "Right to wrong at step k",
          "lostStep",
          "Answers that turned wrong at this very step.",
        )}</div>
    `,
  };
}

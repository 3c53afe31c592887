import type { FigureName } from "../replay/figures.ts";
import type { ReplaySummary, SubjectSummary } from "../replay/replay_summary.ts";
import { barChart } from "./charts/bar_chart.ts";
import { chartFigure, lineRows } from "./charts/chart_figure.ts";
import { lineChart } from "./charts/line_chart.ts";
import { count, plural, share } from "./figures.ts";
import { blocks } from "./page/blocks.ts";
import { type Html, html } from "./page/html.ts";
import { page } from "./page/page.ts";
import { table } from "./page/table.ts";
import { figureBins } from "./replay_bins.ts";
import { grid } from "./run_report/parts.ts";
import { replayReport } from "./replay_report.ts";

/** The most points of a line, and bars of a picture. */
const [mostPoints, mostBars] = [60, 8];

/** The starts of a table. */
const mostStarts = 10;

/** The figures that are drawn over iterations. */
const drawn: readonly { readonly name: FigureName; readonly title: string; readonly caption: string }[] = [
  {
    name: "learnability",
    title: "Learnability",
    caption:
      "Mean variance of rewards of an iteration's picks that were measured, by the nearest measurement.",
  },
  {
    name: "freshLearnability",
    title: "Learnability, fresh",
    caption: "The same by a measurement of the same iteration or later, which no curriculum had seen.",
  },
  {
    name: "flat",
    title: "Flat",
    caption: "Share of measured picks whose rewards were all equal, so that they teach nothing.",
  },
  { name: "depth", title: "Depth", caption: "Mean self-iteration steps behind the picks." },
  { name: "replayed", title: "Partial histories", caption: "Share of picks that are partial histories." },
  { name: "overlap", title: "Overlap", caption: "Share of picks that are in the logged batch." },
];

/** How the log answers, from best to worst. */
const support: readonly { readonly name: FigureName; readonly words: string }[] = [
  { name: "same", words: "same iteration" },
  { name: "other", words: "another iteration" },
  { name: "inherited", words: "inherited only" },
  { name: "unknown", words: "unknown" },
];

/** What a page is made from. */
export interface ReplayPage {
  /** What it is called. */
  readonly title: string;
  /** One an arm. */
  readonly summaries: readonly ReplaySummary[];
  /** How to make it again. */
  readonly command: string;
}

/** What other curricula would have picked, as one self-contained page. */
export function replayPage({ title, summaries, command }: ReplayPage): string {
  return page({
    title: `${title}: replay`,
    body: html`
      <header>
        <h1>${title}: replay</h1>
        <p class="faint">${plural(
          summaries.reduce((sum, { runs }) => sum + runs.length, 0),
          "run",
        )} of ${plural(summaries.length, "arm")}</p>
      </header>
      <main>${summaries.map(armSection)}
        <section aria-labelledby="command"><h2 id="command">Made by</h2><pre>${command}</pre></section>
      </main>
    `,
  });
}

function armSection(summary: ReplaySummary, at: number): Html {
  const { experiment, arm, subjects } = summary;
  return html`
    <section aria-labelledby="arm-${String(at)}"><h2 id="arm-${String(at)}">${experiment}, arm ${arm}</h2>
      ${blocks(replayReport(summary, "page"))}
      ${subjects.length === 0 ? "" : html`
        <h3>Over training</h3>
        <p>Lines are means over up to ${String(
          mostPoints,
        )} stretches of iterations; bands are one standard error over ${summary.over}, where there is one.</p>
      `}
      ${grid([
        ...subjects.length === 0 ? [] : drawn.map((figure) => lines(subjects, figure)),
        ...subjects.map(supportBars),
      ])}
      ${subjects.map(pickedTable)}
      <h3>Curricula</h3>
      ${table([
        ["curriculum", "kind", "options in force"],
        ...subjects.map(({ name, kind, options }) => [name, kind, JSON.stringify(options)]),
      ], { text: true })}
    </section>
  `;
}

/** The starts that a curriculum would have picked most. */
function pickedTable({ name, picked }: SubjectSummary): Html {
  const rows = picked.slice(0, mostStarts).map(({ id, root, turn, depth, picks, measured, learnability }) => [
    ...[id, root, count(turn), count(depth), count(picks), count(measured), share(learnability)],
  ]);
  const caption =
    `Picked most often by ${name}: picks a run, how many iterations measured the start, and what at`;
  return table(
    [["start", "root task", "turn", "depth", "picks", "measured", "learnability"], ...rows],
    { caption },
  );
}

function lines(subjects: readonly SubjectSummary[], { name, title, caption }: (typeof drawn)[number]): Html {
  const series = subjects.map((subject) => ({
    name: subject.name,
    points: figureBins(subject.series, name, mostPoints).flatMap(({ from, to, mean, error }) =>
      mean === null ? [] : [{
        ...{ x: (from + to) / 2, y: mean },
        ...error === null ? {} : { low: mean - error, high: mean + error },
      }]
    ),
  }));
  const chart = { series, x: "training iteration", y: title };
  const ends = series.map(({ name, points }) => `${name} ${share(points.at(-1)?.y ?? null)}`);
  return chartFigure(
    lineChart({ ...chart, width: 560, height: 300, title, description: `At the end: ${ends.join(", ")}.` }),
    caption,
    lineRows(chart, share),
  );
}

function supportBars({ name, series }: SubjectSummary): Html {
  const bars = support.flatMap(({ name: figure, words }) =>
    figureBins(series, figure, mostBars).map(({ from, to, mean }) => ({
      label: from === to ? `${from}` : `${from}–${to}`,
      series: words,
      value: mean ?? 0,
    }))
  );
  const title = `What the log answers: ${name}`;
  const labels = [...new Set(bars.map(({ label }) => label))];
  return chartFigure(
    barChart({
      ...{ bars, title, x: "training iteration", y: "share of picks", width: 560 },
      description: `Picks of ${name} by whether the log measured their start, over iterations.`,
    }),
    `${title}. Shares of its picks by whether their start was measured in the same iteration, in another, never but as ` +
      "a partial history that a logged rollout left behind, or not at all.",
    [
      ["iteration", ...support.map(({ words }) => words)],
      ...labels.map((label) => [
        label,
        ...support.map(({ words }) =>
          share(bars.find((bar) => bar.label === label && bar.series === words)?.value ?? null)
        ),
      ]),
    ],
  );
}

import { barChart } from "../charts/bar_chart.ts";
import { chartFigure } from "../charts/chart_figure.ts";
import { formatDuration } from "../duration.ts";
import { compact, count, nothing, percent, plural, share } from "../figures.ts";
import { type Html, html } from "../page/html.ts";
import { table } from "../page/table.ts";
import { repeatedAnswers, stepWords } from "../repeated_answers.ts";
import { trainingFigures } from "../training_figures.ts";
import type { ShownRollout } from "./closed_run.ts";
import { figureChart, heldOutChart, pictureSize } from "./figure_charts.ts";
import { alertList, progressBar, type Region, statusWord } from "./overview.ts";
import type { LiveRun } from "./run_feed.ts";
import { binWidth, type LearnabilityBin, type SpaceNow, staleAfter } from "./space_watch.ts";

/** The parts of the page of one run. */
export function runPage(run: LiveRun, rollouts: readonly ShownRollout[]): Region[] {
  const text = (name: string, make: () => Html): Region => ({ name, picture: false, make });
  return [
    text("summary", () => summary(run)),
    text("alerts", () => alertList([run], false)),
    { name: "held-out", picture: true, make: () => heldOut(run) },
    ...trainingFigures.map((chart) => ({
      name: chart.column,
      picture: true,
      make: () => figureChart(chart, [run]),
    })),
    { name: "space", picture: true, make: () => space(run.space) },
    text("chain", () => chain(run)),
    text("found", () => found(run.space)),
    text("rollouts", () => rolloutList(run, rollouts)),
    text("events", () => events(run)),
  ];
}

/** The part that changes on the page of a run whose folder is no longer there. */
export const goneRun: readonly Region[] = [{
  name: "summary",
  picture: false,
  make: () =>
    html`
      <p
        class="warn">This run is no longer in the folder that is watched; what stands below is the last that was read of it.</p>
    `,
}];

function summary(run: LiveRun): Html {
  const { progress, secondsLeft, iteration, tokens, rollouts, latest, written } = run;
  return html`
    <p>${run.experiment}, arm ${run.arm}, seed ${run.seed}: ${run.domain}, ${run.policy} on ${run.engine}.</p>
    <p>${statusWord(run)}, ${progressBar(
      progress,
    )} of the budget${secondsLeft === null || run.problem !== null
      ? ""
      : `, about ${formatDuration(secondsLeft)} left`}.</p>
    ${table([
      ["iteration", "tokens", "rollouts", "tokens/s", "reward", "solved", "entropy", "written (UTC)"],
      [
        String(iteration),
        compact(tokens),
        compact(rollouts),
        compact(latest.tokens_per_second),
        share(latest.reward),
        share(latest.solved),
        share(latest.entropy),
        written.slice(0, 19).replace("T", " "),
      ],
    ])}
  `;
}

/** The first evaluation, one of the middle, and the latest: of each benchmark. */
function heldOut({ heldOut }: LiveRun): Html {
  const iterations = [...new Set(heldOut.map(({ iteration }) => iteration))];
  const chosen = new Set(
    [0, Math.floor((iterations.length - 1) / 2), iterations.length - 1].map((at) => iterations[at]),
  );
  const several = new Set(heldOut.map(({ split }) => split)).size > 1;
  return heldOutChart(
    "Held out, as training goes on",
    "Share of held-out tasks solved after k self-improvement steps, at the first, a middle and the latest evaluation.",
    heldOut.filter(({ iteration }) => chosen.has(iteration)).map((curve) => ({
      name: several ? `${curve.split}, ${curve.iteration}` : `iteration ${curve.iteration}`,
      curve,
    })),
  );
}

function space(now: SpaceNow | null): Html {
  const title = "Task space by learnability";
  if (now === null) {
    return html`
      <h3>${title}</h3>
      <p class="faint">The curriculum keeps no task space.</p>
    `;
  }
  const { starts, partial, deepest, bins, stale } = now;
  const words = `${plural(starts, "start")}, ${count(partial)} of them partial histories, the deepest of ${
    plural(deepest, "step")
  }.${
    stale === null
      ? ""
      : ` ${percent(stale)} of the histories have a score older than ${staleAfter} iterations.`
  }`;
  if (bins.length === 0) {
    return html`
      <h3>${title}</h3>
      <p>${words} None has a score yet.</p>
    `;
  }
  const picture = barChart({
    bars: withGaps(bins).flatMap(({ from, solved, open }) => [
      { label: from.toFixed(3), series: "open", value: open },
      { label: from.toFixed(3), series: "solved", value: solved },
    ]),
    x: "learnability from",
    y: "starts",
    ...pictureSize,
    title,
    description: words,
  });
  return html`<h3>${title}</h3>${
    chartFigure(picture, words, [
      ["learnability from", "attempt open", "attempt solved"],
      ...bins.map(({ from, solved, open }) => [from.toFixed(3), count(open), count(solved)]),
    ])
  }`;
}

/** Bins with the empty ones between them, so that what stands side by side in a picture is so. */
function withGaps(bins: readonly LearnabilityBin[]): LearnabilityBin[] {
  const byPlace = new Map(bins.map((bin) => [Math.round(bin.from / binWidth), bin]));
  const places = [...byPlace.keys()];
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return Array.from(
    { length: last - first + 1 },
    (_, at) => byPlace.get(first + at) ?? { from: (first + at) * binWidth, solved: 0, open: 0 },
  );
}

function chain({ chain }: LiveRun): Html {
  const [first] = chain;
  if (first === undefined) return html`<p class="faint">There is no evaluation yet.</p>`;
  return html`<p>Held-out task <code>${first.task}</code>, evaluated after iteration ${first.iteration}:</p>${
    repeatedAnswers(chain).map(({ answer: { step, mode, solved, quality, response }, until }) =>
      written(
        `${stepWords(step, until)}${mode === "" ? "" : `, ${mode}`}`,
        solved,
        `quality ${share(quality)}`,
        response,
      )
    )
  }`;
}

function found(now: SpaceNow | null): Html {
  const newest = now?.newest ?? [];
  if (newest.length === 0) return html`<p class="faint">None has entered the task space yet.</p>`;
  return html`${
    newest.map(({ root, born, depth, mode, quality, response }) =>
      written(
        `iteration ${born}, root ${root}, depth ${depth}, ${mode}`,
        undefined,
        `quality ${share(quality)}`,
        response,
      )
    )
  }`;
}

function rolloutList({ status }: LiveRun, rollouts: readonly ShownRollout[]): Html {
  if (rollouts.length === 0) {
    return html`<p class="faint">${
      status === "running"
        ? "Rollouts are kept in the run's database, which no other process may open while it runs: they appear when it ends."
        : "There are none to be read."
    }</p>`;
  }
  return html`${
    rollouts.map(({ iteration, group, rollout, mode, prompt, response, solved, reward }) =>
      html`${
        rollout === 0
          ? html`
            <details>
              <summary>Prompt of group ${group}, iteration ${iteration}</summary>
              <pre>${"\n"}${prompt}</pre>
            </details>
          `
          : ""
      }${written(`group ${group}, rollout ${rollout}, ${mode}`, solved, `reward ${share(reward)}`, response)}`
    )
  }`;
}

/** What the policy wrote: text, whatever it holds. A line break at the beginning of `pre` is lost, so that one is put there. */
function written(title: string, solved: boolean | undefined, figure: string, response: string): Html {
  const badge = solved === undefined
    ? ""
    : html`<span class="${solved ? "badge good" : "badge bad"}">${solved ? "solved" : "not solved"}</span>`;
  return html`
    <h3>${title} ${badge} <span class="faint">${figure}</span></h3>
    <pre class="written">${"\n"}${response === "" ? nothing : response}</pre>
  `;
}

function events({ events }: LiveRun): Html {
  if (events.length === 0) return html`<p class="faint">None.</p>`;
  return table([
    ["time (UTC)", "iteration", "level", "kind", "message"],
    ...events.map(({ time, iteration, level, kind, message }) => [
      time.slice(0, 19).replace("T", " "),
      String(iteration),
      level,
      kind,
      message,
    ]),
  ], { text: true });
}

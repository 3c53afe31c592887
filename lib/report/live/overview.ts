import { formatDuration } from "../duration.ts";
import { compact, count, nothing, plural, share } from "../figures.ts";
import { type Html, html } from "../page/html.ts";
import { broken } from "../page/table.ts";
import { armColour, colourCount } from "../page/theme.ts";
import { trainingFigures } from "../training_figures.ts";
import { figureChart, heldOutChart, runNames } from "./figure_charts.ts";
import type { LiveRun } from "./run_feed.ts";

/** A part of a page that is replaced as a whole when it changes. */
export interface Region {
  /** Its name, and with `region-` before it its id in the page. */
  readonly name: string;
  /** Whether it is a picture: made anew less often than the rest. */
  readonly picture: boolean;
  /** Makes it. */
  make(): Html;
}

/**
 * The parts of the page of all runs.
 *
 * @param place What they are in.
 * @param unread How many folders are yet to be read.
 */
export function overview(runs: readonly LiveRun[], place: string, unread: number): Region[] {
  const drawn = drawnRuns(runs);
  return [
    { name: "summary", picture: false, make: () => summary(runs, drawn.length, place, unread) },
    // Those of runs that have ended are on their own pages.
    {
      name: "alerts",
      picture: false,
      make: () =>
        alertList(runs.filter(({ status, problem }) => status === "running" || problem !== null), true),
    },
    { name: "runs", picture: false, make: () => runTable(runs, drawn) },
    {
      name: "held-out",
      picture: true,
      make: () => {
        const names = runNames(drawn);
        return heldOutChart(
          "Held out, latest evaluation",
          "Share of held-out tasks solved after k self-improvement steps.",
          drawn.flatMap((run) => {
            const latest = run.heldOut.at(-1)?.iteration;
            const curves = run.heldOut.filter(({ iteration }) => iteration === latest);
            const name = names.get(run.key) ?? run.run;
            return curves.map((curve) => ({
              name: curves.length === 1 ? name : `${name}, ${curve.split}`,
              curve,
            }));
          }),
        );
      },
    },
    ...trainingFigures.map((chart) => ({
      name: chart.column,
      picture: true,
      make: () => figureChart(chart, drawn),
    })),
  ];
}

/** The address of a run's own page. */
export function runAddress(key: string): string {
  return `/run?run=${encodeURIComponent(key)}`;
}

/** As many as there are colours: those that run, then those that began last; in the order in which they began. */
function drawnRuns(runs: readonly LiveRun[]): LiveRun[] {
  const readable = runs.filter(({ iteration, heldOut }) => iteration > 0 || heldOut.length > 0);
  const chosen = new Set(
    readable.toSorted((a, b) =>
      Number(b.status === "running") - Number(a.status === "running") ||
      readable.indexOf(b) - readable.indexOf(a)
    ).slice(0, colourCount),
  );
  return readable.filter((run) => chosen.has(run));
}

function summary(runs: readonly LiveRun[], drawn: number, place: string, unread: number): Html {
  if (runs.length === 0 && unread === 0) {
    return html`
      <p>There are no runs in ${place} yet; they appear here when they begin.</p>
    `;
  }
  const byStatus = [...Map.groupBy(runs, statusWord)].map(([status, some]) =>
    `${count(some.length)} ${status}`
  );
  return html`
    <p>${plural(runs.length, "run")} in ${place}: ${byStatus.join(", ")}.${runs.length > drawn
      ? ` Curves are of ${count(drawn)} of them; deno task watch RUN… chooses.`
      : ""}${unread > 0 ? ` ${plural(unread, "folder")} more to be read.` : ""}</p>
  `;
}

/**
 * What calls for a look, in words.
 *
 * @param named Whether each says whose it is.
 */
export function alertList(runs: readonly LiveRun[], named: boolean): Html {
  const said = runs.flatMap((run) => {
    const name = named
      ? html`
        <a href="${runAddress(run.key)}">${run.run}</a>:
      `
      : "";
    return [
      ...run.problem === null ? [] : [html`<li class="warn">${name}Cannot be read on: ${run.problem}</li>`],
      ...run.alerts.map(({ kind, message }) =>
        html`<li class="warn" data-kind="${kind}">${name}${message}</li>`
      ),
    ];
  });
  return said.length === 0
    ? html`<p class="faint">${named ? "None in runs that are running." : "No alerts."}</p>`
    : html`<ul class="alerts">${said}</ul>`;
}

/** How far a run has come, in a word. */
export function statusWord({ status, problem }: LiveRun): string {
  return problem === null ? status : "damaged";
}

function runTable(runs: readonly LiveRun[], drawn: readonly LiveRun[]): Html {
  if (runs.length === 0) return html`<p class="faint">None yet.</p>`;
  const heads = [
    ...["run", "arm", "seed", "status", "budget used", "left", "iteration", "tokens", "tokens/s"],
    ...["reward", "solved", "alerts"],
  ];
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Runs">
      <table class="figures">
        <thead>
          <tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>
        </thead>
        <tbody>${runs.map((run) => runRow(run, drawn.indexOf(run)))}</tbody>
      </table>
    </div>
  `;
}

function runRow(run: LiveRun, place: number): Html {
  const { key, arm, seed, progress, secondsLeft, iteration, tokens, latest, alerts } = run;
  const mark = place < 0 ? "" : html`<i class="dot" style="background:${armColour(place)}"></i>`;
  return html`
    <tr data-run="${key}">
      <th scope="row">${mark}<a href="${runAddress(key)}">${broken(run.run)}</a></th>
      <td>${broken(arm)}</td>
      <td>${seed}</td>
      <td>${statusWord(run)}</td>
      <td>${progressBar(progress)}</td>
      <td>${secondsLeft === null || run.problem !== null ? nothing : formatDuration(secondsLeft)}</td>
      <td data-cell="iteration">${iteration}</td>
      <td data-cell="tokens">${compact(tokens)}</td>
      <td>${compact(latest.tokens_per_second)}</td>
      <td data-cell="reward">${share(latest.reward)}</td>
      <td data-cell="solved">${share(latest.solved)}</td>
      <td>${alerts.length === 0 ? nothing : alerts.length}</td>
    </tr>
  `;
}

/** How much of a budget is used, as a bar and in words. */
export function progressBar(progress: number | null): Html {
  if (progress === null) return html`${nothing}`;
  const words = `${(100 * progress).toFixed(1)} %`;
  return html`<progress max="1" value="${progress}" aria-label="${words} of the budget used"></progress> ${words}`;
}

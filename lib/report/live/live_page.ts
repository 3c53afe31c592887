import { type Html, html, type HtmlValue } from "../page/html.ts";
import { page } from "../page/page.ts";
import { trainingFigures } from "../training_figures.ts";

/** A page to be shown. */
export interface LivePageParts {
  /** Its title. */
  readonly title: string;
  /** Whether it is of one run. */
  readonly single: boolean;
  /** Where its news come from; ends in a query. */
  readonly events: string;
  /** The version of what stands in it. */
  readonly since: string;
  /** Markup by region, made by {@linkcode html}. */
  readonly regions: ReadonlyMap<string, Html>;
  /** The script that keeps it up to date. */
  readonly script: string;
}

const style = `
.dot{display:inline-block;width:.7em;height:.7em;border-radius:.15em;margin-right:.4em}
progress{width:6rem;vertical-align:middle;accent-color:var(--arm-1)}
ul.alerts{padding:0;list-style:none}.texts h3{margin:.7rem 0 .2rem;font-size:.95rem}
.news{color:var(--faint);font-size:.88rem}
.unseen{position:absolute;left:-99rem}
.grid h3{margin-bottom:0}.texts pre{max-height:22rem;overflow-y:auto}
`;

/** The whole page, which shows everything without its script too. */
export function livePage({ title, single, events, since, regions, script }: LivePageParts): string {
  const region = (name: string): Html => html`<div id="region-${name}">${regions.get(name)}</div>`;
  const section = (heading: string, ...parts: HtmlValue[]): Html =>
    html`<section><h2>${heading}</h2>${parts}</section>`;
  const charts = html`<div class="grid">${
    ["held-out", ...trainingFigures.map(({ column }) => column), ...single ? ["space"] : []].map(region)
  }</div>`;
  const body = html`
    <header>${single ? html`<nav><a href="/">All runs</a></nav>` : ""}<h1>${title}</h1>
    <p class="news"><span id="connection" role="status">Without JavaScript this page stays as it is: load it
    again.</span> <span id="changed"></span> <span id="alert-count" class="unseen" role="status"></span></p></header>
    <main data-events="${events}"
      data-since="${since}">${region("summary")}${section(
        "Alerts",
        region("alerts"),
      )}${single ? "" : section("Runs", region("runs"))}${section("Curves", charts)}${single
        ? html`${
          section("What it wrote to a held-out task", html`<div class="texts">${region("chain")}</div>`)
        }${
          section("Attempts that entered the task space", html`<div class="texts">${region("found")}</div>`)
        }${section("Rollouts of the last iteration", html`<div class="texts">${region("rollouts")}</div>`)}${
          section("Events", region("events"))
        }`
        : ""}</main>
    <footer>
      <p class="faint">This page only reads, and may be closed at any time. <a href="/state.json">The same as
    JSON</a></p>
    </footer>
  `;
  return page({ title, body, script, style });
}

import { comparisonReport } from "../comparison_report.ts";
import { count } from "../figures.ts";
import { blocks } from "../page/blocks.ts";
import { html } from "../page/html.ts";
import { page } from "../page/page.ts";
import { settingsReport } from "../settings_report.ts";
import { cost } from "./cost.ts";
import { curves, flips, headline } from "./headline.ts";
import { Gallery, type ReportSource, type Section } from "./parts.ts";
import { samples } from "./samples.ts";
import { lineage, space } from "./space.ts";
import { training } from "./training.ts";

/** A report. */
export type RunReport = {
  /** The page: one HTML document that fetches nothing and runs nothing. */
  readonly page: string;
  /** The pictures in it, each as an SVG document, by name. */
  readonly pictures: ReadonlyMap<string, string>;
};

/** Makes the page of some runs: what they reached, how they got there, and what they wrote. */
export function runReport(source: ReportSource): RunReport {
  const { title, comparison, command } = source;
  const gallery = new Gallery();
  const sections: Section[] = [
    headline(source),
    curves(source, gallery),
    training(source, gallery),
    space(source, gallery),
    lineage(source, gallery),
    flips(source, gallery),
    samples(source),
    cost(source),
    { id: "figures", title: "All figures", body: blocks(comparisonReport(comparison, "page")) },
    { id: "settings", title: "Settings and versions", body: blocks(settingsReport(comparison, command)) },
  ];
  const runs = comparison.arms.flatMap((arm) => arm.runs);
  const plans = [...new Set(runs.map(({ planHash }) => planHash.slice(0, 12)))];
  const versions = [...new Set(runs.map(({ exitlabVersion }) => exitlabVersion))];
  return {
    page: page({
      title: `${title}: report`,
      body: html`
        <a class="skip" href="#headline">To the figures</a>
        <header>
          <h1>${title}</h1>
          <p
            class="faint">${count(runs.length)} ${runs.length === 1 ? "run" : "runs"} of ${count(
              comparison.arms.length,
            )} ${comparison.arms.length === 1 ? "arm" : "arms"} · plan ${plans.join(
              ", ",
            )} · exitlab ${versions.join(", ")}</p>
          <nav aria-label="Sections">
            <ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul>
          </nav>
        </header>
        <main>${sections.map(({ id, title, body }) =>
          html`
            <section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
            ${body}</section>
          `
        )}</main>
      `,
    }),
    pictures: gallery.pictures,
  };
}

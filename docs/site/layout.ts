import { dirname, relative } from "node:path";
import { type Html, html } from "../../lib/report/page/html.ts";
import type { Heading } from "./markdown.ts";

/** What a page is put together from. */
export interface SitePage {
  /** Its place in the site, such as `docs/tour.html`. */
  readonly path: string;
  /** Its title. */
  readonly title: string;
  /** What stands in it. */
  readonly body: Html;
  /** Its headings, for its own table of contents. */
  readonly headings: readonly Heading[];
}

/** A section of the navigation, by places in the site. */
export interface SiteSection {
  /** Its title. */
  readonly title: string;
  /** Its pages in order. */
  readonly pages: readonly { readonly title: string; readonly path: string }[];
}

/** What a page may do: take its style and pictures from beside it. Nothing runs, and nothing comes from elsewhere. */
const policy =
  "default-src 'none'; style-src 'self' file:; img-src 'self' file: data:; base-uri 'none'; form-action 'none'";

/** The address of one page of the site from another. */
export function between(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path === "" ? to : path;
}

/**
 * A page of the site as a document, with the navigation, its table of contents, and the pages before and after it.
 *
 * @example
 * ```ts
 * import { html } from "exitlab/lib/report/page/html.ts";
 * import { layOut } from "exitlab/docs/site/layout.ts";
 * import assert from "node:assert/strict";
 *
 * const sections = [{ title: "Learn", pages: [{ title: "Tour", path: "docs/tour.html" }] }];
 * const page = { path: "docs/tour.html", title: "Tour", body: html`<h1>Tour</h1>`, headings: [] };
 * assert.match(layOut(page, sections), /<a href="tour.html" aria-current="page">Tour<\/a>/);
 * ```
 */
export function layOut(page: SitePage, sections: readonly SiteSection[]): string {
  const { path, title, body, headings } = page;
  const order = sections.flatMap(({ pages }) => pages);
  const at = order.findIndex((each) => each.path === path);
  const [before, after] = at === -1 ? [undefined, undefined] : [order[at - 1], order[at + 1]];
  const link = (to: { readonly title: string; readonly path: string }, words: Html): Html =>
    to.path === path
      ? html`<a href="${between(path, to.path)}" aria-current="page">${words}</a>`
      : html`<a href="${between(path, to.path)}">${words}</a>`;
  const navigation = sections.map((section) =>
    html`
      <h2>${section.title}</h2>
      <ul>${section.pages.map((each) => html`<li>${link(each, html`${each.title}`)}</li>`)}</ul>
    `
  );
  const contents = headings.filter(({ depth }) => depth === 2 || depth === 3);
  const document = html`
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="${between(path, "style.css")}">
        <title>${title === "exitlab" ? title : `${title} · exitlab`}</title>
      </head>
      <body>
        <a class="skip" href="#content">To the text</a>
        <header><a href="${between(path, "index.html")}">exitlab</a></header>
        <div class="columns">
          <nav class="site" aria-label="All pages">
            <details><summary>All pages</summary>${navigation}</details>
          </nav>
          <main id="content">
            <article>${body}</article>
            <footer>
              ${before === undefined
                ? ""
                : html`<a rel="prev" href="${
                  between(path, before.path)
                }"><span>Before</span> ${before.title}</a>`}
              ${after === undefined
                ? ""
                : html`<a rel="next" href="${
                  between(path, after.path)
                }"><span>Next</span> ${after.title}</a>`}
            </footer>
          </main>
          ${contents.length < 2 ? "" : html`
            <nav class="contents" aria-label="This page">
              <h2>On this page</h2>
              <ul>${contents.map(({ id, text, depth }) =>
                html`<li class="depth-${depth}"><a href="#${id}">${text}</a></li>`
              )}</ul>
            </nav>
          `}
        </div>
      </body>
    </html>
  `;
  return `<!doctype html>\n${String(document).trim()}\n`;
}

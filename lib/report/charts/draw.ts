/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeText } from "../page/html.ts";
import { chartStyle } from "../page/theme.ts";

/** A picture shrinks with the page to this share of its width, so that its letters stay legible; then it is scrolled. */
const leastShare = 0.64;

/** What is said of a picture to those who do not see it. */
export interface ChartWords {
  /** Its name. */
  readonly title: string;
  /** What it shows, in a sentence or two. */
  readonly description: string;
}

/**
 * Draws a plot as SVG text that stands alone or in a page: light and dark, with a title and a description. All text in it
 * is escaped, and {@linkcode "../page/html.ts".svg} takes it.
 */
export function draw(options: Plot.PlotOptions, { title, description }: ChartWords): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const plot = Plot.plot({ ...options, document });
  const { width = 640, height = 400 } = options;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" text-anchor="middle" style="min-width:${
      Math.round(leastShare * width)
    }px"><title>${escapeText(title)}</title>` +
    `<desc>${escapeText(description)}</desc><style>${chartStyle}</style>` +
    `${[...plot.children].map(write).join("")}</svg>`;
}

/** An element as text, strictly: escaped, quoted, and without the style that comes with each plot. */
function write(element: Element): string {
  const name = element.localName;
  if (name === "style") return "";
  const attributes = [...element.attributes].map(({ name, value }) => ` ${name}="${escapeText(value)}"`).join(
    "",
  );
  const inner = [...element.childNodes].map((node) =>
    node.nodeType === 1
      ? [...element.children].filter((child) => child === node).map(write).join("")
      : escapeText(node.textContent ?? "")
  ).join("");
  return `<${name}${attributes}>${inner}</${name}>`;
}

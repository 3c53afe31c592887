import { lexer, type MarkedToken, type Token } from "marked";
import { join } from "node:path";
import { known, plainText } from "./markdown.ts";

/** A part of the site: its title and its pages in the order in which they are read. */
export interface NavigationSection {
  /** Its title. */
  readonly title: string;
  /** Its pages, by the path of their source from the project's folder. */
  readonly pages: readonly NavigationPage[];
}

/** A page in the navigation. */
export interface NavigationPage {
  /** What it is called there. */
  readonly title: string;
  /** The path of its source from the project's folder, or of the page in the site if it is made from no file. */
  readonly path: string;
}

/**
 * The order of the pages, as an index page has it: each heading of the second level is a section, and the links at the
 * beginning of list items and in the first column of tables below it are its pages.
 *
 * @param text The index page.
 * @param folder The folder where it lies, which its links begin at.
 *
 * @example
 * ```ts
 * import { readNavigation } from "exitlab/docs/site/navigation.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "# Docs\n\n## Learn\n\n- [Tour](tour.md): by typing, see [Runs](runs.md)\n";
 * assert.deepEqual(readNavigation(text, "docs"), [{
 *   title: "Learn",
 *   pages: [{ title: "Tour", path: "docs/tour.md" }],
 * }]);
 * ```
 */
export function readNavigation(text: string, folder: string): readonly NavigationSection[] {
  const sections: { title: string; pages: NavigationPage[] }[] = [];
  for (const token of lexer(text).map(known)) {
    if (token.type === "heading" && token.depth === 2) {
      sections.push({ title: plainText(token.tokens), pages: [] });
    }
    const pages = sections.at(-1)?.pages;
    if (pages === undefined) continue;
    for (const [first] of cells(token)) {
      if (first === undefined) continue;
      const link = known(first);
      if (link.type === "link") pages.push({ title: plainText(link.tokens), path: join(folder, link.href) });
    }
  }
  return sections.filter(({ pages }) => pages.length > 0);
}

/** The inline tokens of each list item and of the first cell of each row. */
function cells(token: MarkedToken): readonly Token[][] {
  if (token.type === "table") return token.rows.map(([cell]) => cell?.tokens ?? []);
  if (token.type !== "list") return [];
  return token.items.map(({ tokens: [first] }) => first?.type === "text" ? first.tokens ?? [] : []);
}

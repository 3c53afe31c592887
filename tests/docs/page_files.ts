/** A file that a page has its reader write. */
export interface PageFile {
  /** Its path, as the page names it. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

/** The files of a page: blocks of TypeScript after a paragraph that ends with the file's name and a colon. */
export function pageFiles(page: string): PageFile[] {
  return Array.from(
    page.matchAll(/`(mine\/[\w/]+\.ts)`:\n\n```ts[^\n]*\n([\s\S]*?)```\n/g),
    ([, path = "", text = ""]) => ({ path, text }),
  );
}

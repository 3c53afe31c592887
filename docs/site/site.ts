import { dirname, join, normalize } from "node:path";
import { colours } from "../../lib/report/page/theme.ts";
import { type Api, readApi } from "./api.ts";
import { between, layOut, type SitePage, type SiteSection } from "./layout.ts";
import { renderMarkdown } from "./markdown.ts";
import { readNavigation } from "./navigation.ts";
import { modulePage, type ReferencePage, type ReferencePlace, typesPage } from "./reference.ts";
import { isShown, sourceAddress, sourcePage } from "./source_page.ts";

/** A site, and what is wrong with the pages that it was made from. */
export interface Site {
  /** Its files: pages and the style as text; what is copied as the path of the file that it is. */
  readonly files: ReadonlyMap<string, { readonly text: string } | { readonly copy: string }>;
  /** A sentence for each broken link, page without a place and public symbol without documentation. */
  readonly problems: readonly string[];
}

/** The page of the types behind the modules. */
const typesPath = "api/types.html";

/** Pages that other pages hold in full, and that are none of their own. */
const parts = /^docs\/results\/notes\//;

/**
 * The documentation as a site: the README, all pages of `docs`, and the reference of the public interface.
 *
 * @param root The project's folder.
 * @param api The public interface; read from the project when left out.
 * @throws {Error} If `deno doc` fails.
 */
export async function makeSite(root: string, api?: Api): Promise<Site> {
  return await new SiteMaker(root, api ?? await readApi(root)).make();
}

class SiteMaker {
  readonly #root: string;
  readonly #api: Api;
  readonly #problems: string[];
  readonly #pages = new Map<string, SitePage>();
  readonly #copies = new Map<string, string>();
  readonly #sources = new Set<string>();
  /** The links within the site: the page, what was written there and where it leads. */
  readonly #links: {
    readonly from: string;
    readonly href: string;
    readonly to: string;
    readonly anchor: string;
  }[] = [];
  readonly #anchors = new Map<string, ReadonlySet<string>>();
  /** The page and module of each symbol. */
  readonly #symbols = new Map<string, string>();

  constructor(root: string, api: Api) {
    this.#root = root;
    this.#api = api;
    this.#problems = [...api.problems];
    for (const { name } of api.types) this.#symbols.set(name, typesPath);
    for (const { entries, page } of [...api.modules].reverse()) {
      for (const { name } of entries) this.#symbols.set(name, page);
    }
  }

  async make(): Promise<Site> {
    const sources = ["README.md", ...await markdownFiles(this.#root, "docs")];
    const texts = new Map(
      await Promise.all(
        sources.map(async (path) => [path, await Deno.readTextFile(join(this.#root, path))] as const),
      ),
    );
    for (const [path, text] of texts) await this.#markdown(path, text, texts);
    this.#reference();
    const sections = this.#navigation(texts);
    // Source pages are made last, for all that anything links to.
    await Promise.all(Array.from(this.#sources, (path) => this.#source(path)));
    this.#check();
    const style = await Deno.readTextFile(join(this.#root, "docs/site/style.css"));
    return {
      files: new Map<string, { readonly text: string } | { readonly copy: string }>([
        ...Array.from(this.#pages, ([path, page]) => [path, { text: layOut(page, sections) }] as const),
        ...Array.from(this.#copies, ([path, copy]) => [path, { copy }] as const),
        ["style.css", { text: `${colours(":root")}\n${style}` }],
      ]),
      problems: this.#problems,
    };
  }

  async #markdown(path: string, text: string, texts: ReadonlyMap<string, string>): Promise<void> {
    const to = pageOf(path);
    const waiting: Promise<void>[] = [];
    let rendered;
    try {
      rendered = renderMarkdown(text, {
        address: (href) => {
          const { address, check } = this.#address(path, href, texts);
          if (check !== undefined) waiting.push(check());
          return address;
        },
        name: (name, code) => this.#imported(name, code, to),
      });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#problems.push(`${path}: ${error.message}`);
      return;
    }
    await Promise.all(waiting);
    const [first] = rendered.headings;
    if (first?.depth !== 1) this.#problems.push(`${path}: the page does not begin with a heading`);
    this.#pages.set(to, { path: to, title: first?.text ?? path, ...rendered });
    this.#anchors.set(to, new Set(rendered.headings.map(({ id }) => id)));
  }

  /** The address of a link of a page, and what is still to be looked at on the disk. */
  #address(
    path: string,
    href: string,
    texts: ReadonlyMap<string, string>,
  ): { readonly address: string; readonly check?: () => Promise<void> } {
    if (/^(https?|mailto):/.test(href)) return { address: href };
    const from = pageOf(path);
    const [file = "", anchor = ""] = href.split("#", 2);
    const target = file === "" ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    if (texts.has(target)) {
      const to = pageOf(target);
      this.#links.push({ from: path, href, to, anchor });
      const address = file === "" ? "" : between(from, to);
      return { address: `${address}${anchor === "" ? "" : `#${anchor}`}` };
    }
    const shown = isShown(target);
    const to = shown ? sourceAddress(target) : target;
    const check = async (): Promise<void> => {
      const info = await Deno.stat(join(this.#root, target)).catch(() => undefined);
      if (info === undefined || !info.isFile || target.startsWith("..")) {
        this.#problems.push(
          `${path}: the link to "${href}" leads to ${info?.isDirectory ? "a folder" : "nothing"}`,
        );
      } else if (shown) this.#sources.add(target);
      else this.#copies.set(to, join(this.#root, target));
    };
    return { address: between(from, to), check };
  }

  /** The address of a name that a piece of code imports from exitlab. */
  #imported(name: string, code: string, from: string): string | undefined {
    const page = this.#symbols.get(name);
    if (page === undefined) return undefined;
    for (const [, names = ""] of code.matchAll(/import (?:type )?\{([^}]*)\} from "exitlab[^"]*"/g)) {
      if (names.split(",").some((each) => each.trim().replace(/^type /, "") === name)) {
        return `${between(from, page)}#${name}`;
      }
    }
    return undefined;
  }

  #reference(): void {
    for (const module of this.#api.modules) {
      this.#referencePage(module.page, module.name, (place) => modulePage(module, place));
    }
    this.#referencePage(
      typesPath,
      "Types behind the interface",
      (place) => typesPage(this.#api.types, place),
    );
  }

  #referencePage(path: string, title: string, render: (place: ReferencePlace) => ReferencePage): void {
    const { body, headings, anchors } = render({
      symbol: (name) => {
        const page = this.#symbols.get(name);
        return page === undefined ? undefined : `${page === path ? "" : between(path, page)}#${name}`;
      },
      source: (file, line) => {
        this.#sources.add(file);
        this.#links.push({
          from: path,
          href: `${file}#L${line}`,
          to: sourceAddress(file),
          anchor: `L${line}`,
        });
        return `${between(path, sourceAddress(file))}#L${line}`;
      },
      page: (file) => {
        if (this.#pages.has(pageOf(file))) return between(path, pageOf(file));
        this.#problems.push(`${path}: a comment names ${file}, which is no page`);
        return undefined;
      },
      address: (href) => {
        if (!/^https?:/.test(href)) this.#problems.push(`${path}: a comment links to "${href}"`);
        return href;
      },
    });
    this.#pages.set(path, { path, title, body, headings });
    this.#anchors.set(path, new Set(anchors));
  }

  /** The navigation of the site; every page has to be in it once. */
  #navigation(texts: ReadonlyMap<string, string>): SiteSection[] {
    const sections = readNavigation(texts.get("docs/README.md") ?? "", "docs");
    const named = sections.flatMap(({ pages }) => pages.map(({ path }) => path));
    for (const path of texts.keys()) {
      const times = named.filter((each) => each === path).length;
      if (path !== "docs/README.md" && times !== 1) {
        this.#problems.push(`docs/README.md: ${path} is listed ${times} times, and has to be once`);
      }
    }
    return [
      ...sections.map(({ title, pages }) => ({
        title,
        pages: pages.filter(({ path }) => texts.has(path)).map(({ title, path }) => ({
          title,
          path: pageOf(path),
        })),
      })),
      {
        title: "API",
        pages: [
          ...this.#api.modules.map(({ name, page }) => ({ title: name, path: page })),
          { title: "Types", path: typesPath },
        ],
      },
    ];
  }

  /** A source file as a page, each line with an anchor. */
  async #source(path: string): Promise<void> {
    const { body, anchors } = sourcePage(path, await Deno.readTextFile(join(this.#root, path)));
    const to = sourceAddress(path);
    this.#anchors.set(to, new Set(anchors));
    this.#pages.set(to, { path: to, title: path, body, headings: [] });
  }

  #check(): void {
    for (const { from, href, to, anchor } of this.#links) {
      if (anchor !== "" && !(this.#anchors.get(to)?.has(anchor) ?? true)) {
        this.#problems.push(`${from}: the link to "${href}" leads to no heading of ${to}`);
      }
    }
  }
}

/** The page that a Markdown file becomes. */
function pageOf(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.html").replace(/\.md$/, ".html");
}

/** All Markdown files below a folder that are pages, in the order of their names. */
async function markdownFiles(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await markdownFiles(root, path));
    else if (name.endsWith(".md") && !parts.test(path)) found.push(path);
  }
  return found.sort();
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as exitlab from "exitlab";
import { makeSite } from "../../docs/site/site.ts";
import { writeSite } from "../../docs/site/write_site.ts";
import { UserError } from "../../lib/errors.ts";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { task } from "../support/command_line.ts";

const site = await makeSite(Deno.cwd());

/** The pages, by their place in the site. */
const pages = new Map(
  Array.from(site.files).flatMap(([path, file]) =>
    path.endsWith(".html") && "text" in file ? [[path, file.text] as const] : []
  ),
);

Deno.test("the site has no broken link, no page without a place and no public symbol without documentation", () => {
  assert.deepEqual(site.problems, []);
  assert(pages.size > 100);
});

Deno.test("every link of every page of the site leads to a file and an anchor of it", () => {
  const anchors = new Map(
    Array.from(
      pages,
      ([path, text]) =>
        [path, new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id = ""]) => id))] as const,
    ),
  );
  const broken: string[] = [];
  for (const [path, text] of pages) {
    for (const [, href = ""] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^(https?:\/\/|data:,$)/.test(href)) continue;
      const url = new URL(href, `file:///site/${path}`);
      const to = decodeURIComponent(url.pathname).replace("/site/", "");
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (!site.files.has(to) || (anchor !== "" && !anchors.get(to)?.has(anchor))) {
        broken.push(`${path}: ${href}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("no page of the site takes anything from elsewhere or runs anything", () => {
  for (const [path, text] of pages) {
    assert.match(text, /Content-Security-Policy" content="default-src &#39;none&#39;/, path);
    assert.doesNotMatch(text, /<(script|iframe|object|embed|form)\b/i, path);
    assert.doesNotMatch(text, / (src|srcset)="https?:|<link[^>]+href="https?:/i, path);
  }
  const style = site.files.get("style.css");
  assert(style !== undefined && "text" in style);
  assert.doesNotMatch(style.text, /@import|url\(/);
});

Deno.test("every module that exitlab exports has a page in the reference, but for programs", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile("deno.json"));
  const programs = ["./cli", "./deno-path"];
  const modules = Object.keys(exports).filter((name) => !programs.includes(name));
  for (const name of modules) {
    const page = `api/${name === "." ? "exitlab" : name.slice(2)}.html`;
    assert(pages.has(page), `${name} has no page ${page}`);
  }
});

Deno.test("everything that exitlab exports has an entry in the reference", () => {
  const text = pages.get("api/exitlab.html") ?? "";
  for (const name of Object.keys(exitlab)) {
    assert(text.includes(`<h3 id="${name}">`), `${name} has no entry`);
  }
  assert.match(text, /<h3 id="ExitInput">/, "types have entries too");
  assert.match(pages.get("api/domain.html") ?? "", /<p id="UserError"><a href="exitlab\.html#UserError">/);
  assert.match(pages.get("api/types.html") ?? "", /<h3 id="ExitOptions">[^]*?Default 3\.75/);
});

Deno.test("makeSite() names broken links and anchors, folders, strange Markdown and pages without a place", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "docs/site"), { recursive: true });
    await Deno.writeTextFile(join(root, "docs/site/style.css"), "");
    const write = (path: string, text: string) => Deno.writeTextFile(join(root, path), text);
    const api = { modules: [], types: [], problems: ["a.ts:1: the public symbol a has no documentation"] };
    const start = "# Start\n\n## One\n\n[all](docs/README.md)";
    await write("README.md", start);
    await write("docs/README.md", "# All\n\n## Learn\n\n- [Start](../README.md)\n- [One](one.md)\n");
    await write("docs/one.md", "# One\n\n## Two\n\n[above](#two) [start](../README.md#one)\n");
    assert.deepEqual((await makeSite(root, { ...api, problems: [] })).problems, []);
    await write("README.md", `${start} [a](docs/none.md) [b](docs/one.md#three) [c](docs) [d](#here)`);
    await write("docs/loose.md", "# Loose\n");
    await write("docs/raw.md", "# Raw\n\n<div>markup</div>\n");
    assert.deepEqual((await makeSite(root, api)).problems.toSorted(), [
      'README.md: the link to "#here" leads to no heading of index.html',
      'README.md: the link to "docs" leads to a folder',
      'README.md: the link to "docs/none.md" leads to nothing',
      'README.md: the link to "docs/one.md#three" leads to no heading of docs/one.html',
      "a.ts:1: the public symbol a has no documentation",
      "docs/README.md: docs/loose.md is listed 0 times, and has to be once",
      "docs/README.md: docs/raw.md is listed 0 times, and has to be once",
      'docs/raw.md: Expected Markdown that the site can show but found html "<div>markup</div>\n"',
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("writeSite() replaces what it wrote before, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const small = { files: new Map([["a.html", { text: "a" }]]), problems: [] };
    await writeSite(small, join(folder, "site"));
    await writeSite({ ...small, files: new Map([["b/c.html", { text: "c" }]]) }, join(folder, "site"));
    assert.equal(await Deno.readTextFile(join(folder, "site/b/c.html")), "c");
    await assert.rejects(Deno.stat(join(folder, "site/a.html")), Deno.errors.NotFound);
    await Deno.writeTextFile(join(folder, "mine.txt"), "mine");
    await assert.rejects(
      writeSite(small, folder),
      (error) => error instanceof UserError && /or an earlier site, but found/.test(error.message),
    );
    assert.equal(await Deno.readTextFile(join(folder, "mine.txt")), "mine");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task docs writes a site that a browser opens from the disk", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await task("docs", "--out", join(folder, "site"));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /files in .*; open .*index\.html/);
    if (!hasChromium) return;
    const browser = await openChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("requestfailed", (request) => said.push(request.url()));
      const start = `${pathToFileURL(join(folder, "site")).href}/`;
      const open = (path: string) => page.goto(start + path);
      await open("index.html");
      assert.equal(await page.locator("h1").textContent(), "exitlab");
      assert(await page.evaluate("document.images[0].complete && document.images[0].naturalWidth > 0"));
      await page.locator("nav.site").getByText("The tour").click();
      await page.waitForURL(/docs\/tour\.html$/);
      const next = page.locator('footer a[rel="next"]');
      const after = new URL(await next.getAttribute("href") ?? "", page.url()).href;
      await next.click();
      await page.waitForURL(after);
      await open("api/exitlab.html#exit");
      const grounds = [];
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        grounds.push(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"));
        for (const width of [1400, 420]) {
          await page.setViewportSize({ width, height: 900 });
          const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          assert.equal(over, 0, `the page is wider than a window of ${width}`);
        }
      }
      assert.notEqual(grounds[0], grounds[1], "light and dark have other grounds");
      assert.deepEqual(said, []);
    } finally {
      await browser.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

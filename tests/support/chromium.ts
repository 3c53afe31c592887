/** A real browser for tests of pages: without a head, and with nothing of its own to say to the network. */
import { type Browser, chromium, type Page } from "playwright-core";

/** Where it is. */
const path = "/usr/bin/chromium";

/** Whether it is there. */
export const hasChromium: boolean = await Deno.stat(path).then(() => true, () => false);

/** Starts it, with a profile of its own that is removed when it is closed. */
export async function openChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The headings of a page that stand more than one level below the one before. */
export async function skippedHeadings(page: Page): Promise<string[]> {
  const headings = await page.locator("h1,h2,h3,h4,h5,h6").evaluateAll((elements) =>
    elements.map(({ localName, textContent }) => ({
      level: Number(localName.slice(1)),
      text: textContent ?? "",
    }))
  );
  return headings.filter(({ level }, at) => level > (headings[at - 1]?.level ?? 0) + 1).map(({ text }) =>
    text
  );
}

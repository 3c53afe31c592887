/** A real browser for tests of pages: without a head, and with nothing of its own to say to the network. */
import { type Browser, chromium } from "playwright-core";

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

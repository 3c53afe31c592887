import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { openRuns } from "../../../../lib/metrics/reader.ts";
import { share } from "../../../../lib/report/figures.ts";
import { type LiveServer, serveLive } from "../../../../lib/report/live/live_server.ts";
import { hasChromium, openChromium, skippedHeadings } from "../../../support/chromium.ts";
import { batch, begin, evaluation, inFolder, runRow } from "../../metrics/fabricate.ts";

/** Text that would run if it were taken for markup, or break out of what it stands in. */
const attack =
  `</pre></script><script>window.hurt=1</script><img src="http://example.com/x" onerror="window.hurt=1">` +
  `" onfocus="window.hurt=1" autofocus x='`;

/** A run's folder whose name is an attack as well. */
const name = `a & "b" <img src=x onerror=window.hurt=1>`;

/** What a page did that it must not. */
interface Watched {
  readonly page: Page;
  readonly wrong: string[];
}

async function open(context: BrowserContext, server: LiveServer, path: string): Promise<Watched> {
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", ({ message }) => wrong.push(message));
  page.on("console", (said) => {
    if (["error", "warning"].includes(said.type())) wrong.push(said.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server.url}/`) && !request.url().startsWith("data:")) {
      wrong.push(request.url());
    }
  });
  await page.goto(`${server.url}${path}`);
  await page.waitForFunction(() => document.getElementById("connection")?.textContent?.startsWith("Live"));
  return { page, wrong };
}

/** How many points of a chart's first line are marked. */
async function marks(page: Page, region: string): Promise<number> {
  return await page.locator(`#region-${region} .chart .series-0[aria-label="dot"] > *`).count();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  // As long as a slow machine may need: only a fault makes it wait to the end.
  for (let at = 0; !await holds(); at++) {
    assert(at < 2400, "It does not come about");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** All that Tab reaches, from the top, in words. */
async function tabStops(page: Page): Promise<string[]> {
  const stops: string[] = [];
  for (let at = 0; at < 200; at++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      const all = [...document.querySelectorAll("a,summary,[tabindex]")];
      return element === null || element === document.body ? "" : `${all.indexOf(element)}`;
    });
    if (stop === "" || stops.includes(stop)) break;
    stops.push(stop);
  }
  return stops;
}

Deno.test({
  name: "the live page grows with its runs, says what SQL says, and takes what a model wrote for text",
  ignore: !hasChromium,
  // The browser's pipes belong to the driver, which closes them in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inFolder(async (runs) => {
      const row = { ...runRow, experiment: attack, settings: { budget: { iterations: 20 } } };
      const store = await begin(runs, name, { arm: attack, row });
      const hostile = (n: number): Parameters<typeof store.write>[0] => ({
        ...batch(n),
        evaluations: evaluation(n, (task) => task === n % 3).map((each) => ({
          ...each,
          task: attack,
          response: attack,
        })),
        rollouts: (batch(n).rollouts ?? []).map((each) => ({ ...each, response: attack })),
        events: [{
          iteration: n,
          time: "2025-01-01T00:00:00Z",
          level: attack,
          kind: attack,
          message: attack,
        }],
      });
      for (const n of [1, 2, 3]) await store.write(hostile(n));
      const options = { places: [{ parent: runs, name: undefined }], name: attack, port: 0 };
      await using server = await serveLive({ ...options, interval: 20, share: 1 });
      const browser = await openChromium();
      try {
        const context = await browser.newContext();
        const all = await open(context, server, "/");
        const one = await open(context, server, `/run?run=${encodeURIComponent(name)}`);
        await until(() => server.streams === 2);

        // Marks come with iterations, in every page that is open.
        const before = [await marks(all.page, "reward"), await marks(one.page, "reward")];
        assert(before.every((count) => count === 3), String(before));
        assert.equal(await marks(all.page, "held-out"), 5);
        assert(await one.page.locator("#region-space .chart rect").count() > 0);
        for (const n of [4, 5, 6]) await store.write(hostile(n));
        for (const { page } of [all, one]) {
          await until(async () => await marks(page, "reward") === 6);
        }

        // Figures are those of SQL.
        const reader = await openRuns(runs);
        const { rows: [figures] } = await reader.query(
          "select iteration, reward, solved from steps order by iteration desc limit 1",
        );
        const { rows: held } = await reader.query(
          "select solved from curves where iteration = (select max(iteration) from curves) order by step",
        );
        reader.close();
        const [iteration, reward, solved] = figures ?? [];
        const cell = (name: string): Promise<string> =>
          all.page.locator(`td[data-cell="${name}"]`).innerText();
        assert.equal(await cell("iteration"), String(iteration));
        assert.equal(await cell("reward"), share(Number(reward)));
        assert.equal(await cell("solved"), share(Number(solved)));
        assert.deepEqual(
          await all.page.locator("#region-held-out tbody td:nth-child(5)").allTextContents(),
          held.map(([value]) => share(Number(value))),
        );

        // Every link, summary and scrolled table is reached by Tab; what is opened stays open through news.
        const stops = await tabStops(one.page);
        const focusable = await one.page.locator("a,summary,[tabindex]").evaluateAll((elements) =>
          elements.flatMap((element, at) => element.checkVisibility() ? [String(at)] : [])
        );
        assert.deepEqual(stops.toSorted(), focusable.toSorted());
        const details = one.page.locator("#region-reward details");
        await details.locator("summary").focus();
        await one.page.keyboard.press("Enter");
        await store.write(hostile(7));
        await until(async () => await marks(one.page, "reward") === 7);
        assert.notEqual(await details.getAttribute("open"), null);
        assert.equal(
          await one.page.evaluate(() => document.activeElement?.closest("div")?.id),
          "region-reward",
        );

        // What is read out stays the same while nothing happens; headings leave no level out; nothing stands out of a small screen.
        const spoken = await one.page.locator("[role=status]").allTextContents();
        assert.deepEqual(spoken.map((text) => text.trim()), ["Live", ""]);
        assert.match(await one.page.locator("#changed").innerText(), /^last change at /);
        for (const { page } of [all, one]) {
          assert.deepEqual(await skippedHeadings(page), []);
          await page.setViewportSize({ width: 400, height: 800 });
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
        }

        // What was written stands there as text, and nothing of it ran.
        assert.equal(await one.page.locator("#region-chain pre").first().innerText(), attack);
        assert.equal(await one.page.locator("h1").innerText(), `Run ${name}`);
        for (const { page, wrong } of [all, one]) {
          assert.equal(await page.evaluate(() => Reflect.get(window, "hurt")), undefined);
          assert.equal(await page.locator("img, main script, iframe, [onerror], [onfocus]").count(), 0);
          assert.deepEqual(wrong, []);
        }

        // A page that is left is no longer served; the run goes on.
        await one.page.close();
        await until(() => server.streams === 1);
        await all.page.close();
        await until(() => server.streams === 0);
        await store.write(hostile(8));
        assert.equal(await store.lastIteration(), 8);

        // Rollouts come when the run ends.
        await store.finish("finished");
        const ended = await open(context, server, `/run?run=${encodeURIComponent(name)}`);
        const rollouts = ended.page.locator("#region-rollouts .written");
        await until(async () => await rollouts.count() === 4);
        assert.deepEqual(await rollouts.allInnerTexts(), Array(4).fill(attack));
        assert.equal(await ended.page.locator("img, main script").count(), 0);
        assert.deepEqual(ended.wrong, []);
      } finally {
        await browser.close();
        store.close();
      }
    }),
});

/** The page of a report, in a real browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { remoteFormat, type RemoteRun, writeRemoteRun } from "../../../runners/hf/remote_run.ts";
import { reportCommand } from "../../../runners/cli/report.ts";
import { batch, begin, evaluation, inFolder, runRow } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";
import { hasChromium, openChromium, skippedHeadings } from "../../support/chromium.ts";
import { task } from "../../support/command_line.ts";

/** What a model could write to break out of where it is shown. */
const hostile =
  `</pre></style></script><script>globalThis.broken = 1</script><img src=x onerror="globalThis.broken = 1">` +
  `<a href="javascript:alert(1)">${"'\""}\u0000\u202e &lt;b&gt;`;

/** Two arms with two seeds each; the second mends more answers, and its name is as hostile as what it writes. */
const arms = ["grpo", "exit<i>&\"'"] as const;

/** Where the second arm's runs are said to have run. */
const remote: RemoteRun = {
  format: remoteFormat,
  hub: "https://hub.invalid",
  namespace: "me",
  bucket: "me/runs",
  run: "",
  arm: "",
  seed: 0,
  cell: "c",
  job: {
    dockerImage: "i",
    command: [],
    arguments: [],
    flavor: "l4x1",
    environment: {},
    timeoutSeconds: 60,
    volumes: [],
  },
  secrets: [],
  pricePerHour: 0.8,
};

async function makeRuns(runs: string): Promise<void> {
  for (const [at, arm] of arms.entries()) {
    for (const seed of [1, 2]) {
      const started = new Date(Date.parse(runRow.started) + 1000 * at).toISOString();
      const settings = { ...runRow.settings, curriculum: { kind: `kind-${at}`, options: {} } };
      const store = await begin(runs, `run-${at}-s${seed}`, {
        arm,
        seed,
        row: { ...runRow, settings, started },
      });
      for (const n of [1, 2, 3]) {
        const { evaluations: _, resamples: __, starts = [], rollouts = [], ...made } = batch(n);
        await store.write({
          ...made,
          rollouts: rollouts.map((rollout) => ({ ...rollout, response: hostile, prompt: hostile })),
          starts: starts.map((start) => ({ ...start, root: hostile, response: hostile })),
          evaluations: evaluation(
            n,
            (task, sample, step) => (task + sample + seed + at * step) % 3 === 0,
            4,
            8,
          )
            .map((row) => ({ ...row, response: `${hostile} ${row.step}` })),
        });
      }
      await store.finish("finished");
      if (at === 1) await writeRemoteRun(runs, { ...remote, run: `run-1-s${seed}`, arm, seed });
    }
  }
}

Deno.test({
  name: "report writes a page that a browser shows as it is, offline, for eyes and keyboard",
  ignore: !hasChromium,
  fn: () =>
    inFolder(async (folder) => {
      const [runs, out] = [join(folder, "runs"), join(folder, "page")];
      await makeRuns(runs);
      const { code, out: written, error } = await captured(reportCommand, "--runs", runs, "--out", out);
      assert.equal(code, 0, error);
      const path = join(out, "report.html");
      assert.equal(written, `${path}\n`);
      const text = await Deno.readTextFile(path);
      const browser = await openChromium();
      try {
        const page = await browser.newPage({ colorScheme: "dark" });
        const [said, asked]: [string[], string[]] = [[], []];
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(String(error)));
        await page.route("**/*", (route) => {
          const url = route.request().url();
          // The page itself is no request that it makes.
          if (url === "http://report.invalid/") {
            return route.fulfill({ contentType: "text/html", body: text });
          }
          asked.push(url);
          return route.abort();
        });
        await page.goto("http://report.invalid/");
        assert.deepEqual({ said, asked }, { said: [], asked: [] });

        // Each arm has marks in each picture of arms.
        const marks: Record<string, number[]> = await page.evaluate(`Object.fromEntries(
          [...document.querySelectorAll("svg.chart")].map((chart) => [
            chart.querySelector("title").textContent,
            [0, 1].map((arm) => chart.querySelectorAll(".series-" + arm + " :is(path,circle), .series-" + arm +
              ":is(path,circle)").length),
          ]))`);
        assert.ok(Object.keys(marks).length >= 10, Object.keys(marks).join());
        for (
          const title of [
            "After k self-improvement steps: solved share",
            "Reward",
            "Net corrections after k steps",
          ]
        ) {
          assert.ok(marks[title]?.every((count) => count > 0), `${title}: ${marks[title]}`);
        }
        const described: boolean = await page.evaluate(
          `[...document.querySelectorAll("svg.chart")].every((chart) => chart.getAttribute("role") === "img" &&
            chart.querySelector("title").textContent !== "" && chart.querySelector("desc").textContent !== "")`,
        );
        assert.ok(described);

        // The headline's figures are those of SQL.
        const table: string[][] = await page.evaluate(
          `[...document.querySelectorAll("#headline-table tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))`,
        );
        const reader = await openRuns(runs);
        const { rows } = await reader.query("select arm, k0, k4, delta from macro_arms order by arm desc");
        reader.close();
        assert.deepEqual(
          table.map((
            [arm, _seeds, _tokens, first, last, gain],
          ) => [arm, ...[first, last, gain].map((cell) => cell?.split(" ")[0])]),
          rows.map(([arm, first, last, gain]) => [
            arm,
            ...[
              Number(first).toFixed(3),
              Number(last).toFixed(3),
              `${Number(gain) < 0 ? "" : "+"}${Number(gain).toFixed(3)}`,
            ],
          ]),
        );

        // Of the arms, one ran on hardware with a price.
        const costs: string = await page.evaluate(`document.querySelector("#cost").parentElement.innerText`);
        assert.match(costs, /\$[\d,]+\.\d\d/);
        assert.match(costs, /The price is that of l4x1 for this time/);

        // What was written is text.
        assert.equal(await page.evaluate("globalThis.broken"), undefined);
        assert.equal(await page.evaluate(`document.querySelectorAll("script, img, i, main a").length`), 0);
        await page.evaluate(`document.querySelectorAll("details").forEach((each) => each.open = true)`);
        const shown: string = await page.evaluate(
          `document.querySelector("#samples").parentElement.innerText`,
        );
        assert.ok(shown.includes(hostile.replace("\u0000", "␀").replace("\u202e", "⟨202e⟩")));

        // The keyboard reaches every link, fold and table.
        const focusable: number = await page.evaluate(
          `document.querySelectorAll("details").forEach((each) => each.open = false),
          document.querySelectorAll("a[href], summary, figure > details > summary").length`,
        );
        await page.evaluate("document.activeElement.blur(), scrollTo(0, 0)");
        const reached = new Set<number>();
        for (let press = 0; press < 150; press++) {
          await page.keyboard.press("Tab");
          const place: number = await page.evaluate(
            `[...document.querySelectorAll("a[href], summary")].indexOf(document.activeElement)`,
          );
          if (place >= 0) reached.add(place);
          if (reached.size === focusable) break;
        }
        assert.equal(reached.size, focusable);
        await page.keyboard.press("Enter");
        const opened: boolean = await page.evaluate("document.activeElement.parentElement.open");
        assert.ok(opened, "Enter opens a fold");

        // Headings leave no level out; on a small screen nothing stands out of the page.
        assert.deepEqual(await skippedHeadings(page), []);
        await page.setViewportSize({ width: 400, height: 800 });
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 400);
        await page.setViewportSize({ width: 1280, height: 720 });

        // Dark on a screen, light on paper, and there nothing is folded away.
        const ground = `getComputedStyle(document.documentElement).backgroundColor`;
        assert.equal(await page.evaluate(ground), "rgb(20, 23, 26)");
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.evaluate(ground), "rgb(255, 255, 255)");
        assert.equal(await page.evaluate(`getComputedStyle(document.querySelector("nav")).display`), "none");
        const heights: number = await page.evaluate(
          `[...document.querySelectorAll("#samples ~ details")].filter((each) => each.getBoundingClientRect().height < 60).length`,
        );
        assert.equal(heights, 0);

        // The pictures beside the page stand alone.
        await page.emulateMedia({ media: "screen" });
        for await (const { name } of Deno.readDir(out)) {
          if (!name.endsWith(".svg")) continue;
          const picture = await Deno.readTextFile(join(out, name));
          const problem: string | null = await page.evaluate(
            `new DOMParser().parseFromString(${
              JSON.stringify(picture)
            }, "image/svg+xml").querySelector("parsererror")?.textContent ?? null`,
          );
          assert.equal(problem, null, name);
        }
        assert.deepEqual({ said, asked }, { said: [], asked: [] });
      } finally {
        await browser.close();
      }
    }),
});

Deno.test("report explains what it cannot report on", () =>
  inFolder(async (runs) => {
    const none = await captured(reportCommand, "--runs", runs);
    assert.equal(none.code, 2);
    assert.match(
      none.error,
      /Expected ended runs to report on but found none in ".*"; --unfinished counts others/,
    );
    const file = await captured(reportCommand, "a.parquet", "--runs", runs);
    assert.match(file.error, /Expected runs but found the file "a\.parquet", which holds results alone/);
    const name = await captured(reportCommand, "--runs", runs, "--name", "../up");
    assert.match(name.error, /Expected --name to be letters/);
    const above = await captured(reportCommand, "--runs", runs, "--name", "..");
    assert.match(above.error, /Expected --name to be letters.*not beginning with "\.", but found "\.\."/);
    const example = ["example-grpo-s1-7c529c1b", "--runs", "notebooks/example_runs"];
    await Deno.writeTextFile(`${runs}/file`, "");
    await Deno.mkdir(`${runs}/pages/report.html/full`, { recursive: true });
    for (
      const [out, message] of [
        ["file", /Expected a folder to write to but found a file at or above ".*file"/],
        ["file/below", /Expected a folder to write to but found a file at or above/],
        ["pages", /Expected to write files to ".*pages" but found a folder of the name of one there/],
      ] as const
    ) {
      const { code, error } = await captured(reportCommand, ...example, "--out", `${runs}/${out}`);
      assert.deepEqual([code, error.trim().split("\n").length], [2, 1], error);
      assert.match(error, message);
    }
  }));

Deno.test("deno task report writes with its own permissions, of one live run too", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "live");
    await store.write(batch(1));
    await store.write(batch(2));
    const { code, stdout, stderr } = await task("report", "live", "--runs", runs, "--unfinished");
    await store.finish("finished");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${runs}/reports/exit-math/report.html\n`);
    const page = await Deno.readTextFile(stdout.trim());
    assert.match(
      page,
      /One arm: there is nothing to compare it with, and one seed does not tell how another would do/,
    );
    assert.match(page, /Run &quot;live&quot; is running: its evaluation after iteration 2 counts/);
    assert.match(page, /None are there: a run writes them down when it ends/);
  }));

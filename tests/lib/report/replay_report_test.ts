import assert from "node:assert/strict";
import { PickTally } from "exitlab/lib/replay/figures.ts";
import { figureEstimates, type Figures } from "exitlab/lib/replay/figures.ts";
import type { IterationFigures } from "exitlab/lib/replay/replay_results.ts";
import type { ReplaySummary, SubjectSummary } from "exitlab/lib/replay/replay_summary.ts";
import { toText } from "exitlab/lib/report/document.ts";
import { figureBins } from "exitlab/lib/report/replay_bins.ts";
import { replayPage } from "exitlab/lib/report/replay_page.ts";
import { replayReport, reproductionWords } from "exitlab/lib/report/replay_report.ts";

const none: Figures = new PickTally({ measured: new Map() }).figures();

function series(values: readonly (number | null)[], draws = 1): IterationFigures[] {
  return values.map((learnability, at) => ({
    iteration: at + 1,
    figures: figureEstimates(Array.from({ length: draws }, (_, draw) => ({
      ...none,
      learnability: learnability === null ? null : learnability + draw / 100,
      ...{ same: 0.25, other: 0.125, inherited: 0.5, unknown: 0.125 },
    }))),
  }));
}

function subject(name: string, values: readonly (number | null)[], own = false): SubjectSummary {
  const figures = figureEstimates([{ ...none, learnability: 0.1, same: 0.25, other: 0.125 }]);
  return { name, kind: name, options: {}, own, figures, minusOwn: null, series: series(values), picked: [] };
}

function summary(subjects: readonly SubjectSummary[], more: Partial<ReplaySummary> = {}): ReplaySummary {
  const run = {
    run: "one",
    seed: 1,
    iterations: 4,
    selections: 8,
    reproduction: { selections: 8, difference: null },
  };
  return { experiment: "e", arm: "a", over: "draws", runs: [run], subjects, failures: [], ...more };
}

Deno.test("figureBins() takes means over iterations in bins of equal width", () => {
  const bins = figureBins(series([0.1, 0.3, null, 0.2, null]), "learnability", 3);
  assert.deepEqual(bins.map(({ from, to }) => [from, to]), [[1, 2], [3, 4], [5, 5]]);
  assert.deepEqual(bins.map(({ mean }) => mean), [0.2, 0.2, null]);
  assert.deepEqual(bins.map(({ error }) => error), [null, null, null]);
  const [bin] = figureBins(series([0.1, 0.3], 2), "learnability", 1);
  assert(Math.abs((bin?.error ?? 0) - 0.005) < 1e-12);
  assert.deepEqual(figureBins([], "learnability", 3), []);
});

Deno.test("replayReport() draws places where each curriculum has a value, and warns of little support", () => {
  const text = toText(
    replayReport(summary([subject("x", [0.1, null, 0.2]), subject("y", [0.2, 0.1, 0.1])]), "terminal"),
  );
  assert.match(text, /\n {8}1 {8}3\n/);
  assert.match(text, /The log measured only 38 % of the picks of x: it says little of them\./);
  assert.match(text, /One run in one draw has no intervals/);
  const blank = toText(replayReport(summary([subject("x", [null]), subject("y", [0.2])]), "terminal"));
  assert.doesNotMatch(blank, /by training iteration/);
});

Deno.test("replayReport() says why a curriculum is left out", () => {
  const text = toText(
    replayReport(summary([], { failures: ['Run "one": Curriculum "x" cannot be replayed: …'] }), "terminal"),
  );
  assert.match(text, /- Run "one": Curriculum "x" cannot be replayed/);
});

Deno.test("reproductionWords() counts what is reproduced, and names the first difference of each run", () => {
  const sound = summary([]).runs[0] ?? assert.fail();
  const difference = { iteration: 3, round: 1, place: 2, picked: null, logged: "abc" };
  const runs = [sound, { ...sound, run: "two" }, {
    ...sound,
    run: "three",
    reproduction: { selections: 5, difference },
  }];
  assert.deepEqual(reproductionWords(summary([subject("exit (own)", [], true)], { runs })), [
    "exit (own) reproduces all 16 selections of 2 runs.",
    'Run "three": exit (own) does not reproduce the log. In iteration 3, round 1, place 2, it picks – where the log has ' +
    "abc: the log or the code is not what ran.",
  ]);
  const unknown = summary([], { runs: [{ ...sound, reproduction: null }] });
  assert.deepEqual(reproductionWords(unknown), []);
});

Deno.test("replayPage() takes names for text, not for markup", () => {
  const hostile = `<img src=x onerror=alert(1)>`;
  const page = replayPage({
    title: hostile,
    summaries: [summary([subject(hostile, [0.1, 0.2])], { arm: hostile, failures: [hostile] })],
    command: hostile,
  });
  assert.doesNotMatch(page, /<img/);
  assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/);
});

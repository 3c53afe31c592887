import assert from "node:assert/strict";
import fc from "fast-check";
import { barChart } from "../../../../lib/report/charts/bar_chart.ts";
import { shortName, textWidth } from "../../../../lib/report/charts/chart_text.ts";
import { lineChart } from "../../../../lib/report/charts/line_chart.ts";
import { spreadLabels } from "../../../../lib/report/charts/spread_labels.ts";
import { treeChart } from "../../../../lib/report/charts/tree_chart.ts";
import { svg } from "../../../../lib/report/page/html.ts";

const hostile = `"/><script>1</script>&'\0`;
const words = { title: hostile, description: hostile };

Deno.test("lineChart draws each line, leaves out what is not finite, and escapes names", () => {
  const points = [{ x: 0, y: 1, low: 0, high: 2 }, { x: 1, y: NaN }, { x: 2, y: 3, low: null, high: null }];
  const chart = {
    ...words,
    series: [{ name: hostile, points }, { name: "none", points: [] }],
    x: hostile,
    y: "y",
  };
  const text = lineChart(chart);
  svg(text);
  assert.equal(text.match(/<circle/g)?.length, 2);
  assert.match(text, /class="series-0"/);
  assert.doesNotMatch(text, /class="series-1"/);
  svg(lineChart({ ...chart, series: [] }));
  svg(lineChart({ ...chart, series: [{ name: "flat", points: [{ x: 0, y: 0 }] }] }));
});

Deno.test("lineChart keeps the names of many lines apart, each beside its own line and within the picture", () => {
  const names = [...Array(30).keys()].map((at) => `${"long name ".repeat(9)}${at}`);
  const series = names.map((name) => ({ name, points: [{ x: 0, y: 1 }, { x: 1, y: 1 }] }));
  const text = lineChart({ ...words, series, x: "x", y: "y" });
  const [, height = ""] = /viewBox="0 0 640 (\d+)"/.exec(text) ?? [];
  const heights = [...text.matchAll(/translate\([\d.]+,([\d.]+)\)[^>]*>long name/g)].map(([, y]) => Number(y))
    .toSorted((a, b) => a - b);
  assert.equal(heights.length, 30);
  assert.ok(heights.every((y, at) => at === 0 || y - (heights[at - 1] ?? 0) > 12), heights.join());
  assert.ok((heights[0] ?? 0) > 14 && (heights.at(-1) ?? 0) <= Number(height) - 30, heights.join());
});

Deno.test("lineChart writes tiny values plainly, and zero as 0", () => {
  const points = [{ x: 0, y: 0 }, { x: 1, y: 2e-7 }];
  const text = lineChart({ ...words, series: [{ name: "gap", points }], x: "x", y: "y" });
  assert.match(text, />0</);
  assert.match(text, />1e-7</);
  assert.doesNotMatch(text, /0e\+0/);
});

Deno.test("shortName cuts between letters, and counts wide ones twice", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 90 }), (name) => {
    const short = shortName(name);
    assert.ok(textWidth(short) <= 8 * 24);
    assert.ok(short === name || short.endsWith("…") && name.startsWith(short.slice(0, -1)));
    assert.ok(short.isWellFormed());
  }));
  assert.equal(shortName("👨‍👩‍👧‍👦".repeat(30)), `${"👨‍👩‍👧‍👦".repeat(11)}…`);
});

Deno.test("barChart stacks the bars of one label", () => {
  const text = barChart({
    ...words,
    bars: [{ label: "0", series: "a", value: 1 }, { label: "0", series: hostile, value: 2 }],
    x: "x",
    y: "y",
  });
  svg(text);
  assert.equal(text.match(/<rect/g)?.length, 2);
});

Deno.test("treeChart draws every node once, also where descent closes in a circle", () => {
  const node = { kind: "improve", filled: true, note: "" };
  const text = treeChart({
    ...words,
    nodes: [
      { ...node, id: "a", parent: "b", depth: 0 },
      { ...node, id: "b", parent: "a", depth: 1, kind: hostile },
      { ...node, id: "c", parent: "gone", depth: 1, filled: false },
      {
        ...node,
        id: "d",
        parent: "c",
        depth: 2,
        kind: "a name of forty letters and several more",
        loose: true,
      },
    ],
    x: "depth",
  });
  svg(text);
  assert.equal(text.match(/class="kind-0"/g)?.length, 2);
  assert.equal(text.match(/class="kind-1"/g)?.length, 1);
  assert.equal(text.match(/stroke-dasharray/g)?.length, 1);
});

Deno.test("spreadLabels keeps names apart, in order, and above the floor", () => {
  const heights = spreadLabels([{ y: 0 }, { y: 0 }, { y: 0.5 }, { y: 20 }], 2, 0).map(({ height }) => height);
  assert.deepEqual(heights.toSorted((a, b) => a - b), heights);
  assert.ok(heights.every((height, at) => at === 0 || height - (heights[at - 1] ?? 0) > 1.9), heights.join());
  assert.ok((heights[0] ?? -1) >= 0);
  const under = spreadLabels([{ y: 9 }, { y: 9 }, { y: 8 }], 2, 0, 9).map(({ height }) => height);
  assert.deepEqual(under, [5, 7, 9]);
});

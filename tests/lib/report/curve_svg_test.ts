import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { curveSvg } from "exitlab/lib/report/curve_svg.ts";

const names = ["grpo", "a_rather_long_name_of_an_arm", "chain", "exit", "other"];
const points = names.flatMap((arm, at) =>
  [0, 1, 16].map((step) => ({ arm, step, solved: 0.6 + 0.001 * at + 0.01 * step, standardError: 0.01 }))
);

Deno.test("curveSvg() names every arm once, the names apart from each other and within the picture", () => {
  const { document } = parseHTML(curveSvg("Five arms", points));
  const texts = [...document.querySelectorAll("text")].filter((text) =>
    names.includes(text.textContent ?? "")
  );
  assert.deepEqual(texts.map((text) => text.textContent).toSorted(), names.toSorted());
  const places = texts.map((text) => {
    const [, x = "", y = ""] = /translate\(([\d.]+),([\d.]+)\)/.exec(text.getAttribute("transform") ?? "") ??
      [];
    return { x: Number(x), y: Number(y), name: text.textContent ?? "" };
  });
  const heights = places.map(({ y }) => y).toSorted((a, b) => a - b);
  for (const [at, height] of heights.entries()) {
    assert(at === 0 || height - (heights[at - 1] ?? 0) > 10, heights.join(" "));
  }
  for (const { x, y, name } of places) assert(x + 6.5 * name.length < 720 && y > 0 && y < 420);
});

Deno.test("curveSvg() is read out by its title and has a line an arm", () => {
  const svg = curveSvg('Curves & "more"', points);
  const { document } = parseHTML(svg);
  assert.equal(document.querySelector("title")?.textContent, 'Curves & "more"');
  assert.equal(document.querySelectorAll('[aria-label="line"] path').length, names.length);
});

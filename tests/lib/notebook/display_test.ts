import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import {
  bars,
  changes,
  display,
  lines,
  ResultTable,
  show,
  type Showable,
  sideBySide,
  textDiff,
  tree,
} from "exitlab/notebook";
import type { Json } from "exitlab/lib/json.ts";
import { UserError } from "exitlab/lib/errors.ts";

const attack = `<script>alert(1)</script><img src=x onerror="alert(2)">\u001b[31m</td>'`;

function table(names: readonly string[], rows: readonly (readonly Json[])[]): ResultTable {
  return new ResultTable({ columns: names.map((name) => ({ name, type: "" })), rows });
}

/** The text of the elements that a selector finds in a value's markup. */
function texts(value: Showable, selector: string): string[] {
  const { document } = parseHTML(`<html><body>${value[display]()["text/html"] ?? ""}</body></html>`);
  return [...document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? "");
}

/** What in a value's forms runs or is fetched. */
function live(value: Showable): string[] {
  const { "text/html": markup = "", "image/svg+xml": svg = "" } = value[display]();
  const { document } = parseHTML(`<html><body>${markup}${svg}</body></html>`);
  return [...document.querySelectorAll("*")].flatMap(({ localName, attributes }) =>
    [...attributes].filter(({ name, value }) =>
      name.startsWith("on") || name === "src" && !value.startsWith("data:image/svg+xml;base64,")
    ).map(({ name }) => name).concat(localName === "script" ? [localName] : [])
  );
}

Deno.test("ResultTable shows numbers to four places, counts rows, and shows text as text", () => {
  const shown = table([attack, "n"], [[attack, 1 / 3], [null, 12345.678]]);
  assert.deepEqual(texts(shown, "th"), [attack.replace("\u001b", "␛"), "n"]);
  assert.deepEqual(texts(shown, "td"), [attack.replace("\u001b", "␛"), "0.3333", "", "12346"]);
  assert.deepEqual(texts(shown, "caption"), ["2 rows"]);
  assert.deepEqual(live(shown), []);
  const plain = shown[display]()["text/plain"] ?? "";
  assert.ok(!plain.includes("\u001b") && plain.endsWith("(2 rows)"));
});

Deno.test("ResultTable cuts what is too long to read, and says so", () => {
  const many = table(["n"], Array.from({ length: 1200 }, (_, n) => [n]));
  assert.equal(texts(many, "td").length, 1000);
  assert.deepEqual(texts(many, "caption"), ["1200 rows, the first 1000 shown"]);
  assert.equal(many.column("n").length, 1200);
  assert.equal(texts(table(["t"], [["🙂".repeat(3000)]]), "td")[0]?.length, 2001);
  assert.deepEqual(texts(table(["n"], []), "caption"), ["0 rows"]);
});

Deno.test("lines() draws a line for each name, with words for those who do not see it", () => {
  const rows = ["exit", attack].flatMap((arm, at) => [0, 1, 2].map((k) => [arm, k, at + k / 4, at, at + 1]));
  const picture = lines(table(["arm", "k", "solved", "low", "high"], rows), {
    ...{ title: attack, x: { label: "k", scale: "sqrt" }, y: "solved", by: "arm", interval: ["low", "high"] },
  });
  const { "image/svg+xml": svg = "", "text/plain": words = "" } = picture[display]();
  assert.equal([...svg.matchAll(/aria-label="line"/g)].length, 2);
  assert.equal([...svg.matchAll(/aria-label="area"/g)].length, 2);
  assert.match(words, /exit: 0 at 0, 0.25 at 1, 0.5 at 2$/);
  assert.ok(svg.includes("<desc>&lt;script&gt;"));
  assert.deepEqual(live(picture), []);
  assert.equal(
    texts(picture, "figure").length,
    1,
  );
  const gaps = lines(table(["k", "y"], [[0, null], [1, 2], ["x", 3]]), { title: "", x: "k", y: "y" });
  assert.equal(gaps.description, ": 2 at 1");
});

Deno.test("bars() and tree() draw a mark for each row", () => {
  const picture = bars(
    table(["depth", "n", "state"], [[0, 2, "solved"], [0, 3, attack], [1, null, attack]]),
    {
      ...{ title: "Starts", x: "depth", y: "n", by: "state" },
    },
  );
  assert.equal([...picture.svg.matchAll(/<rect/g)].length, 3);
  assert.match(picture.description, /solved, 0: 2/);
  assert.deepEqual(live(picture), []);
  const nodes = table(["id", "from", "depth", "mode", "solved"], [
    ["root", null, 0, "root", false],
    ["a", "root", 1, "improve", true],
    ["b", "a", 2, attack, null],
  ]);
  const grown = tree(nodes, {
    ...{ title: "Lineage", id: "id", parent: "from", depth: "depth", kind: "mode", filled: "solved" },
  });
  assert.equal(
    grown.description,
    "depth 0: 1, of them solved 0; depth 1: 1, of them solved 1; depth 2: 1, of them solved 0",
  );
  assert.deepEqual(live(grown), []);
});

Deno.test("pictures and readings name the columns there are when one is missing", () => {
  const one = table(["a"], []);
  for (
    const draw of [
      () => lines(one, { title: "", x: "b", y: "a" }),
      () => bars(one, { title: "", x: "a", y: "b" }),
      () => tree(one, { title: "", id: "b", parent: "a", depth: "a", kind: "a", filled: "a" }),
      () => sideBySide(one, { across: "a", down: "a", text: "b" }),
    ]
  ) {
    assert.throws(draw, (error) => error instanceof UserError && /\(a\) but found "b"/.test(error.message));
  }
});

Deno.test("sideBySide() marks what is new since the step before, and shows text as text", () => {
  const rows = [["x", 0, "1234", false], ["x", 1, "1224", true], [attack, 0, attack, null]];
  const reading = sideBySide(table(["arm", "k", "response", "solved"], rows), {
    ...{ across: "arm", down: "k", text: "response", solved: "solved" },
  });
  assert.deepEqual(texts(reading, "td"), ["✗ 1234", ` ${attack.replace("\u001b", "␛")}`, "✓ 1224", ""]);
  assert.deepEqual(texts(reading, "ins"), ["2"]);
  assert.deepEqual(live(reading), []);
});

Deno.test("changes() shows what went and what came", () => {
  const reading = changes("the sum is 7", `the sum is ${attack}`);
  assert.deepEqual(texts(reading, "del"), ["7"]);
  assert.deepEqual(texts(reading, "ins"), [attack.replace("\u001b", "␛")]);
  assert.deepEqual(live(reading), []);
});

Deno.test("textDiff() loses nothing of either text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "é", "🙂", "<"), maxLength: 40 });
  fc.assert(fc.property(text, text, (before, after) => {
    const pieces = textDiff(before, after);
    const without = (kind: string): string =>
      pieces.filter((piece) => piece.kind !== kind).map(({ text }) => text).join("");
    assert.equal(without("added"), before);
    assert.equal(without("removed"), after);
    assert.ok(pieces.every(({ text }) => text !== ""));
  }));
  assert.deepEqual(textDiff("ab", "ab"), [{ kind: "same", text: "ab" }]);
  const long = textDiff("a ".repeat(5000), "b ".repeat(5000));
  assert.equal(long.length, 3);
});

Deno.test("show() prints the plain form outside of a notebook", async () => {
  const written: string[] = [];
  const write = Deno.stdout.write;
  Deno.stdout.write = (bytes) => {
    written.push(new TextDecoder().decode(bytes));
    return Promise.resolve(bytes.length);
  };
  try {
    await show(table(["n"], [[1]]), changes("a", "b"));
  } finally {
    Deno.stdout.write = write;
  }
  assert.deepEqual(written, ["n\n─\n1\n(1 row)\n", "[-a-]{+b+}\n"]);
});

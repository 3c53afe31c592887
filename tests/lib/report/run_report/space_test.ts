import assert from "node:assert/strict";
import { lineageNodes } from "../../../../lib/report/run_report/space.ts";

const found = { mode: "improve", born: 1, quality: 0.5, solved: false, visits: 0 };

Deno.test("lineageNodes leads every start back to the root, also what came from one that was found again deeper", () => {
  const nodes = lineageNodes([
    { ...found, id: "task", parent: null, depth: 0 },
    { ...found, id: "a", parent: "task", depth: 1 },
    { ...found, id: "b", parent: "a", depth: 2 },
    // Found at depth 1 at first, and again at depth 5, from itself.
    { ...found, id: "again", parent: "again", depth: 5, quality: null },
    { ...found, id: "child", parent: "again", depth: 2 },
    { ...found, id: "orphan", parent: "not drawn", depth: 3, solved: true },
  ]);
  assert.deepEqual(nodes.map(({ id, parent, loose }) => [id, parent, loose]), [
    ["a", "", false],
    ["b", "a", false],
    ["again", "", true],
    ["child", "", true],
    ["orphan", "", true],
  ]);
  assert.deepEqual(nodes.map(({ note, filled }) => [note, filled]).slice(-3), [["", false], ["0.50", false], [
    "0.50",
    true,
  ]]);
});

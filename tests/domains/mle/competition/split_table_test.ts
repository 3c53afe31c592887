import assert from "node:assert/strict";
import fc from "fast-check";
import { hiddenHalves, splitTable } from "../../../../domains/mle/competition/split_table.ts";
import { tableOf } from "../../../../domains/mle/mlkit/table.ts";

const counted = (rows: number) => tableOf({ row: Array.from({ length: rows }, (_, row) => row) });
const usual = { rule: "hash", train: 0.6, validation: 0.2, test: 0.2 } as const;

Deno.test("splitTable() by hash puts every row into one part, in parts of the shares asked for", () => {
  fc.assert(fc.property(fc.integer({ min: 10, max: 300 }), fc.string({ minLength: 1 }), (rows, id) => {
    const { train, hidden, parts } = splitTable(id, counted(rows), usual);
    const all = [...train.numbers("row"), ...hidden.numbers("row")].toSorted((a, b) => a - b);
    assert.deepEqual(all, Array.from({ length: rows }, (_, row) => row));
    assert.equal(train.rows, Math.round(0.6 * rows));
    assert.equal(parts.length, hidden.rows);
    assert.equal(parts.filter((part) => part === "validation").length, Math.round(0.2 * rows));
  }));
});

Deno.test("splitTable() by hash follows from the id and the number of a row alone, and mixes the rows", () => {
  const first = splitTable("one", counted(200), usual);
  const other = tableOf({ row: Array.from({ length: 200 }, (_, row) => 1000 + row) });
  const same = splitTable("one", other, usual);
  assert.deepEqual(same.parts, first.parts);
  assert.deepEqual([...same.train.numbers("row")], [...first.train.numbers("row")].map((row) => 1000 + row));
  assert.notDeepEqual(first.train.texts("row"), splitTable("two", counted(200), usual).train.texts("row"));
  const rows = [...first.hidden.numbers("row")];
  assert.notDeepEqual(rows, rows.toSorted((a, b) => a - b));
  const halves = new Set(first.parts.slice(0, 20));
  assert.equal(halves.size, 2);
});

Deno.test("splitTable() by time hides the last rows in their order", () => {
  const { train, hidden, parts } = splitTable("t", counted(10), { rule: "time", validation: 3, test: 2 });
  assert.deepEqual([...train.numbers("row")], [0, 1, 2, 3, 4]);
  assert.deepEqual([...hidden.numbers("row")], [5, 6, 7, 8, 9]);
  assert.deepEqual(parts, ["validation", "validation", "validation", "test", "test"]);
});

Deno.test("hiddenHalves() halves rows by hash", () => {
  const halves = hiddenHalves("one", 101);
  assert.equal(halves.filter((part) => part === "validation").length, 50);
  assert.deepEqual(halves, hiddenHalves("one", 101));
  assert.notDeepEqual(halves, hiddenHalves("two", 101));
});

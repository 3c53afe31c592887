import assert from "node:assert/strict";
import fc from "fast-check";
import { isMissing, readNumber, Table, tableOf } from "mlkit";

const table = tableOf({ id: [1, 2, 3], town: ["Bern", "", "Oslo"], size: ["1e3", "NA", " -.5 "] });

Deno.test("readNumber() tells numbers, missing values and other texts apart", () => {
  for (const text of ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]) {
    assert.equal(isMissing(text), true);
    assert.equal(readNumber(text), NaN);
  }
  for (const text of ["1", "-2.5", "+3.", ".5", "1e3", "2E-2", " 7 "]) {
    assert.equal(readNumber(text), Number(text));
  }
  for (const text of ["x", "0x10", "1,5", "1 2", "Infinity", "true", "e5", ".", "-", "1_000", "1e999"]) {
    assert.equal(readNumber(text), null);
  }
});

Deno.test("readNumber() reads back every finite number", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.equal(readNumber(String(value)), value === 0 ? 0 : value);
  }));
});

Deno.test("Table guesses which columns are numbers; one without values is", () => {
  assert.deepEqual(table.numericNames(), ["id", "size"]);
  assert.deepEqual(table.textNames(), ["town"]);
  assert.deepEqual([...table.numbers("size")], [1000, NaN, -0.5]);
  assert.deepEqual(tableOf({ nothing: ["", "NA"] }).numericNames(), ["nothing"]);
});

Deno.test("Table stays as it is when what it gave is changed", () => {
  table.texts("town").fill("x");
  table.with("town", [7, 8, 9]);
  assert.deepEqual(table.texts("town"), ["Bern", "", "Oslo"]);
});

Deno.test("Table.with() puts a column in its place or at the end, NaN as missing", () => {
  const changed = table.with("town", [1, NaN, 3]).with("new", ["a", "b", "c"]);
  assert.deepEqual(changed.names, ["id", "town", "size", "new"]);
  assert.deepEqual(changed.texts("town"), ["1", "", "3"]);
});

Deno.test("Table refuses unknown columns and rows, and columns that do not fit", () => {
  assert.throws(
    () => table.numbers("Town"),
    /Expected one of the columns "id", "town", "size" but found "Town"/,
  );
  assert.throws(() => table.without(["id", "no"]), /but found "no"/);
  assert.throws(() => table.only(["id", "id"]), /Expected different column names but found "id", "id"/);
  assert.throws(() => table.select([0, 3]), /Expected a row from 0 to 2 but found 3/);
  assert.throws(
    () => table.with("a", [1]),
    /Expected 3 values as in the first column but found 1 \(column "a"\)/,
  );
  assert.throws(() => new Table([["a", []], ["a", []]]), RangeError);
});

Deno.test("Table.select() takes the rows of every column", () => {
  const index = fc.nat(9);
  fc.assert(fc.property(fc.array(index), (rows) => {
    const all = tableOf({ a: [..."0123456789"], b: Array.from({ length: 10 }, (_, i) => i * i) });
    const some = all.select(rows);
    assert.equal(some.rows, rows.length);
    assert.deepEqual(some.texts("a"), rows.map(String));
    assert.deepEqual([...some.numbers("b")], rows.map((row) => row * row));
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { readCsv, Table, writeCsv } from "mlkit";

const field = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é", "\uFEFF", "NA"), maxLength: 5 }),
  fc.string({ maxLength: 6 }),
);

function contents(table: Table): [string, string[]][] {
  return table.names.map((name) => [name, table.texts(name)]);
}

Deno.test("readCsv() reads what writeCsv() wrote", () => {
  const tables = fc.record({ names: fc.uniqueArray(field, { minLength: 1, maxLength: 4 }), rows: fc.nat(5) })
    .chain(({ names, rows }) =>
      fc.tuple(
        ...names.map((name) =>
          fc.tuple(fc.constant(name), fc.array(field, { minLength: rows, maxLength: rows }))
        ),
      )
    );
  fc.assert(fc.property(tables, (columns) => {
    const table = new Table(columns);
    assert.deepEqual(contents(readCsv(writeCsv(table))), contents(table));
  }));
});

Deno.test("readCsv() reads the same whatever the line ends, the last one and a byte-order mark", () => {
  const expected: [string, string[]][] = [["a", ["1", "", "x"]], ["b", ["", "", '"']]];
  for (const end of ["\n", "\r\n", "\r"]) {
    const lines = ["a,b", "1,", ",", 'x,""""'];
    for (
      const text of [lines.join(end), lines.join(end) + end, "\uFEFF" + lines.join(end + end) + end + end]
    ) {
      assert.deepEqual(contents(readCsv(text)), expected, JSON.stringify(text));
    }
  }
});

Deno.test("readCsv() keeps commas, quotes and line ends in quotes, and quotes inside plain fields", () => {
  const table = readCsv('"a\nb",c\n"x,\r\ny","say ""hi"""\n5" nail, z \n');
  assert.deepEqual(contents(table), [["a\nb", ["x,\r\ny", '5" nail']], ["c", ['say "hi"', " z "]]]);
});

Deno.test("readCsv() keeps a carriage return that ends no line", () => {
  assert.deepEqual(contents(readCsv("a,b\nx\ry,\r\r\n\r,z\r")), [["a", ["x\ry", "\r"]], ["b", [
    "\r",
    "z\r",
  ]]]);
});

Deno.test("readCsv() reads a table without rows and a column of empty fields", () => {
  assert.deepEqual([readCsv("a,b").rows, readCsv("a,b\n").rows], [0, 0]);
  assert.deepEqual(readCsv('a\n""\n\n""\n').texts("a"), ["", ""]);
});

Deno.test("readCsv() names the line that is wrong", () => {
  const wrong: [string, RegExp][] = [
    ["", /Expected a header with column names but found no text \(line 1\)/],
    ["\n\n", /Expected a header/],
    ["a,b\n1,2\n\n1,2,3\n", /Expected 2 fields as in the header but found 3 \(line 4\)/],
    ['a,b\n"1\n\n",2\n3\n', /Expected 2 fields as in the header but found 1 \(line 5\)/],
    ["a,b,a\n", /Expected different column names but found "a" twice \(line 1\)/],
    ['a\n1\n"2\n3', /Expected a closing quote but found the end of the text \(line 3\)/],
    ['a\n"1\n"2\n', /Expected a comma or a line end after the closing quote but found "2" \(line 3\)/],
  ];
  for (const [text, message] of wrong) assert.throws(() => readCsv(text), { name: "RangeError", message });
});

Deno.test("writeCsv() refuses no columns and columns of different lengths", () => {
  assert.throws(() => writeCsv({}), /Expected at least one column to write but found none/);
  assert.throws(
    () => writeCsv({ a: [1], b: [1, 2] }),
    /Expected 1 values as in the first column but found 2/,
  );
});

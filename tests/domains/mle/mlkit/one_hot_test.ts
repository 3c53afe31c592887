import assert from "node:assert/strict";
import fc from "fast-check";
import { oneHot, readCsv, tableOf } from "mlkit";

Deno.test("oneHot() encodes every text column, sorted, with missing values as a category", () => {
  const table = readCsv("a,n,b\ny,1,\nx,2,p\ny,3,NA\n");
  const encoding = oneHot().fit(table);
  assert.deepEqual(encoding.names, ["a=x", "a=y", "b=", "b=NA", "b=p"]);
  assert.deepEqual([...encoding.transform(table).values], [0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0]);
});

Deno.test("oneHot() keeps the most frequent categories, of equals the first", () => {
  const table = tableOf({ a: [..."ccbbad"] });
  assert.deepEqual(oneHot({ maxCategories: 3 }).fit(table).names, ["a=a", "a=b", "a=c"]);
  assert.deepEqual(oneHot({ minCount: 2, maxCategories: 1 }).fit(table).names, ["a=b"]);
});

Deno.test("oneHot() puts exactly one 1 in each row that was fitted, and none in others", () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 2 }), { minLength: 1 }), (texts) => {
    const encoding = oneHot({ columns: ["a"] }).fit(tableOf({ a: texts }));
    const { values, columns } = encoding.transform(tableOf({ a: [...texts, "none of these"] }));
    const sums = [...texts, ""].map((_, at) =>
      values.slice(at * columns, (at + 1) * columns).reduce((a, b) => a + b, 0)
    );
    assert.deepEqual(sums, [...texts.map(() => 1), 0]);
  }));
});

Deno.test("oneHot() refuses a column that is not there and an option that it does not have", () => {
  assert.throws(
    () => oneHot({ columns: ["b"] }).fit(tableOf({ a: ["x"] })),
    /Expected one of the columns "a" but found "b"/,
  );
  assert.throws(() => Reflect.apply(oneHot, null, [{ min: 2 }]), /oneHot\(\) has no option "min"/);
  assert.throws(
    () => Reflect.apply(oneHot().fit, null, ["a\nx"]),
    /Expected a table, such as readCsv\(text\), but found "a\\nx"/,
  );
});

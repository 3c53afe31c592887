import assert from "node:assert/strict";
import { features, readCsv } from "mlkit";

const train = readCsv("id,age,town,price\n1,20,Bern,5\n2,,Oslo,6\n3,40,Bern,7\n4,60,Rome,8\n5,40,Oslo,9\n");
const test = readCsv("id,age,town\n6,x,Rome\n7,50,Oslo\n");

Deno.test("features() leaves out the target, what is dropped and rare categories, and learns from the training rows alone", () => {
  const X = features(train, test, { drop: ["id", "price"], scale: "minmax" });
  assert.deepEqual(X.names, ["age", "town=Bern", "town=Oslo"]);
  assert.deepEqual([...X.train.values], [0, 1, 0, 0.5, 0, 1, 0.5, 1, 0, 1, 0, 0, 0.5, 0, 1]);
  assert.deepEqual([...X.test.values], [0.5, 0, 0, 0.75, 0, 1]);
});

Deno.test('features() leaves numbers as they are with impute and scale "none"', () => {
  const X = features(train, test, { drop: "town", impute: "none", scale: "none" });
  assert.deepEqual([...X.test.values], [6, NaN, 7, 50]);
  assert.deepEqual([...X.train.values], [1, 20, 2, NaN, 3, 40, 4, 60, 5, 40]);
});

Deno.test("features() encodes numbers as categories where it is told to", () => {
  const X = features(train, test, { drop: ["id", "town"], categorical: "age" });
  assert.deepEqual(X.names, ["age=40"]);
  assert.deepEqual([...X.train.values], [0, 0, 1, 0, 1]);
});

Deno.test("features() works where there are only texts", () => {
  const X = features(train.only(["town"]), test, { minCount: 1 });
  assert.deepEqual(X.names, ["town=Bern", "town=Oslo", "town=Rome"]);
  assert.deepEqual([X.train.rows, X.test.rows], [5, 2]);
});

Deno.test("features() refuses unknown columns and options, no columns, and what is no table", () => {
  assert.throws(
    () => features(train, test, { drop: "Id" }),
    /Expected one of the columns id, age, town, price but found "Id"/,
  );
  assert.throws(() => features(train, test, { drop: ["id", "age", "town"] }), /but found none \(features\)/);
  assert.throws(
    () => Reflect.apply(features, null, [train, test, { target: "price" }]),
    /no option "target"/,
  );
  assert.throws(
    () => Reflect.apply(features, null, ["a,b", test]),
    /Expected a table, such as readCsv\(text\)/,
  );
});

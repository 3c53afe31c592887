import assert from "node:assert/strict";
import fc from "fast-check";
import { fromColumns, type ImputeBy, imputer, readCsv, tableOf } from "mlkit";

Deno.test("imputer() fills in each column's own figure, learned from what was fitted alone", () => {
  const fitted = imputer("median").fit(fromColumns([[1, 3, NaN, 100], [NaN, 5, NaN, 7]]));
  assert.deepEqual([...fitted.transform(fromColumns([[NaN, 0], [NaN, 9]])).values], [3, 6, 0, 9]);
});

Deno.test("imputer() takes the smallest of equally frequent values, and 0 where there is none", () => {
  const X = fromColumns([[7, 2, 7, 2, NaN], [NaN, NaN, NaN, NaN, NaN]]);
  assert.deepEqual([...imputer("most-frequent").fit(X).transform(X).values].slice(-2), [2, 0]);
});

Deno.test("imputer() leaves no NaN and changes nothing else", () => {
  const columns = fc.array(fc.array(fc.constantFrom(NaN, -1, 0, 2, 2.5), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(columns, fc.constantFrom<ImputeBy[]>("median", "mean", "most-frequent", 4), (columns, by) => {
      const X = fromColumns(columns);
      const filled = imputer(by).fit(X).transform(X);
      for (const [at, value] of X.values.entries()) {
        assert.equal(Number.isNaN(filled.values[at]), false);
        if (!Number.isNaN(value)) assert.equal(filled.values[at], value);
      }
    }),
  );
});

Deno.test("imputer() takes a table by the names of its numeric columns", () => {
  const fitted = imputer("mean").fit(readCsv("name,a,b\nx,1,\ny,3,4\n"));
  const other = tableOf({ b: ["", "oh"], a: [NaN, 5] });
  assert.deepEqual([...fitted.transform(other).values], [2, 4, 5, 4]);
});

Deno.test("imputer() refuses other columns, and what is neither matrix nor table", () => {
  const fitted = imputer().fit(fromColumns([[1], [2]]));
  assert.throws(
    () => fitted.transform(fromColumns([[1]])),
    /Expected 2 columns as in what was fitted but found 1/,
  );
  const given: unknown = JSON.parse("[[1]]");
  assert.throws(
    () => Reflect.apply(imputer().fit, null, [given]),
    /Expected a matrix or a table but found an array of 1/,
  );
  assert.throws(
    () => Reflect.apply(imputer, null, ["mode"]).fit(fromColumns([[1]])),
    /but found "mode" \(imputer\)/,
  );
});

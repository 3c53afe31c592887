import assert from "node:assert/strict";
import {
  amount,
  checkMatrix,
  checkTargets,
  whole,
  withDefaults,
} from "../../../../domains/mle/mlkit/model_input.ts";
import { fromColumns, type Matrix, matrix } from "../../../../domains/mle/mlkit/matrix.ts";

Deno.test("withDefaults() fills in what is not given and refuses what is unknown", () => {
  assert.deepEqual(withDefaults("f", { a: 2 }, { a: 1, b: 3 }), { a: 2, b: 3 });
  assert.throws(
    () => withDefaults("f", JSON.parse(`{ "c": 1 }`), { a: 1 }),
    /f\(\) has no option "c"; its options are a\./,
  );
  assert.throws(() => withDefaults("f", JSON.parse("null"), { a: 1 }), TypeError);
});

Deno.test("whole() and amount() name the option, the range and the value", () => {
  assert.throws(
    () => whole("f({ a })", "3", 1),
    /f\(\{ a \}\) must be a whole number of at least 1, not "3"/,
  );
  assert.throws(() => whole("f({ a })", 9, 1, 8), /from 1 to 8, not 9/);
  assert.throws(() => amount("f({ a })", NaN, 0), /at least 0, not NaN/);
  assert.equal(amount("f({ a })", 0.5, 0, true), 0.5);
});

Deno.test("checkMatrix() refuses arrays, empty matrices and values that are not finite", () => {
  const array: Matrix = JSON.parse("[[1, 2], [3, 4]]");
  assert.throws(
    () => checkMatrix("f", array),
    /takes a Matrix X, made by fromColumns\(columns\) or fromRows\(rows\), not an array of 2/,
  );
  assert.throws(() => checkMatrix("f", matrix(0, 3)), /X has 0 × 3/);
  checkMatrix("f", matrix(0, 3), { columns: 3 });
  checkMatrix("f", fromColumns([[NaN]]), { missing: true });
  assert.throws(() => checkMatrix("f", fromColumns([[-Infinity]]), { missing: true }), /-Infinity/);
  assert.throws(() => checkTargets("f", fromColumns([[1, 2]]), JSON.parse(`[1, "2"]`)), /y\[1\] is "2"/);
});

import assert from "node:assert/strict";
import { codeLabels, likeliest } from "../../../../domains/mle/mlkit/labels.ts";
import { fromColumns, fromRows } from "../../../../domains/mle/mlkit/matrix.ts";

const X = fromColumns([[0, 0, 0]]);

Deno.test("codeLabels() sorts numbers by size and texts by their characters", () => {
  assert.deepEqual(codeLabels("here", X, [10, 9, 10]), { classes: [9, 10], codes: Int32Array.of(1, 0, 1) });
  assert.deepEqual(codeLabels("here", X, ["b", "B", "10"]).classes, ["10", "B", "b"]);
  assert.deepEqual(codeLabels("here", X, Int32Array.of(3, -1, 3)).classes, [-1, 3]);
});

Deno.test("codeLabels() refuses labels that are missing, mixed or all the same", () => {
  assert.throws(() => codeLabels("here", X, [1, NaN, 2]), /labels\[1\] is NaN/);
  assert.throws(
    () => codeLabels("here", X, [1, "1", 2]),
    /all texts or all numbers, but labels\[0\] is 1 and labels\[1\] "1"/,
  );
  assert.throws(() => codeLabels("here", X, [1, 1, 1]), /at least two classes/);
  assert.throws(() => codeLabels("here", X, [1, 2]), /X has 3 rows, labels 2/);
});

Deno.test("likeliest() takes the first of equals", () => {
  assert.deepEqual(likeliest(["a", "b"], fromRows([[0.5, 0.5], [0.2, 0.8]])), ["a", "b"]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { readSubmission, submissionForm } from "../../../../domains/mle/competition/read_submission.ts";

const number = { metric: "rmse", classes: null, positive: null } as const;
const classes = { metric: "accuracy", classes: ["1", "2"], positive: null } as const;
const shares = { metric: "log-loss", classes: ["cat", "dog"], positive: null } as const;

Deno.test("readSubmission() reads numbers, classes and shares of classes", () => {
  assert.deepEqual(readSubmission(number, "prediction\n1\n-2.5e1\n"), { ok: true, predictions: [1, -25] });
  assert.deepEqual(readSubmission(classes, "id,prediction\n7,1\n8,2\n"), {
    ok: true,
    predictions: ["1", "2"],
  });
  assert.deepEqual(readSubmission(shares, "dog,cat\n0.25,0.75\n"), { ok: true, predictions: [[0.75, 0.25]] });
});

Deno.test("readSubmission() leaves what is no number as it is, for the judge to show", () => {
  assert.deepEqual(readSubmission(number, 'prediction\nhigh\n""\nnan\n1e999\n'), {
    ok: true,
    predictions: ["high", "", "nan", "1e999"],
  });
});

Deno.test("readSubmission() says what is missing in a sentence", () => {
  assert.deepEqual(readSubmission(number, null), {
    ok: false,
    message: "Expected the program to write working/submission.csv but found no such file",
  });
  const other = readSubmission(shares, "cat\n1\n");
  assert.equal(
    other.ok ? "" : other.message,
    'Expected a column "dog" in working/submission.csv but found "cat"',
  );
});

Deno.test("readSubmission() throws on no text", () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom(number, classes, shares), (text, rules) => {
    const read = readSubmission(rules, text);
    if (!read.ok) assert.match(read.message, /^(Expected|Cannot)/);
  }));
});

Deno.test("submissionForm() names the columns", () => {
  assert.equal(submissionForm(number), 'a CSV file with one column, "prediction"');
  assert.match(submissionForm(shares), /for each class: "cat", "dog"$/);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { AnswerCheck, AnswerChecker } from "../../../domains/math/answer/answer_checker.ts";
import { UserError } from "../../../lib/errors.ts";
import { type AnswerCase, measureAgreement, parseAnswerCases } from "../../../runners/cli/answer_cases.ts";

const parse = (...rows: object[]): readonly AnswerCase[] =>
  parseAnswerCases(rows.map((row) => JSON.stringify(row)).join("\n"), "t.jsonl");

/** The one row of a table, with some fields of a sound row changed. */
const only = (fields: object): AnswerCase | undefined =>
  parse({ gold: "1", pred: "2", expected: true, ...fields })[0];

Deno.test("parseAnswerCases() takes verdicts as true and false or as 1 and 0", () => {
  const said = parse(
    { gold: "1", pred: "1", expected: true },
    { gold: "1", pred: "2", expected: false },
    { gold: "1", pred: "1", expected: 1 },
    { gold: "1", pred: "2", expected: 0 },
    { gold: "1", pred: "2", expected: null },
  );
  assert.deepEqual(said.map(({ expected }) => expected), [true, false, true, false, null]);
});

Deno.test("parseAnswerCases() takes by_construction where expected is absent, and leaves other fields alone", () => {
  const rows = parse(
    { id: 7, kind: "set", gold: "1", pred: "2", by_construction: false, math_verify: true },
    { gold: "1", pred: "2", by_construction: null },
    { gold: "1", pred: "2", by_construction: true, expected: false },
    { gold: "1", pred: "2", by_construction: true, expected: null },
  );
  assert.deepEqual(rows.map(({ expected }) => expected), [false, null, false, null]);
  const tolerance = undefined;
  assert.deepEqual(rows[0], { line: 1, gold: "1", pred: "2", expected: false, tolerance });
});

Deno.test("parseAnswerCases() takes tolerances as numbers, as text and as lists, by either name", () => {
  for (
    const [given, wanted] of [
      [0.01, 0.01],
      ["1e-4", 1e-4],
      [" .5 ", 0.5],
      ["1E+2", 100],
      [0, 0],
      [[0.1, "2"], [0.1, 2]],
      [[], []],
      [null, undefined],
      [undefined, undefined],
    ] as const
  ) {
    assert.deepEqual(only({ tolerance: given })?.tolerance, wanted);
    assert.deepEqual(only({ precision: given })?.tolerance, wanted);
  }
  assert.equal(only({ tolerance: 1, precision: 2 })?.tolerance, 1);
  assert.equal(only({ tolerance: null, precision: 2 })?.tolerance, 2);
});

Deno.test("parseAnswerCases() keeps the numbers of lines, and takes numbers for text", () => {
  const rows = parseAnswerCases(
    '\uFEFF{"gold": 72, "pred": 0.5, "expected": 0}\r\n\r\n   \n{"gold": "", "pred": "\\u0000", "expected": true}\n',
    "t.jsonl",
  );
  assert.deepEqual(rows.map(({ line, gold, pred }) => [line, gold, pred]), [[1, "72", "0.5"], [
    4,
    "",
    "\u0000",
  ]]);
});

Deno.test("parseAnswerCases() refuses lines that are no such rows, with their number", () => {
  const good = '{"gold": "1", "pred": "2", "expected": true}';
  for (
    const [bad, message] of [
      ["{", /^Cannot read line 2 of t\.jsonl as JSON: /],
      ["[]", /line 2 of t\.jsonl/],
      ["7", /to be an object but found 7 in line 2 of t\.jsonl$/],
      ["null", /but found null in line 2 of t\.jsonl$/],
      ['{"pred": "2", "expected": true}', /^Missing option "gold" in line 2 of t\.jsonl$/],
      ['{"gold": "1", "expected": true}', /^Missing option "pred" in line 2/],
      ['{"gold": "1", "pred": "2"}', /^Missing "expected" \(true or false\) in line 2/],
      ['{"gold": ["1"], "pred": "2", "expected": true}', /"gold" to be text but found \[ "1" \] in line 2/],
      ['{"gold": "1", "pred": null, "expected": true}', /"pred" to be text but found null in line 2/],
      [
        '{"gold": "1", "pred": "2", "expected": "yes"}',
        /"expected" to be true, false or null but found "yes" in line 2/,
      ],
      [
        '{"gold": "1", "pred": "2", "expected": 2}',
        /"expected" to be true, false or null but found 2 in line 2/,
      ],
      ...['"x"', "-1", '"-1"', '""', "true", '"1e999"', "[1, -1]", '{"a": 1}', '"1,2"'].map((tolerance) =>
        [
          `{"gold": "1", "pred": "2", "expected": 1, "tolerance": ${tolerance}}`,
          /"tolerance(\.1)?" to be a number of at least 0, or a list of them but found .* in line 2 of t\.jsonl$/,
        ] as const
      ),
    ] as const
  ) {
    assert.throws(() => parseAnswerCases(`${good}\n${bad}\n${good}`, "t.jsonl"), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"), error.message);
      return true;
    });
  }
});

Deno.test("parseAnswerCases() refuses tables without a verdict", () => {
  assert.throws(() => parseAnswerCases("\n \n", "t.jsonl"), {
    name: "UserError",
    message: 'Expected t.jsonl to have rows with a verdict ("expected") but found no row',
  });
  assert.throws(() => parse({ gold: "1", pred: "2", expected: null }), /but found none$/);
});

Deno.test("parseAnswerCases() answers any text with rows or a sentence", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    try {
      parseAnswerCases(text, "t.jsonl");
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
    }
  }));
});

/** A checker that takes the same text, and keeps what it was asked. */
function sameText(): AnswerChecker & { readonly asked: AnswerCheck[] } {
  const asked: AnswerCheck[] = [];
  return {
    asked,
    check: (each) => {
      asked.push(each);
      return Promise.resolve({
        equal: each.gold === each.response,
        reason: "by text",
        answer: each.response,
      });
    },
    close: () => {},
  };
}

Deno.test("measureAgreement() counts what the checker says otherwise, and leaves out rows without a verdict", async () => {
  const cases = parse(
    { gold: "1", pred: "1", expected: true },
    { gold: "1", pred: "1", expected: false },
    { gold: "1", pred: "1.0", expected: true },
    { gold: "1", pred: "2", expected: null },
    { gold: "1", pred: "01", expected: true },
    { gold: "1", pred: "2", expected: false },
  );
  const told: number[] = [];
  const checker = sameText();
  const { disagreements, ...counts } = await measureAgreement(checker, cases, undefined, (n) => told.push(n));
  assert.deepEqual(counts, { cases: 5, falseAccepts: 1, falseRejects: 2 });
  assert.deepEqual(disagreements.map(({ line, reason }) => [line, reason]), [[2, "by text"], [3, "by text"], [
    5,
    "by text",
  ]]);
  assert.deepEqual(told, [1, 2, 3, 4, 5]);
  assert.equal(checker.asked.length, 5);
  assert.ok(checker.asked.every((each) => !("tolerance" in each)));
});

Deno.test("measureAgreement() hands a row's own tolerance on, or else the one that is given", async () => {
  const checker = sameText();
  const row = { gold: "1", pred: "1", expected: true };
  const rows = parse({ ...row, tolerance: 0 }, { ...row, precision: ["0.5"] }, row);
  await measureAgreement(checker, rows, 0.25, () => {});
  assert.deepEqual(checker.asked.map(({ tolerance }) => tolerance), [0, [0.5], 0.25]);
});

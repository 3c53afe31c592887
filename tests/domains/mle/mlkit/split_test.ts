import assert from "node:assert/strict";
import fc from "fast-check";
import { kFold, splitRows, take } from "mlkit";

const rowCount = fc.integer({ min: 2, max: 60 });
const seed = fc.nat(1000);

function rising(rows: readonly number[]): number[] {
  return rows.toSorted((left, right) => left - right);
}

function everyRow(rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

function countsOf(classes: readonly string[], rows: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of take(classes, rows)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

Deno.test("splitRows() gives two rising sets that share no row and cover all, the test set of the size asked for", () => {
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(fc.property(rowCount, share, seed, fc.boolean(), (rows, test, seed, byClass) => {
    const stratify = byClass ? everyRow(rows).map((row) => row % 3) : null;
    const split = splitRows(rows, { test, seed, stratify });
    assert.deepEqual(rising([...split.train, ...split.test]), everyRow(rows));
    assert.deepEqual([split.train, split.test], [rising(split.train), rising(split.test)]);
    assert.equal(split.test.length, Math.min(Math.max(Math.round(rows * test), 1), rows - 1));
    assert.deepEqual(splitRows(rows, { test, seed, stratify }), split);
  }));
});

Deno.test("splitRows() gives each class its share when it stratifies", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "b", "c"), { minLength: 4, maxLength: 80 }),
      seed,
      (stratify, seed) => {
        const { test } = splitRows(stratify.length, { test: 0.25, seed, stratify });
        const all = countsOf(stratify, everyRow(stratify.length));
        const part = countsOf(stratify, test);
        for (const [name, count] of all) {
          assert.ok(Math.abs((part.get(name) ?? 0) - count * test.length / stratify.length) < 1.000001);
        }
      },
    ),
  );
});

Deno.test("splitRows() gives other rows for another seed", () => {
  assert.notDeepEqual(splitRows(100, { seed: 1 }), splitRows(100, { seed: 2 }));
});

Deno.test("kFold() tests each row once, in folds of nearly one size and of nearly equal classes", () => {
  fc.assert(fc.property(rowCount, fc.integer({ min: 2, max: 8 }), seed, (rows, most, seed) => {
    const folds = kFold(rows, {
      folds: Math.min(most, rows),
      seed,
      stratify: everyRow(rows).map((row) => row % 2),
    });
    assert.deepEqual(rising(folds.flatMap(({ test }) => test)), everyRow(rows));
    for (const { train, test } of folds) {
      assert.deepEqual(rising([...train, ...test]), everyRow(rows));
      assert.ok(Math.abs(test.length - rows / folds.length) < 1);
      const odd = test.filter((row) => row % 2 === 1).length;
      assert.ok(Math.abs(odd - Math.floor(rows / 2) / folds.length) < 1.000001);
    }
  }));
});

Deno.test("splitRows() and kFold() say what they cannot split", () => {
  assert.throws(() => splitRows(1), /Expected at least two rows to split but found 1 \(splitRows\)/);
  assert.throws(() => splitRows(9, { test: 1 }), /Expected a test share between 0 and 1 but found 1/);
  assert.throws(
    () => splitRows(9, { stratify: [1, 2] }),
    /class of each of the 9 rows to stratify by but found 2/,
  );
  assert.throws(
    () => kFold(3, { folds: 4 }),
    /Expected from 2 to 3 folds, the number of rows, but found 4 \(kFold\)/,
  );
  assert.throws(() => take([1, 2], [2]), /Expected a row from 0 to 1 but found 2 \(take\)/);
});

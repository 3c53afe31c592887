import assert from "node:assert/strict";
import fc from "fast-check";
import { readProgram } from "../../../../domains/mle/formula/program.ts";
import { leftAlong, leftOver, ridge } from "../../../../domains/mle/formula/ridge.ts";
import { type ProgramResult, runProgram } from "../../../../domains/mle/formula/run_program.ts";
import { letters } from "../../../../domains/mle/formula/shapes.ts";
import { drawTable, rows, termIndex } from "../../../../domains/mle/formula/table.ts";

const rules = { columns: 5, shared: 0.2, noise: 0.1 };
const table = drawTable(rules, 7, "l..s.");

function run(program: string): ProgramResult {
  const read = readProgram(5, 5, program);
  if (!read.ok) throw new RangeError(`Expected a program but found "${program}"`);
  return runProgram(table, read.terms);
}

Deno.test("drawTable() has standardised terms, and the same table for the same seed", () => {
  for (let term = 0; term < 5 * letters.length; term++) {
    const square = table.train.terms[term * 5 * letters.length + term] ?? 0;
    assert.ok(Math.abs(square - rows) < 1e-9);
  }
  assert.ok(Math.abs(table.train.squares - table.train.variation) < 1e-9);
  assert.deepEqual(drawTable(rules, 7, "l..s."), table);
  assert.notDeepEqual(drawTable(rules, 8, "l..s."), table);
});

Deno.test("ridge() leaves as little as any other weights would", () => {
  const terms = [termIndex(0, "l"), termIndex(3, "s"), termIndex(4, "w")];
  const weights = ridge(table.train, terms);
  const least = leftOver(table.train, terms, weights);
  for (const term of terms) assert.ok(Math.abs(leftAlong(table.train, term, terms, weights)) < 0.2);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
      (other) => {
        assert.ok(leftOver(table.train, terms, Float64Array.from(other)) > least - 0.05);
      },
    ),
  );
  assert.equal(leftOver(table.train, [], ridge(table.train, [])), table.train.squares);
});

Deno.test("runProgram() explains most with the formula, less with less of it, nothing with nothing", () => {
  const [all, one, none] = [run("l..s."), run("l...."), run(".....")];
  assert.ok(all.test > 0.8 && all.validation > 0.8);
  assert.ok(one.test < all.test - 0.2 && one.validation < all.validation - 0.2);
  assert.ok(Math.abs(none.test) < 0.1 && none.test <= 0);
});

Deno.test("runProgram() marks by what the fit to the training rows says", () => {
  assert.equal(run("l..s.").marks, "=..=.");
  // A column in the wrong shape, one that is missing, one that is of no use.
  assert.equal(run("l..l.").marks, "=..~.");
  assert.equal(run("w..s.").marks, "~..=.");
  assert.match(run("l....").marks, /^=..!.$/);
  assert.equal(run("l.ws.").marks, "=.-=.");
  assert.match(run(".....").marks, /^!..!.$/);
});

Deno.test("runProgram() gives finite figures and a mark a column for every program", () => {
  const program = fc.array(fc.constantFrom(".", ...letters), { minLength: 5, maxLength: 5 });
  fc.assert(fc.property(program, (characters) => {
    const { validation, test, marks } = run(characters.join(""));
    assert.ok(Number.isFinite(validation) && Number.isFinite(test) && validation <= 1 && test <= 1);
    for (const [column, character] of characters.entries()) {
      assert.ok((character === "." ? ".!" : "=~-").includes(marks[column] ?? "?"));
    }
  }));
});

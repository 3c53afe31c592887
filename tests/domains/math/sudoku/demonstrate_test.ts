import assert from "node:assert/strict";
import {
  divergence,
  earlierAttempt,
  type Exercise,
  firstAttempt,
  improvement,
} from "../../../../domains/math/sudoku/demonstrate.ts";
import { geometry, parseGrid } from "../../../../domains/math/sudoku/grid.ts";
import { Random } from "../../../../lib/random.ts";

const grid = geometry(4);
const exercise: Exercise = {
  size: 4,
  givens: parseGrid(grid, "1...............".replace(/\.$/, "1")),
  solution: parseGrid(grid, "1234341221434321"),
};
const editor = { correct: 0.75, fix: 0.35, break: 0.06, copySolved: 0.8 };
const free = exercise.givens.filter((given) => given === 0).length;
const rounds = 4000;

function wrongCells(values: readonly number[]): number {
  return values.filter((value, cell) => value !== exercise.solution[cell]).length;
}

/** The mean of a figure over many draws. */
function mean(of: (random: Random) => number): number {
  const random = new Random(1);
  return Array.from({ length: rounds }, () => of(random)).reduce((sum, value) => sum + value, 0) / rounds;
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not near ${expected}`);
}

Deno.test("firstAttempt() has as many right cells as it should, guesses included", () => {
  const right = 0.75 + 0.25 / 4;
  near(mean((random) => wrongCells(firstAttempt(exercise, 0.75, random))) / free, 1 - right, 0.01);
  assert.equal(mean((random) => wrongCells(firstAttempt(exercise, 1, random))), 0);
});

Deno.test("all demonstrations keep the givens and fill every cell with a digit", () => {
  const random = new Random(2);
  for (let round = 0; round < 500; round++) {
    const earlier = earlierAttempt(exercise, random);
    for (
      const values of [
        earlier,
        firstAttempt(exercise, 0.5, random),
        improvement(exercise, earlier, editor, random),
        divergence(exercise, earlier, 0.5, random),
      ]
    ) {
      assert.equal(values.length, 16);
      assert.ok(values.every((value) => value >= 1 && value <= 4));
      assert.deepEqual([values[0], values[15]], [1, 1]);
    }
  }
});

Deno.test("earlierAttempt() varies in quality and is sometimes solved", () => {
  const solved = mean((random) => wrongCells(earlierAttempt(exercise, random)) === 0 ? 1 : 0);
  assert.ok(solved > 0.05 && solved < 0.4, `${solved}`);
  assert.ok(mean((random) => wrongCells(earlierAttempt(exercise, random)) > 5 ? 1 : 0) > 0.02);
});

Deno.test("improvement() mends and spoils cells with its probabilities", () => {
  const spoilt = exercise.solution.with(1, 3).with(2, 2);
  const stillWrong = mean((random) => {
    const next = improvement(exercise, spoilt, editor, random);
    return Number(next[1] !== 2) + Number(next[2] !== 3);
  }) / 2;
  // Not mended; then kept, or a guess that is wrong.
  near(stillWrong, 0.65 * (0.5 + 0.5 * 0.75), 0.02);
  const broken = mean((random) =>
    wrongCells(improvement(exercise, spoilt, editor, random).with(1, 2).with(2, 3))
  );
  near(broken / (free - 2), 0.06 * 0.75, 0.005);
});

Deno.test("improvement() copies a solved grid with its probability", () => {
  const copied = mean((random) =>
    wrongCells(improvement(exercise, exercise.solution, editor, random)) === 0 ? 1 : 0
  );
  near(copied, 0.8 + 0.2 * (1 - 0.06 * 0.75) ** free, 0.02);
});

Deno.test("divergence() repeats no wrong cell of the earlier attempt", () => {
  const random = new Random(3);
  for (let round = 0; round < 500; round++) {
    const earlier = earlierAttempt(exercise, random);
    for (const [cell, value] of divergence(exercise, earlier, 0.3, random).entries()) {
      assert.ok(value === exercise.solution[cell] || value !== earlier[cell]);
    }
  }
});

import assert from "node:assert/strict";
import { puzzleSource } from "../../../../domains/math/sudoku/generator.ts";
import { formatGrid, geometry, parseGrid } from "../../../../domains/math/sudoku/grid.ts";
import { searchCompletions } from "../../../../domains/math/sudoku/solver.ts";
import { gridSplits } from "../../../../domains/math/sudoku/splits.ts";
import { Random } from "../../../../lib/random.ts";

function rules(size: number, givens: [number, number], seed = 0): Parameters<typeof puzzleSource>[0] {
  const grid = geometry(size);
  return { geometry: grid, splits: gridSplits(grid), givens, seed };
}

/** All completions of the first puzzles of a split. */
function completions(of: ReturnType<typeof rules>, split: "train" | "test", count: number): Set<string> {
  const source = puzzleSource(of, split, count);
  const found = new Set<string>();
  for (let index = 0; index < count; index++) {
    const givens = parseGrid(of.geometry, source.at(index).task.givens);
    const end = searchCompletions(
      of.geometry,
      givens,
      (grid) => found.add(formatGrid(of.geometry, grid)).size > 0,
    );
    assert.equal(end, "exhausted");
  }
  return found;
}

Deno.test("gridSplits() halves the 288 grids of size 4", () => {
  const grid = geometry(4);
  const splits = gridSplits(grid);
  const counts = { train: 0, test: 0 };
  searchCompletions(grid, Array(16).fill(0), (values) => ++counts[splits.of(values)] > 0);
  assert.deepEqual(counts, { train: 144, test: 144 });
});

Deno.test("gridSplits() draws grids of the split that was asked for", () => {
  for (const size of [2, 4, 6, 9]) {
    const splits = gridSplits(geometry(size));
    const random = new Random(1);
    for (const split of ["train", "test"] as const) {
      for (let draw = 0; draw < 10; draw++) assert.equal(splits.of(splits.draw(split, random)), split);
    }
  }
});

Deno.test("puzzleSource() shares no completion between the splits at size 4", () => {
  const train = completions(rules(4, [4, 6]), "train", 400);
  const test = completions(rules(4, [4, 6]), "test", 400);
  assert.ok(train.size > 130 && train.size <= 144);
  assert.ok(test.size > 130 && test.size <= 144);
  assert.equal(train.intersection(test).size, 0);
});

Deno.test("puzzleSource() shares no completion between the splits of different seeds", () => {
  const train = completions(rules(4, [4, 6], 1), "train", 200);
  const test = completions(rules(4, [4, 6], 2), "test", 200);
  assert.equal(train.intersection(test).size, 0);
});

Deno.test("puzzleSource() shares no completion between the splits at size 6", () => {
  const train = completions(rules(6, [13, 18]), "train", 60);
  const test = completions(rules(6, [13, 18]), "test", 60);
  assert.ok(train.size >= 60 && test.size >= 60);
  assert.equal(train.intersection(test).size, 0);
});

Deno.test("puzzleSource() makes the same task at an index, whatever was asked before and however long the list", () => {
  const whole = puzzleSource(rules(4, [4, 6]), "train", 100);
  const ids = Array.from({ length: 100 }, (_, index) => whole.at(index).id);
  assert.equal(new Set(ids).size, 100);
  assert.deepEqual(puzzleSource(rules(4, [4, 6]), "train", 300).at(99).id, ids[99]);
  const endless = puzzleSource(rules(4, [4, 6]), "train", null);
  assert.equal(endless.size, null);
  assert.equal(endless.at(0).id, ids[0]);
  assert.equal(endless.at(2 ** 40).id, endless.at(2 ** 40).id);
});

Deno.test("puzzleSource() draws each number of givens equally often", () => {
  const source = puzzleSource(rules(4, [4, 6]), "train", 600);
  const counts = new Map<number, number>();
  for (let index = 0; index < 600; index++) {
    const givens = source.at(index).task.givens.replaceAll(".", "").length;
    counts.set(givens, (counts.get(givens) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].toSorted(), [4, 5, 6]);
  for (const count of counts.values()) assert.ok(count > 150, `${count}`);
});

Deno.test("puzzleSource() makes other puzzles for another seed", () => {
  const ids = [0, 1].map((seed) => puzzleSource(rules(4, [4, 6], seed), "train", null).at(0).id);
  assert.notEqual(ids[0], ids[1]);
});

Deno.test("puzzleSource() refuses an index outside the list", () => {
  const source = puzzleSource(rules(4, [4, 6]), "test", 10);
  for (const index of [-1, 10, 0.5, NaN]) assert.throws(() => source.at(index), RangeError);
});

Deno.test("puzzleSource() says so when there are not enough puzzles", () => {
  assert.throws(() => puzzleSource(rules(4, [0, 0]), "train", 1).at(0), /"givens"/);
  assert.throws(
    () => puzzleSource(rules(2, [4, 4]), "train", 9).at(8),
    /no other 2 × 2 puzzle with 4 givens/,
  );
});

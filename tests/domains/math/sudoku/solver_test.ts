import assert from "node:assert/strict";
import { formatGrid, geometry, parseGrid } from "../../../../domains/math/sudoku/grid.ts";
import { searchCompletions, solve } from "../../../../domains/math/sudoku/solver.ts";
import { Random } from "../../../../lib/random.ts";

function count(size: number, givens = ".".repeat(size * size), random?: Random): number {
  const grid = geometry(size);
  const seen = new Set<string>();
  let visits = 0;
  const visit = (values: number[]): boolean => {
    visits++;
    return seen.add(formatGrid(grid, values)).size > 0;
  };
  const end = searchCompletions(grid, parseGrid(grid, givens), visit, random === undefined ? {} : { random });
  assert.equal(end, "exhausted");
  assert.equal(seen.size, visits);
  return visits;
}

Deno.test("searchCompletions() finds all complete grids of small sizes", () => {
  assert.equal(count(2), 2);
  assert.equal(count(3), 12);
  assert.equal(count(4), 288);
  assert.equal(count(4, undefined, new Random(1)), 288);
});

Deno.test("searchCompletions() finds the completions that brute force finds", () => {
  const grid = geometry(4);
  const all: string[] = [];
  searchCompletions(grid, Array(16).fill(0), (values) => all.push(formatGrid(grid, values)) > 0);
  const random = new Random(1);
  for (let trial = 0; trial < 200; trial++) {
    const givens = Array.from(random.pick(all), (digit) => random.chance(0.3) ? digit : ".").join("");
    const expected = all.filter((text) =>
      [...givens].every((given, cell) => given === "." || given === text[cell])
    );
    assert.equal(count(4, givens), expected.length);
  }
});

Deno.test("searchCompletions() stops when the visitor or the nodes do", () => {
  const grid = geometry(9);
  const empty: number[] = Array(81).fill(0);
  let visits = 0;
  assert.equal(searchCompletions(grid, empty, () => ++visits < 3), "stopped");
  assert.equal(visits, 3);
  assert.equal(searchCompletions(grid, empty, () => true, { nodes: 40 }), "gave up");
});

Deno.test("searchCompletions() finds nothing where givens contradict each other", () => {
  assert.equal(count(4, "11.............."), 0);
  assert.equal(solve(geometry(4), parseGrid(geometry(4), "123............4")), undefined);
});

Deno.test("solve() solves hard 9 × 9 puzzles", () => {
  const grid = geometry(9);
  const solved = new Map([
    [
      "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
      "812753649943682175675491283154237896369845721287169534521974368438526917796318452",
    ],
    [
      "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
      "987654321246173985351928746128537694634892157795461832519286473472319568863745219",
    ],
  ]);
  for (const [puzzle, expected] of solved) {
    assert.equal(formatGrid(grid, solve(grid, parseGrid(grid, puzzle)) ?? []), expected);
  }
});

import assert from "node:assert/strict";
import { formatGrid, geometry, parseGrid } from "../../../../domains/math/sudoku/grid.ts";

Deno.test("geometry() has n cells a unit and three units a cell", () => {
  for (let size = 2; size <= 16; size++) {
    const { cells, digits, units, unitsOf } = geometry(size);
    assert.equal(cells, size * size);
    assert.equal(digits.length, size);
    assert.equal(units.length, 3 * size);
    for (const unit of units) assert.equal(new Set(unit).size, size);
    for (const [cell, of] of unitsOf.entries()) {
      assert.equal(of.length, 3);
      assert.ok(of.every((unit) => units[unit]?.includes(cell)));
    }
  }
});

Deno.test("geometry() has the documented boxes", () => {
  const firstBox = (size: number): readonly number[] | undefined => geometry(size).units[2 * size];
  assert.deepEqual(firstBox(4), [0, 1, 4, 5]);
  assert.deepEqual(firstBox(6), [0, 1, 2, 6, 7, 8]);
  assert.deepEqual(firstBox(9), [0, 1, 2, 9, 10, 11, 18, 19, 20]);
  assert.deepEqual(firstBox(8), [0, 1, 2, 3, 8, 9, 10, 11]);
  assert.deepEqual(firstBox(5), [0, 1, 2, 3, 4]);
});

Deno.test("parseGrid() and formatGrid() undo each other, with letters above 9", () => {
  const grid = geometry(16);
  assert.deepEqual(parseGrid(grid, "19AG.?x"), [1, 9, 10, 16, 0, 0, 0]);
  assert.equal(formatGrid(grid, [1, 9, 10, 16, 0]), "19AG.");
});

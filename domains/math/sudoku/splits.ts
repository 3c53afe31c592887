import { contentHash, type Random, type Split } from "../../../lib/domain/mod.ts";
import { formatGrid, type Geometry } from "./grid.ts";
import { searchCompletions } from "./solver.ts";

/** Up to this size all complete grids are listed: there are 288 of size 4, but 161,280 of size 5. */
const largestListed = 4;

/** A randomised fill that takes longer than this many nodes a cell is begun anew. */
const nodesPerCell = 20;

/** The two disjoint halves of a geometry's complete grids. */
export interface GridSplits {
  /** The split that a complete grid belongs to. */
  of(grid: readonly number[]): Split;
  /** A random complete grid of a split. */
  draw(split: Split, random: Random): number[];
}

/**
 * Halves all complete grids by the hash of their text. No seed takes part, so that the domains of two generator seeds
 * never mix. Up to size 4 the grids are listed and the half with the lower hashes trains, which makes the halves
 * equally large (144 each for size 4); above, one bit of the hash decides.
 */
export function gridSplits(geometry: Geometry): GridSplits {
  return geometry.size <= largestListed ? listedSplits(geometry) : hashedSplits(geometry);
}

function listedSplits(geometry: Geometry): GridSplits {
  const grids: number[][] = [];
  searchCompletions(geometry, Array(geometry.cells).fill(0), (grid) => grids.push(grid) > 0);
  const hash = (grid: readonly number[]): string => contentHash(formatGrid(geometry, grid));
  const ordered = grids.map((grid) => ({ grid, hash: hash(grid) })).toSorted((a, b) =>
    a.hash < b.hash ? -1 : 1
  );
  const half = Math.floor(ordered.length / 2);
  const lists = { train: ordered.slice(0, half), test: ordered.slice(half) };
  const training = new Set(lists.train.map(({ grid }) => formatGrid(geometry, grid)));
  return {
    of: (grid) => training.has(formatGrid(geometry, grid)) ? "train" : "test",
    draw: (split, random) => random.pick(lists[split]).grid,
  };
}

function hashedSplits(geometry: Geometry): GridSplits {
  const splitOf = (grid: readonly number[]): Split =>
    contentHash(formatGrid(geometry, grid)) < "8" ? "train" : "test";
  return {
    of: splitOf,
    draw: (split, random) => {
      for (;;) {
        const grid = randomGrid(geometry, random);
        if (splitOf(grid) === split) return grid;
      }
    },
  };
}

function randomGrid(geometry: Geometry, random: Random): number[] {
  const empty: number[] = Array(geometry.cells).fill(0);
  for (;;) {
    let grid: number[] | undefined;
    const visit = (found: number[]): boolean => {
      grid = found;
      return false;
    };
    searchCompletions(geometry, empty, visit, { random, nodes: nodesPerCell * geometry.cells });
    if (grid !== undefined) return grid;
  }
}

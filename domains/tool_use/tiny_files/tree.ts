/**
 * Trees of a few folders with a few files in them, as text: one character for each folder and file, folder after folder.
 *
 * @module
 */

/** How many folders and files a world has. */
export interface Shape {
  /** From 2 to 6; named `a`, `b`, … */
  readonly folders: number;
  /** From 1 to 9; named `1`, `2`, … */
  readonly files: number;
}

/** A file is there. */
export const present = "x";
/** No file is there. */
export const absent = ".";
/** There is no such folder. */
export const missing = "_";

/** The place of a folder's file in a tree. */
export function cellOf({ files }: Shape, folder: number, file: number): number {
  return folder * files + file;
}

/** Whether a folder exists. */
export function hasFolder(shape: Shape, tree: string, folder: number): boolean {
  return tree[cellOf(shape, folder, 0)] !== missing;
}

/** A tree with another character in a place. */
export function withCell(tree: string, cell: number, character: string): string {
  return tree.slice(0, cell) + character + tree.slice(cell + 1);
}

/** A tree with an empty folder more. */
export function withFolder(shape: Shape, tree: string, folder: number): string {
  const from = cellOf(shape, folder, 0);
  return tree.slice(0, from) + absent.repeat(shape.files) + tree.slice(from + shape.files);
}

/** How far two trees overlap, in [0, 1]: of the files and folders that are in one of them, the share that is in both. */
export function overlap(shape: Shape, first: string, second: string): number {
  const [one, other] = [entries(shape, first), entries(shape, second)];
  const both = one.intersection(other).size;
  const either = one.size + other.size - both;
  return either === 0 ? 1 : both / either;
}

/** What a tree holds: its folders by number, and its files by their place. */
function entries(shape: Shape, tree: string): Set<string> {
  const held = new Set<string>();
  for (let folder = 0; folder < shape.folders; folder++) {
    if (!hasFolder(shape, tree, folder)) continue;
    held.add(`folder ${folder}`);
    for (let file = 0; file < shape.files; file++) {
      const cell = cellOf(shape, folder, file);
      if (tree[cell] === present) held.add(`file ${cell}`);
    }
  }
  return held;
}

/** What a place shows of the present and the goal. */
const marks: ReadonlyMap<string, string> = new Map([
  [absent + absent, "."],
  [present + present, "="],
  [absent + present, "+"],
  [present + absent, "-"],
  [missing + missing, "_"],
  [missing + absent, ":"],
  [missing + present, "*"],
]);

/**
 * A tree beside its goal, one character for each place: `.` nothing there and nothing wanted, `=` there as wanted, `+` wanted, `-`
 * there but not wanted; where the folder is missing `_` for nothing wanted, and where it is to be made `:` and `*`.
 */
export function difference(tree: string, goal: string): string {
  return [...tree].map((now, at) => marks.get(now + (goal[at] ?? "")) ?? "?").join("");
}

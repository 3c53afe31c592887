/** A piece of text, and whether it stands in both texts, only in the later or only in the earlier. */
export type DiffPiece = { readonly kind: "same" | "added" | "removed"; readonly text: string };

/** Texts of more pieces than this, multiplied, are compared by their beginnings and ends alone: memory is bounded. */
const largest = 4_000_000;

/**
 * What changed from one text to another: word by word, and character by character in text of a single word.
 *
 * @example
 * ```ts
 * import { textDiff } from "exitlab/notebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(textDiff("the sum is 7", "the sum is 8"), [
 *   { kind: "same", text: "the sum is " },
 *   { kind: "removed", text: "7" },
 *   { kind: "added", text: "8" },
 * ]);
 * assert.deepEqual(textDiff("1234", "124").map(({ kind }) => kind), ["same", "removed", "same"]);
 * ```
 */
export function textDiff(before: string, after: string): DiffPiece[] {
  const single = !/\s/.test(before) && !/\s/.test(after);
  const [old, now] = [pieces(before, single), pieces(after, single)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const middle = (all: readonly string[]): string[] => all.slice(head, all.length - tail);
  return merge([
    { kind: "same", text: old.slice(0, head).join("") },
    ...align(middle(old), middle(now)),
    { kind: "same", text: tail === 0 ? "" : old.slice(-tail).join("") },
  ]);
}

function pieces(text: string, single: boolean): string[] {
  return single ? [...text] : text.match(/\s+|[\p{L}\p{N}_]+|./gu) ?? [];
}

/** By the longest common subsequence; what was removed comes before what was added in its place. */
function align(old: readonly string[], now: readonly string[]): DiffPiece[] {
  const [rows, columns] = [old.length, now.length];
  if (rows * columns > largest) {
    return [{ kind: "removed", text: old.join("") }, { kind: "added", text: now.join("") }];
  }
  const width = columns + 1;
  const common = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      common[row * width + column] = old[row] === now[column]
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: DiffPiece[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const [left, right] = [old[row], now[column]];
    if (left !== undefined && left === right) {
      found.push({ kind: "same", text: left });
      row++;
      column++;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push({ kind: "removed", text: left });
      row++;
    } else {
      found.push({ kind: "added", text: right ?? "" });
      column++;
    }
  }
  return found;
}

function merge(found: readonly DiffPiece[]): DiffPiece[] {
  const merged: DiffPiece[] = [];
  for (const piece of found) {
    if (piece.text === "") continue;
    const last = merged.at(-1);
    if (last?.kind === piece.kind) merged.splice(-1, 1, { ...last, text: last.text + piece.text });
    else merged.push(piece);
  }
  return merged;
}
